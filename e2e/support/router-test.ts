import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { test as base, expect, type Locator, type Page } from '@playwright/test'

/** The messaging's server, and what its application has told. */
class MessagingServer {
  /** `online ann`, `offline ann`, in order. */
  readonly events: string[] = []

  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {
    child.on('message', ({ event, username }: { event: string; username: string }) =>
      this.events.push(`${event} ${username}`),
    )
  }

  static async start(): Promise<MessagingServer> {
    const child = fork(join(import.meta.dirname, 'router-process.mjs'))
    const failed = once(child, 'exit').then(([code]) => {
      throw new Error(`the messaging's server exited with ${code}`)
    })
    const [{ url }] = await Promise.race([once(child, 'message'), failed])
    failed.catch(() => {})
    return new MessagingServer(child, url)
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL')
    await once(this.child, 'exit')
  }
}

/** Somebody at the page of the messaging. */
export class MessagingPage {
  /** What the page logged or threw, except the browser's own words on failed connections. */
  readonly problems: string[] = []

  constructor(readonly page: Page) {
    page.on('pageerror', (error) => this.problems.push(String(error)))
    page.on('console', (message) => {
      if (!/^(WebSocket connection to|Failed to load resource:) /.test(message.text()))
        this.problems.push(message.text())
    })
  }

  get state(): Locator {
    return this.page.locator('#state')
  }
  get banner(): Locator {
    return this.page.locator('protoo-reconnect-banner')
  }
  get field(): Locator {
    return this.page.getByRole('textbox', { name: 'Message' })
  }
  get bubbles(): Locator {
    return this.page.getByRole('log').locator('.bubble')
  }
  /** What became of the newest own message. */
  get outcome(): Locator {
    return this.page.getByRole('log').locator('.own .outcome').last()
  }
  /** The words on a session. */
  get call(): Locator {
    return this.page.locator('#call-words')
  }
  /** What one writes in a session, and what the other does. */
  get mine(): Locator {
    return this.page.getByRole('textbox', { name: 'You write' })
  }
  get theirs(): Locator {
    return this.page.locator('#theirs')
  }

  button(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true })
  }
  person(name: string): Locator {
    return this.page.getByRole('navigation').locator(`[data-user="${name}"]`)
  }

  /** With which codes and reasons WebSockets of the page were closed. */
  closeCodes(): Promise<[number, string][]> {
    return this.page.evaluate(() => (window as Window & { closeCodes?: [number, string][] }).closeCodes ?? [])
  }

  async say(text: string): Promise<void> {
    await this.field.fill(text)
    await this.field.press('Enter')
  }
}

interface Fixtures {
  messaging: MessagingServer
  /** Somebody signs in, with a browser of their own; what a page logs or throws fails the test. */
  signIn(name: string): Promise<MessagingPage>
}

export const test = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright wants a pattern here
  messaging: async ({}, use) => {
    const server = await MessagingServer.start()
    await use(server)
    await server.kill()
  },

  signIn: async ({ browser, messaging }, use) => {
    const visitors: MessagingPage[] = []
    await use(async (name) => {
      const context = await browser.newContext()
      const visitor = new MessagingPage(await context.newPage())
      visitors.push(visitor)
      await visitor.page.addInitScript(() => {
        const codes: [number, string][] = []
        Object.assign(window, { closeCodes: codes })
        window.WebSocket = class extends WebSocket {
          constructor(url: string | URL, protocols?: string | string[]) {
            super(url, protocols)
            this.addEventListener('close', ({ code, reason }) => codes.push([code, reason]))
          }
        }
      })
      await visitor.page.goto(`${messaging.url}?name=${name}`)
      await expect(visitor.state).toHaveText('Online')
      return visitor
    })
    for (const { page, problems } of visitors) {
      expect(problems).toEqual([])
      await page.context().close()
    }
  },
})

export { expect }
