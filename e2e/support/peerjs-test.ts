import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { test as base, expect, type Page } from '@playwright/test'

/** The broker, in a process of its own. */
export class BrokerProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
  ) {}

  /** @param port 0 takes any free one */
  static async start(port = 0): Promise<BrokerProcess> {
    const child = fork(join(import.meta.dirname, 'peerjs-process.mjs'), [String(port)])
    const failed = once(child, 'exit').then(([code]) => {
      throw new Error(`the broker exited with ${code}`)
    })
    const [message] = await Promise.race([once(child, 'message'), failed])
    failed.catch(() => {})
    return new BrokerProcess(child, message.port)
  }

  /** Of the page. */
  get url(): string {
    return `http://127.0.0.1:${this.port}/peerjs/`
  }

  /** As by `kill -9`: nobody is told goodbye. */
  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return
    this.child.kill('SIGKILL')
    await once(this.child, 'exit')
  }
}

interface Fixtures {
  /** Starts a broker; it is gone when the test is over. */
  startBroker(port?: number): Promise<BrokerProcess>
  broker: BrokerProcess
  /** Opens a page in a browser context of its own. When the test is over, no such page may have thrown anything. */
  visit(url: string): Promise<Page>
}

/** Pages that have a camera and a microphone, which are not asked for, and addresses that they may show each other. */
export const test = base.extend<Fixtures>({
  launchOptions: async ({ launchOptions }, use) => {
    const { args = [] } = launchOptions
    await use({
      ...launchOptions,
      args: [
        ...args,
        '--use-fake-device-for-media-stream',
        '--use-fake-ui-for-media-stream',
        // A single one of these counts, the last.
        '--disable-features=WebRtcHideLocalIpsWithMdns',
      ],
    })
  },

  // biome-ignore lint/correctness/noEmptyPattern: Playwright wants a pattern here
  startBroker: async ({}, use) => {
    const brokers: BrokerProcess[] = []
    await use(async (port) => {
      const broker = await BrokerProcess.start(port)
      brokers.push(broker)
      return broker
    })
    for (const broker of brokers) await broker.kill()
  },

  broker: async ({ startBroker }, use) => use(await startBroker()),

  visit: async ({ browser }, use) => {
    const pages: Page[] = []
    const problems: string[] = []
    await use(async (url) => {
      const page = await (await browser.newContext()).newPage()
      pages.push(page)
      page.on('pageerror', (error) => problems.push(String(error)))
      await page.goto(url)
      return page
    })
    for (const page of pages) await page.context().close()
    expect(problems).toEqual([])
  },
})

export { expect }
