/**
 * `<network-drawer peer-id="…">`: a button, and behind it what breaks the connection of this page, for demonstrations.
 * Ctrl + . opens and closes it, Escape closes it; on a screen that is too narrow for both it makes way for what there is
 * to see. It is not there where the server does not allow it. While it is open it has the attribute `open`.
 *
 * @typedef {'open' | 'cut' | 'frozen' | 'slow' | 'restarting'} Condition
 */
import { drawerMarkup, drawerStyles } from './network-drawer-view.js'

/** @type {Record<Condition, string>} */
const words = {
  open: 'Everything gets through.',
  cut: 'Cut: no connection can be made.',
  frozen: 'Frozen: nothing gets through, and nobody is told.',
  slow: 'Slow: everything takes a second longer, each way.',
  restarting: 'The server is down, and forgets all that it had in memory.',
}

/** Makes the element known to the page. Does nothing the second time. */
export function defineNetworkDrawer() {
  if (!customElements.get('network-drawer')) customElements.define('network-drawer', createNetworkDrawer())
}

/** A class made on demand: importing this where there is no `HTMLElement` must do no harm. */
function createNetworkDrawer() {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(drawerStyles)

  return class extends HTMLElement {
    /** When the condition is over by itself, in epoch ms; 0 for never. */
    #endsAt = 0
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    #timer
    #leaving = new AbortController()
    #root = this.attachShadow({ mode: 'open' })

    constructor() {
      super()
      this.#root.adoptedStyleSheets = [sheet]
      this.#root.innerHTML = drawerMarkup
      this.#find('.opener').addEventListener('click', () => this.#toggle())
      this.#find('.close').addEventListener('click', () => this.#toggle(false))
      for (const button of this.#actions())
        button.addEventListener('click', () => {
          const again = button.getAttribute('aria-pressed') === 'true'
          this.#ask(again ? 'restore' : button.value)
          // Where it lies over what there is to see.
          if (!matchMedia('(min-width: 64rem)').matches) this.#toggle(false)
        })
    }

    connectedCallback() {
      this.#leaving = new AbortController()
      const { signal } = this.#leaving
      document.addEventListener('keydown', (event) => this.#key(event), { signal })
      this.#ask()
    }

    disconnectedCallback() {
      this.#leaving.abort()
      clearTimeout(this.#timer)
    }

    /** @param {KeyboardEvent} event */
    #key(event) {
      if (event.key === '.' && event.ctrlKey && !this.hidden) this.#toggle()
      else if (event.key === 'Escape' && this.hasAttribute('open')) this.#toggle(false)
      else return
      event.preventDefault()
    }

    #toggle(open = !this.hasAttribute('open')) {
      const opener = this.#find('.opener')
      // The rest of the page can be used meanwhile: whoever went on writing there goes on.
      const inside = this.#root.activeElement !== null
      this.#panel().hidden = !open
      this.toggleAttribute('open', open)
      opener.setAttribute('aria-expanded', String(open))
      if (open) this.#actions()[0]?.focus()
      else if (inside) opener.focus()
    }

    /** @param {string} [action] without one it only asks how things are */
    async #ask(action) {
      const peerId = this.getAttribute('peer-id') ?? ''
      const { signal } = this.#leaving
      try {
        const response = action
          ? await fetch('/network', { method: 'POST', body: JSON.stringify({ peerId, action }), signal })
          : await fetch(`/network?${new URLSearchParams({ peerId })}`, { signal })
        const { enabled, condition, endsIn, error } = await response.json()
        if (error) return this.#say(`That did not work: ${error}`)
        this.hidden = !enabled
        this.#endsAt = endsIn > 0 ? Date.now() + endsIn : 0
        this.#show(condition)
      } catch {
        // Left; or the server is really away, which the banner says.
        if (!signal.aborted) this.#say('The server does not answer.')
      }
    }

    /** @param {Condition} condition */
    #show(condition) {
      this.dataset.condition = condition
      for (const button of this.#actions())
        button.setAttribute('aria-pressed', String(button.dataset.condition === condition))
      this.#say(words[condition])
      this.#count()
    }

    /** @param {string} text for the live node: without the seconds */
    #say(text) {
      const node = this.#find('[role="status"]')
      if (node.textContent !== text) node.textContent = text
    }

    #count() {
      clearTimeout(this.#timer)
      const left = this.#endsAt - Date.now()
      const over = this.#endsAt > 0 && left <= 0
      this.#find('.countdown').textContent = left > 0 ? `Ends by itself in ${Math.ceil(left / 1000)} s` : ''
      if (over) this.#ask()
      else if (left > 0) this.#timer = setTimeout(() => this.#count(), left % 1000 || 1000)
    }

    #panel() {
      return this.#find('.panel')
    }

    /** @returns {HTMLButtonElement[]} */
    #actions() {
      return [...this.#root.querySelectorAll(/** @type {'button'} */ ('button.action'))]
    }

    /**
     * @param {string} selector of what the markup has
     * @returns {HTMLElement}
     */
    #find(selector) {
      const found = this.#root.querySelector(selector)
      if (found instanceof HTMLElement) return found
      throw new Error(`the drawer has no ${selector}`)
    }
  }
}
