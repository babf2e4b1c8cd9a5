import { type Browser, chromium, type LaunchOptions } from '@playwright/test'
import { launchBrowser } from './browser-process.js'

/** A browser whose pages can be frozen. Playwright keeps those of the browsers that it launches awake. */
export class SleepyBrowser {
  private constructor(
    private readonly browser: Browser,
    readonly close: () => Promise<void>,
  ) {}

  static async launch(options: LaunchOptions): Promise<SleepyBrowser> {
    const { address, stop } = await launchBrowser(options)
    const browser = await chromium.connectOverCDP(address, { noDefaults: true })
    return new SleepyBrowser(browser, async () => {
      await browser.close()
      await stop()
    })
  }

  async newPage() {
    const [context] = this.browser.contexts()
    if (!context) throw new Error('the browser has no context')
    const page = await context.newPage()
    const devtools = await context.newCDPSession(page)
    return {
      page,
      /** Hides the page and stops everything in it. */
      async freeze() {
        await devtools.send('Page.setWebLifecycleState', { state: 'frozen' })
      },
      async thaw() {
        await devtools.send('Page.setWebLifecycleState', { state: 'active' })
        await page.bringToFront()
      },
    }
  }
}
