import { stretches } from './devtools-model.js'
import type { RecordedEvent } from './recording.js'

const NAMESPACE = 'http://www.w3.org/2000/svg'
const WIDTH = 1000

/** When the connection was there, as a band, and each frame as a tick: sent ones up, received ones down. */
export class DevtoolsTimeline {
  readonly svg: SVGSVGElement = document.createElementNS(NAMESPACE, 'svg')

  constructor() {
    this.svg.setAttribute('viewBox', `0 0 ${WIDTH} 34`)
    this.svg.setAttribute('preserveAspectRatio', 'none')
    this.svg.setAttribute('role', 'img')
  }

  draw(events: readonly RecordedEvent[], now: number): void {
    const from = events[0]?.at ?? now
    const scale = WIDTH / Math.max(now - from, 1)
    const x = (at: number) => ((at - from) * scale).toFixed(1)
    const bands = stretches(events, now).map(({ state, from, to }) => {
      const width = ((to - from) * scale).toFixed(1)
      return shape('rect', { class: state, x: x(from), y: '9', width, height: '16' })
    })
    const ticks = (['sent', 'received'] as const).map((way) => {
      const [top, bottom] = way === 'sent' ? [2, 16] : [18, 32]
      const path = events
        .filter(({ type }) => type === way)
        .map(({ at }) => `M${x(at)} ${top}V${bottom}`)
        .join('')
      return shape('path', { class: `ticks ${way}-ticks`, d: path })
    })
    this.svg.replaceChildren(...bands, ...ticks)
    const open = stretches(events, now)
      .filter(({ state }) => state === 'open')
      .reduce((sum, { from, to }) => sum + to - from, 0)
    const [lasted, total] = [open, now - from].map((ms) => (ms / 1000).toFixed(1))
    this.svg.setAttribute('aria-label', `Timeline: connected for ${lasted} of ${total} seconds`)
  }
}

function shape(name: 'rect' | 'path', attributes: Record<string, string>): SVGElement {
  const node = document.createElementNS(NAMESPACE, name)
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value)
  return node
}
