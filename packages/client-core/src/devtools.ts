/**
 * A panel that shows what goes over a peer's connection, loaded only when it is asked for: `@protoo-kit/client-core/devtools`.
 *
 * ```js
 * const { Recorder, openDevtools } = await import('@protoo-kit/client-core/devtools')
 * const recorder = new Recorder()
 * const peer = createPeer(url, { WebSocket: recorder.WebSocket })
 * openDevtools(recorder, peer)
 * ```
 */
import { css } from './devtools-css.js'
import { devtoolsView } from './devtools-model.js'
import { DevtoolsRows } from './devtools-rows.js'
import { DevtoolsTimeline } from './devtools-timeline.js'
import type { Recorder } from './recorder.js'
import type { StatusSource } from './status.js'

export { Recorder, type RecorderOptions } from './recorder.js'
export { type RecordedEvent, type RecordedFrame, type Recording, readRecording } from './recording.js'

/** `<protoo-devtools>`: a panel at the bottom of the page. */
export interface DevtoolsElement extends HTMLElement {
  /** Whose frames it shows. */
  recorder: Recorder | undefined
  /** Whose state it shows. */
  peer: StatusSource | undefined
}

declare global {
  interface HTMLElementTagNameMap {
    'protoo-devtools': DevtoolsElement
  }
}

/** Makes the element known to the page. Does nothing where there is no page, and when the name is taken. */
export function defineDevtools(): void {
  if (!globalThis.customElements || customElements.get('protoo-devtools')) return
  customElements.define('protoo-devtools', createElementClass())
}

/**
 * Shows the panel.
 * @param peer shows its state, too
 * @returns closes it
 */
export function openDevtools(recorder: Recorder, peer?: StatusSource): () => void {
  defineDevtools()
  const element = document.createElement('protoo-devtools')
  element.recorder = recorder
  element.peer = peer
  document.body.append(element)
  return () => element.remove()
}

function createElementClass(): new () => DevtoolsElement {
  // Here, since there is no HTMLElement where there is no page.
  return class extends HTMLElement implements DevtoolsElement {
    recorder: Recorder | undefined
    peer: StatusSource | undefined
    private readonly rows = new DevtoolsRows()
    private readonly timeline = new DevtoolsTimeline()
    private readonly state = node('span', 'state')
    private readonly counts = node('dl', 'counts')
    private readonly filter = node('input', 'filter')
    private stops: (() => void)[] = []
    private frame = 0

    connectedCallback(): void {
      if (!this.shadowRoot) this.build(this.attachShadow({ mode: 'open' }))
      const draw = () => {
        this.frame ||= requestAnimationFrame(() => this.draw())
      }
      // The band grows, and so does the wait for an answer.
      const timer = setInterval(draw, 1000)
      const stops = [this.recorder?.subscribe(draw), this.peer?.subscribe(draw), () => clearInterval(timer)]
      this.stops = stops.filter((stop) => stop !== undefined)
      this.draw()
    }

    disconnectedCallback(): void {
      for (const stop of this.stops.splice(0)) stop()
      cancelAnimationFrame(this.frame)
      this.frame = 0
    }

    private build(root: ShadowRoot): void {
      const style = node('style', '', css)
      const panel = node('section', 'panel')
      panel.setAttribute('aria-label', 'protoo devtools')
      panel.addEventListener('keydown', ({ key }) => key === 'Escape' && this.remove())
      const fold = button('Fold', () => {
        const folded = panel.toggleAttribute('data-folded')
        fold.setAttribute('aria-expanded', String(!folded))
      })
      fold.setAttribute('aria-expanded', 'true')
      const tools = node('div', 'tools')
      this.filter.type = 'search'
      this.filter.placeholder = 'Filter by method'
      this.filter.setAttribute('aria-label', 'Filter by method')
      this.filter.addEventListener('input', () => this.draw())
      tools.append(
        this.filter,
        button('Clear', () => this.recorder?.clear()),
        button('Export', () => this.export()),
        fold,
        button('Close', () => this.remove()),
      )
      const header = node('header', '')
      header.append(node('h2', '', 'protoo'), this.state, this.counts, tools)
      panel.append(header, this.timeline.svg, this.rows.list)
      root.append(style, panel)
    }

    private draw(): void {
      this.frame = 0
      const { recorder, peer } = this
      const events = recorder?.events ?? []
      const { rows, sent, received, inFlight, connections } = devtoolsView(events)
      const wanted = this.filter.value.toLowerCase()
      this.rows.draw(rows.filter(({ label }) => label.toLowerCase().includes(wanted)))
      this.timeline.draw(events, recorder?.now ?? 0)
      const state = peer?.status.state ?? ''
      this.state.hidden = !state
      this.state.dataset.state = state
      write(this.state, state)
      const dropped = recorder?.dropped ?? 0
      const counts = {
        connections,
        sent,
        received,
        'in flight': inFlight,
        ...(dropped && { 'given up': dropped }),
      }
      this.drawCounts(counts)
    }

    private drawCounts(counts: Record<string, number>): void {
      for (const [name, count] of Object.entries(counts)) {
        let entry = this.counts.querySelector(`[data-name="${name}"]`)
        if (!entry) {
          const added = node('div', '')
          added.dataset.name = name
          added.append(node('dt', '', name), node('dd', ''))
          this.counts.append(added)
          entry = added
        }
        const value = entry.querySelector('dd')
        if (value) write(value, String(count))
      }
    }

    /** A file that `MockServer.replay()` takes. */
    private export(): void {
      const link = document.createElement('a')
      link.href = URL.createObjectURL(
        new Blob([JSON.stringify(this.recorder, null, 1)], { type: 'application/json' }),
      )
      link.download = 'protoo-recording.json'
      link.click()
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
    }
  }
}

function node<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  name: string,
  text = '',
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag)
  if (name) made.className = name
  if (text) made.textContent = text
  return made
}

function button(text: string, act: () => void): HTMLButtonElement {
  const made = node('button', '', text)
  made.type = 'button'
  made.addEventListener('click', act)
  return made
}

function write(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text
}
