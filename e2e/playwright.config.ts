import { defineConfig } from '@playwright/test'

// scripts/test.mjs sets them: the browsers it found, and the file it reads the counts from.
const { CHROMIUM_PATH, FIREFOX_PATH, PLAYWRIGHT_JSON_OUTPUT_FILE } = process.env

const chromium = {
  browserName: 'chromium' as const,
  launchOptions: {
    ...(CHROMIUM_PATH ? { executablePath: CHROMIUM_PATH } : {}),
    // Chromium refuses its sandbox to root, and CI machines seldom allow it.
    chromiumSandbox: process.getuid?.() !== 0 && !process.env.CI,
    args: [
      '--disable-gpu',
      '--disable-quic',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  },
}

/** The machine's own, over WebDriver BiDi: docs/decisions/0012-firefox-and-axe.md. */
const firefox = {
  browserName: 'firefox' as const,
  channel: 'moz-firefox',
  launchOptions: FIREFOX_PATH ? { executablePath: FIREFOX_PATH } : {},
}

export default defineConfig({
  testDir: '.',
  outputDir: 'test-results',
  workers: 2,
  // Deadlines for what goes wrong, not for how fast things are: machines may be busy.
  timeout: 60_000,
  expect: { timeout: 15_000 },
  retries: 0,
  forbidOnly: true,
  reporter: PLAYWRIGHT_JSON_OUTPUT_FILE ? [['list'], ['json']] : [['list']],
  use: {
    // A trace would double the time: `--trace on` records one, to look into a failure.
    trace: 'off',
    screenshot: 'only-on-failure',
  },
  projects: [
    { name: 'chromium', use: chromium },
    // The other tests look at servers, or need Chromium's own means.
    {
      name: 'firefox',
      use: firefox,
      testMatch: /front-ends\/(conversation|ends|outage|readme|retrying)\.spec\.ts/,
    },
    {
      name: 'chromium, dark',
      use: { ...chromium, colorScheme: 'dark' },
      testMatch: 'front-ends/accessibility.spec.ts',
    },
  ],
})
