import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type Browser, chromium, type LaunchOptions } from '@playwright/test'

/** A browser whose pages can be frozen. Playwright keeps those of the browsers that it launches awake. */
export class SleepyBrowser {
  private constructor(
    private readonly browser: Browser,
    readonly close: () => Promise<void>,
  ) {}

  static async launch({ executablePath, chromiumSandbox, args = [] }: LaunchOptions): Promise<SleepyBrowser> {
    const directory = await mkdtemp(join(tmpdir(), 'protoo-kit-browser-'))
    const child = spawn(
      executablePath ?? chromium.executablePath(),
      [
        '--headless',
        ...(chromiumSandbox ? [] : ['--no-sandbox']),
        ...args,
        '--remote-debugging-port=0',
        `--user-data-dir=${directory}`,
        'about:blank',
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    )
    const exited = once(child, 'exit')
    let address: string | undefined
    for await (const line of createInterface(child.stderr)) {
      address = /ws:\/\/\S+/.exec(line)?.[0]
      if (address) break
    }
    child.stderr.resume()
    if (!address) throw new Error('the browser did not start')
    const browser = await chromium.connectOverCDP(address, { noDefaults: true })
    return new SleepyBrowser(browser, async () => {
      await browser.close()
      child.kill()
      await exited
      await rm(directory, { recursive: true, maxRetries: 5 })
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
