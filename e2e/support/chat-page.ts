import type { Locator, Page } from '@playwright/test'

export interface ChatOptions {
  room?: string
  /** The page's own, for trying things out: see the README of the chat. */
  retries?: number
  minTimeout?: number
  maxTimeout?: number
  /** Makes the random part of the waits as long as it can be, so that a test knows them. */
  steady?: boolean
}

/** A person at the plain page of the chat. */
export class ChatPage {
  /** When the page opened WebSockets, in epoch ms. */
  readonly dials: number[] = []
  /** What the page logged or threw, except the browser's own words on failed connections. */
  readonly problems: string[] = []

  constructor(
    readonly page: Page,
    readonly name: string,
  ) {
    page.on('websocket', () => this.dials.push(Date.now()))
    page.on('pageerror', (error) => this.problems.push(String(error)))
    page.on('console', (message) => {
      if (!/^(WebSocket connection to|Failed to load resource:) /.test(message.text()))
        this.problems.push(message.text())
    })
  }

  async enter(url: string, { room = 'lobby', steady, ...retry }: ChatOptions = {}): Promise<void> {
    if (steady)
      await this.page.addInitScript(() => {
        Math.random = () => 0.999999
      })
    const query = new URLSearchParams({ room, name: this.name })
    for (const [option, value] of Object.entries(retry)) query.set(option, String(value))
    await this.page.goto(`${url}?${query}`)
  }

  get field(): Locator {
    return this.page.getByRole('textbox', { name: 'Message' })
  }
  get sendButton(): Locator {
    return this.page.getByRole('button', { name: 'Send', exact: true })
  }
  get retryButton(): Locator {
    return this.page.getByRole('button', { name: 'Retry now' })
  }
  /** Says in the corner how the connection is. */
  get state(): Locator {
    return this.page.locator('#state')
  }
  /** Is there only when the connection is not. */
  get banner(): Locator {
    return this.page.locator('#notice')
  }
  /** What a screen reader is told. */
  get live(): Locator {
    return this.page.getByRole('status')
  }
  get bubbles(): Locator {
    return this.page.getByRole('log').locator('.bubble')
  }
  get members(): Locator {
    return this.page.getByRole('complementary', { name: 'People' }).getByRole('listitem')
  }
  /** The newest own message, with what became of it. */
  get newest(): Locator {
    return this.page.getByRole('log').locator('.own').last()
  }

  async say(text: string): Promise<void> {
    await this.field.fill(text)
    await this.field.press('Enter')
  }
}
