/**
 * `<protoo-reconnect-banner>`, for pages without a framework:
 *
 * ```js
 * defineReconnectBanner()
 * document.querySelector('protoo-reconnect-banner').peer = peer
 * ```
 */
import { type BannerMessages, bannerView } from './banner-view.js'
import { css } from './reconnect-banner-css.js'
import { type ConnectionStatus, connectionStatus, type StatusSource } from './status.js'
import type { Store } from './store.js'

/**
 * A bar over the page that says so when the connection is lost, and offers what can be done.
 *
 * CSS parts: `bar` (together with `good`, `waiting` or `bad`), `message`, `countdown`, `action`. Custom properties:
 * `--protoo-banner-background`, `-color`, `-border`, `-inset`, `-z-index`, `-font`.
 */
export interface ReconnectBannerElement extends HTMLElement {
  /** Whose connection it tells of. */
  peer: StatusSource | undefined
  /** Words to use instead of the English ones. */
  messages: Partial<BannerMessages> | undefined
  /** ms without a connection until it appears. Default 1500. */
  showAfter: number | undefined
  /** What "Sign in" does, where the credentials were refused; without it there is "Reload". */
  signIn: (() => void) | undefined
}

declare global {
  interface HTMLElementTagNameMap {
    'protoo-reconnect-banner': ReconnectBannerElement
  }
}

/**
 * Makes the element known to the page. Does nothing where there is no page, and when the name is taken.
 *
 * The element may be there before, with its properties set.
 */
export function defineReconnectBanner(name = 'protoo-reconnect-banner'): void {
  if (!globalThis.customElements || customElements.get(name)) return
  customElements.define(name, createReconnectBanner())
}

const settings = ['peer', 'messages', 'showAfter', 'signIn'] as const
type Settings = Pick<ReconnectBannerElement, (typeof settings)[number]>

/** In the shadow, where React and Vue have it on the element itself. */
const liveCss = `.protoo-banner-live {
  position: absolute;
  width: 1px;
  height: 1px;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
}
`

/** A class made on demand: importing this where there is no `HTMLElement` must do no harm. */
function createReconnectBanner(): new () => ReconnectBannerElement {
  // Unlike a style element, allowed by every Content-Security-Policy.
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(css + liveCss)

  return class extends HTMLElement implements ReconnectBannerElement {
    private readonly settings: Partial<Settings> = {}
    /** Says it to those who do not see; always there, as one that comes with its text may not be heard. */
    private readonly live = element('div', 'live')
    private readonly bar = element('div', 'bar')
    private readonly message = element('span', 'message')
    private readonly countdown = element('span', 'countdown')
    private readonly action = element('button', 'action')
    private store: Store<ConnectionStatus> | undefined
    private unsubscribe: (() => void) | undefined
    /** Set until the live node has been there for a while. */
    private quiet: ReturnType<typeof setTimeout> | undefined
    /** Where the focus was before it came to the button. */
    private focusedBefore: EventTarget | null = null

    constructor() {
      super()
      const { live, bar, action } = this
      live.setAttribute('role', 'status')
      bar.hidden = true
      // Said by the live node already.
      this.message.setAttribute('aria-hidden', 'true')
      action.type = 'button'
      action.addEventListener('click', () => {
        const view = this.view()
        if (!view?.action?.disabled) view?.action?.run()
      })
      action.addEventListener('focus', ({ relatedTarget }) => {
        // None when the window has the focus again: then it is what it was.
        this.focusedBefore = relatedTarget ?? this.focusedBefore
      })
      bar.append(this.message, this.countdown, action)
      const root = this.attachShadow({ mode: 'open' })
      root.adoptedStyleSheets = [sheet]
      root.append(live, bar)
      for (const name of settings) this.adopt(name)
    }

    get peer(): StatusSource | undefined {
      return this.settings.peer
    }

    set peer(peer: StatusSource | undefined) {
      this.set({ peer })
    }

    get messages(): Partial<BannerMessages> | undefined {
      return this.settings.messages
    }

    set messages(messages: Partial<BannerMessages> | undefined) {
      this.set({ messages })
    }

    get showAfter(): number | undefined {
      return this.settings.showAfter
    }

    set showAfter(showAfter: number | undefined) {
      this.set({ showAfter })
    }

    get signIn(): (() => void) | undefined {
      return this.settings.signIn
    }

    set signIn(signIn: (() => void) | undefined) {
      this.set({ signIn })
    }

    connectedCallback(): void {
      this.quiet = setTimeout(() => {
        this.quiet = undefined
        this.draw()
      })
      this.watch()
    }

    disconnectedCallback(): void {
      clearTimeout(this.quiet)
      this.unsubscribe?.()
      this.unsubscribe = undefined
    }

    /** What was set before the element was defined is a property like any other, and hides the accessor. */
    private adopt<Name extends keyof Settings>(name: Name): void {
      if (!Object.hasOwn(this, name)) return
      const value: Settings[Name] = this[name]
      delete (this as Partial<Settings>)[name]
      this.settings[name] = value
    }

    private set(settings: Partial<Settings>): void {
      Object.assign(this.settings, settings)
      if (this.isConnected) this.watch()
    }

    private watch(): void {
      const { peer, showAfter, signIn } = this.settings
      this.unsubscribe?.()
      this.store = peer && connectionStatus(peer, { showAfter, signIn })
      this.unsubscribe = this.store?.subscribe(() => this.draw())
      this.draw()
    }

    private view() {
      return this.store && bannerView(this.store.get(), this.settings.messages)
    }

    private draw(): void {
      const { bar, action } = this
      const view = this.view()
      const text = view?.text ?? ''
      if (!this.quiet) write(this.live, text)
      if ((!text || !view?.action) && this.shadowRoot?.activeElement === action) this.giveFocusBack()
      bar.hidden = !text
      action.hidden = !view?.action
      // What goes away goes as it was.
      if (!view || !text) return
      bar.setAttribute('part', `bar ${view.tone}`)
      bar.dataset.tone = view.tone
      write(this.message, text)
      write(this.countdown, view.countdown)
      write(action, view.action?.label ?? '')
      action.setAttribute('aria-disabled', String(!!view.action?.disabled))
    }

    /** The button is about to go, and the focus with it: to the top of the page, if nobody looks after it. */
    private giveFocusBack(): void {
      const before = this.focusedBefore
      this.focusedBefore = null
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true })
    }
  }
}

function element<Tag extends 'div' | 'span' | 'button'>(tag: Tag, part: string): HTMLElementTagNameMap[Tag] {
  const node = document.createElement(tag)
  node.className = `protoo-banner-${part}`
  node.setAttribute('part', part)
  return node
}

/** Only what changes: each change of a live node is read out. */
function write(node: HTMLElement, text: string): void {
  if (node.textContent !== text) node.textContent = text
}
