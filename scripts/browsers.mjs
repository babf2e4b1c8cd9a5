// The browsers of the tests: those of the machine, or installed where that is possible.
import { find } from './programs.mjs'

/** @type {import('./programs.mjs').Program} */
const chromium = {
  name: 'Chromium',
  variable: 'CHROMIUM_PATH',
  programs: ['chromium', 'chromium-browser', 'google-chrome'],
  packages: ['chromium', 'fonts-liberation', 'fonts-noto-color-emoji'],
  advice: 'Install Chromium or Google Chrome, or run "npx playwright install chromium"',
  bundled: async () => (await import('@playwright/test')).chromium.executablePath(),
}

/** Playwright's own Firefox is another, which does not speak WebDriver BiDi. @type {import('./programs.mjs').Program} */
const firefox = {
  name: 'Firefox',
  variable: 'FIREFOX_PATH',
  programs: ['firefox-esr', 'firefox'],
  packages: ['firefox-esr', 'fonts-liberation', 'fonts-noto-color-emoji'],
  advice: 'Install Firefox or Firefox ESR',
}

/** @returns {Promise<string>} the path of a Chromium that runs */
export const findChromium = () => find(chromium)

/** @returns {Promise<string>} the path of a Firefox that runs */
export const findFirefox = () => find(firefox)
