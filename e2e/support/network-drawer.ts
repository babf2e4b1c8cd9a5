import type { Locator, Page } from '@playwright/test'

/** What breaks the connection of the page that it is in. */
export class NetworkDrawer {
  constructor(private readonly page: Page) {}

  get panel(): Locator {
    return this.page.getByRole('dialog', { name: 'Network' })
  }
  /** How the network is, in words. */
  get words(): Locator {
    return this.panel.getByRole('status')
  }

  async open(): Promise<void> {
    await this.page.getByRole('button', { name: 'Network' }).click()
  }
  async close(): Promise<void> {
    await this.panel.getByRole('button', { name: 'Close' }).click()
  }

  /** Ends what was asked for, unless it has ended by itself: it does, after a while. */
  async end(name: 'Cut' | 'Freeze'): Promise<void> {
    if ((await this.button(name).getAttribute('aria-pressed')) === 'true') await this.button(name).click()
  }

  button(name: 'Cut' | 'Freeze' | 'Slow' | 'Restart the server'): Locator {
    return this.panel.getByRole('button', { name })
  }
}
