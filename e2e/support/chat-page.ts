import type { Locator, Page } from '@playwright/test'
import { NetworkDrawer } from './network-drawer.js'
import { PageRecord } from './page-record.js'

/** The same chat three times: without a framework, and with each binding. */
export const frontEnds = ['plain', 'react', 'vue'] as const
export type FrontEnd = (typeof frontEnds)[number]

/** Size of a new page, as Playwright has it. */
const WINDOW = { width: 1280, height: 720 }

export interface ChatOptions {
  /** Default plain. */
  frontEnd?: FrontEnd
  room?: string
  /** The page's own, for trying things out: see the README of the chat. */
  retries?: number
  minTimeout?: number
  maxTimeout?: number
  /** Makes the random part of the waits as long as it can be, so that a test knows them: the first is `minTimeout`. */
  steady?: boolean
}

/** A person at a page of the chat: whichever it is, people find the same things in it. */
export class ChatPage {
  /** What the page logged or threw, except the browser's own words on failed connections. */
  readonly problems: string[] = []

  /** Whether it is of use to somebody else afterwards. */
  private reusable = true

  private constructor(
    readonly page: Page,
    readonly record: PageRecord,
  ) {
    // Firefox takes a failed connection for an error of the page.
    page.on('pageerror', (error) => this.note(String(error)))
    page.on('console', (message) => this.note(message.text()))
  }

  static async of(page: Page): Promise<ChatPage> {
    return new ChatPage(page, await PageRecord.of(page))
  }

  async enter(
    name: string,
    url: string,
    { frontEnd = 'plain', room = 'lobby', steady, ...retry }: ChatOptions = {},
  ): Promise<void> {
    if (steady) {
      this.reusable = false
      await this.page.addInitScript(() => {
        Math.random = () => 0.999999
      })
    }
    const query = new URLSearchParams({ room, name })
    for (const [option, value] of Object.entries(retry)) query.set(option, String(value))
    await this.page.goto(`${url}${frontEnd}/?${query}`)
  }

  get field(): Locator {
    return this.page.getByRole('textbox', { name: 'Message' })
  }
  get sendButton(): Locator {
    return this.page.getByRole('button', { name: 'Send', exact: true })
  }
  /** Says in the corner how the connection is. */
  get state(): Locator {
    return this.page.locator('#state')
  }
  /** Is there only when the connection is not. */
  get banner(): Locator {
    return this.page.locator('.protoo-banner-bar')
  }
  /** What can be done about it. */
  get action(): Locator {
    return this.banner.getByRole('button')
  }
  get countdown(): Locator {
    return this.banner.locator('.protoo-banner-countdown')
  }
  /** What a screen reader is told of it. */
  get live(): Locator {
    return this.page.locator('.protoo-banner-live')
  }
  get bubbles(): Locator {
    return this.page.getByRole('log').locator('.bubble')
  }
  get members(): Locator {
    return this.page.getByRole('complementary', { name: 'People' }).getByRole('listitem')
  }
  /** Somebody's line among the people. */
  member(name: string): Locator {
    return this.members.filter({ has: this.page.getByText(name, { exact: true }) })
  }
  /** Who is writing, below the messages. */
  get typing(): Locator {
    return this.page.locator('#typing')
  }
  /** The newest own message, with what became of it. */
  get newest(): Locator {
    return this.page.getByRole('log').locator('.own').last()
  }
  get drawer(): NetworkDrawer {
    return new NetworkDrawer(this.page)
  }

  /** Types as people do, key by key: a framework's field hears each of them. */
  async type(text: string): Promise<void> {
    await this.field.pressSequentially(text)
  }

  /** Puts text where the caret is, all at once, as pasting does. */
  async insert(text: string): Promise<void> {
    // Not fill(), which React does not hear of in Firefox.
    await this.field.evaluate((node, text) => {
      node.focus()
      document.execCommand('insertText', false, text)
    }, text)
  }

  async say(text: string): Promise<void> {
    await this.insert(text)
    await this.field.press('Enter')
  }

  /**
   * Leaves no trace, for the page to serve somebody else: opening one takes ten times as long as going elsewhere with it.
   * @returns false when it could not, and was closed
   */
  async leave(): Promise<boolean> {
    const { page } = this
    const context = page.context()
    if (page.isClosed() || context.pages().length > 1 || !this.reusable) {
      await context.close()
      return false
    }
    await page.evaluate(() => {
      localStorage.clear()
      sessionStorage.clear()
    })
    await page.goto('about:blank')
    await page.setViewportSize(WINDOW)
    this.problems.length = 0
    this.record.clear()
    return true
  }

  /** From then on `page.clock` says what time it is. */
  async stopTime(): Promise<void> {
    // It goes on saying so.
    this.reusable = false
    await this.page.clock.install()
    await this.page.clock.pauseAt(Date.now() + 60_000)
  }

  /** Takes the network away from the page, or gives it back. */
  async setOffline(offline: boolean): Promise<void> {
    // Chromium's pages do not quite get over it.
    this.reusable = false
    await this.page.context().setOffline(offline)
  }

  private note(text: string): void {
    const ofBrowser =
      /^(\[?Firefox can.t establish a connection to|\[?The connection to wss?:\S+ was interrupted|WebSocket connection to|Failed to load resource:) /
    if (!ofBrowser.test(text)) this.problems.push(text)
  }
}
