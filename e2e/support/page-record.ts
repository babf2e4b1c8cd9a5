import type { Page } from '@playwright/test'

/** What happened in a page, and when: ms of its own clock, from the moment it was opened. */
export interface PageEvent {
  type:
    | 'dial'
    | 'open'
    /** A socket closed, whether or not it was open before. */
    | 'close'
    | 'click'
    | 'online'
    /** 1.5 s after the page lost an open connection, by a timer of the recorder, which is late when the page's own are. */
    | 'late'
    /** The bar appeared with this text, has another, or went: then it is empty. */
    | 'banner'
    | 'countdown'
    /** The words for screen readers were written. */
    | 'said'
    /** Something moved that nobody has touched, and this far (Chromium only: other browsers do not tell). */
    | 'shift'
  at: number
  text?: string
}

/** Keeps what a page tells of itself, from its first line on: no look from outside is as exact. */
export class PageRecord {
  readonly events: PageEvent[] = []

  static async of(page: Page): Promise<PageRecord> {
    const record = new PageRecord()
    await page.exposeBinding('recordEvent', (_, event: PageEvent) => {
      record.events.push(event)
    })
    await page.addInitScript(watchPage)
    return record
  }

  /** Those of a kind, oldest first. */
  all(type: PageEvent['type']): PageEvent[] {
    return this.events.filter((event) => event.type === type)
  }

  last(type: PageEvent['type']): PageEvent | undefined {
    return this.all(type).at(-1)
  }

  texts(type: PageEvent['type']): (string | undefined)[] {
    return this.all(type).map(({ text }) => text)
  }

  /** What has moved since the connection was lost. Of earlier shifts browsers tell when they find the time. */
  get shiftsOfOutage(): PageEvent[] {
    const lost = this.all('close')[0]?.at ?? Infinity
    return this.all('shift').filter(({ at }) => at >= lost)
  }

  /** Begins anew. */
  clear(): void {
    this.events.length = 0
  }
}

/** Runs in the page, before anything else does. */
function watchPage(): void {
  const { recordEvent } = window as unknown as { recordEvent(event: PageEvent): void }
  const tell = (type: PageEvent['type'], text?: string, at = performance.now()) =>
    recordEvent({ type, at, ...(text === undefined ? {} : { text }) })

  window.WebSocket = class extends WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols)
      tell('dial')
      let wasOpen = false
      this.addEventListener('open', () => {
        wasOpen = true
        tell('open')
      })
      this.addEventListener('close', () => {
        tell('close')
        if (wasOpen) setTimeout(tell, 1500, 'late')
      })
    }
  }

  addEventListener('click', () => tell('click'), true)
  addEventListener('online', () => tell('online'), true)

  const known = new Map<string, string>()
  const look = (root: ParentNode, type: PageEvent['type'], selector: string) => {
    const node = root.querySelector<HTMLElement>(selector)
    if (!node) return
    const text = node.checkVisibility() ? (node.textContent ?? '').trim() : ''
    if (text === (known.get(type) ?? '')) return
    known.set(type, text)
    tell(type, text)
  }
  const observe = (root: Document | ShadowRoot) => {
    new MutationObserver((changes) => {
      look(root, 'banner', '.protoo-banner-message')
      look(root, 'countdown', '.protoo-banner-countdown')
      // Whatever is written there may be read out, though it be the same once more.
      const live = root.querySelector('.protoo-banner-live')
      const isWritten = changes.some(({ type, target }) => type !== 'attributes' && live?.contains(target))
      if (live && isWritten) tell('said', live.textContent)
    }).observe(root, { subtree: true, childList: true, characterData: true, attributes: true })
  }
  observe(document)
  const { attachShadow } = Element.prototype
  Element.prototype.attachShadow = function (options) {
    const root = attachShadow.call(this, options)
    observe(root)
    return root
  }

  if (!PerformanceObserver.supportedEntryTypes.includes('layout-shift')) return
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as LayoutShift[]) {
      const what = entry.sources.map(({ node }) =>
        node instanceof Element ? node.outerHTML.slice(0, 80) : node?.nodeName,
      )
      if (!entry.hadRecentInput) tell('shift', `${entry.value}: ${what.join(', ')}`, entry.startTime)
    }
  }).observe({ type: 'layout-shift', buffered: true })
}

/** As Chromium has it. */
interface LayoutShift extends PerformanceEntry {
  value: number
  hadRecentInput: boolean
  sources: { node?: Node }[]
}
