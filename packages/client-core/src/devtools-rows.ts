import type { DevtoolsRow } from './devtools-model.js'
import type { RecordedEvent } from './recording.js'

/** Lines in the page at most: the newest. */
const MOST_ROWS = 500
/** Characters of a frame that are shown. */
const MOST_SHOWN = 20_000

interface Line {
  item: HTMLLIElement
  button: HTMLButtonElement
  took: HTMLElement
}

/** The list of frames: lines come and go with their events, and are otherwise left alone. One of them has the tab stop. */
export class DevtoolsRows {
  readonly list: HTMLOListElement = document.createElement('ol')
  private lines = new Map<RecordedEvent, Line>()

  constructor() {
    this.list.setAttribute('aria-label', 'Frames')
    this.list.addEventListener('keydown', (event) => this.move(event))
  }

  draw(rows: readonly DevtoolsRow[]): void {
    const { list } = this
    const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40
    const shown = rows.slice(-MOST_ROWS)
    const kept = new Set(shown.map(({ event }) => event))
    for (const [event, { item }] of this.lines) {
      if (kept.has(event)) continue
      item.remove()
      this.lines.delete(event)
    }
    let before: HTMLElement | undefined
    for (const row of shown) {
      const line = this.lines.get(row.event) ?? createLine(row)
      this.lines.set(row.event, line)
      update(line, row)
      const place = before ? before.nextSibling : list.firstChild
      if (place !== line.item) list.insertBefore(line.item, place)
      before = line.item
    }
    this.keepTabStop()
    if (atEnd) list.scrollTop = list.scrollHeight
  }

  private get buttons(): HTMLButtonElement[] {
    return [...this.list.querySelectorAll<HTMLButtonElement>('.row')]
  }

  private keepTabStop(): void {
    const { buttons } = this
    if (!buttons.some(({ tabIndex }) => tabIndex === 0)) buttons.at(-1)?.setAttribute('tabindex', '0')
  }

  private move(event: KeyboardEvent): void {
    const { buttons } = this
    const at = buttons.findIndex((button) => button.matches(':focus'))
    const steps: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      Home: 0,
      End: buttons.length - 1,
    }
    const next = Object.hasOwn(steps, event.key) ? buttons[steps[event.key] ?? -1] : undefined
    if (at < 0 || !next) return
    event.preventDefault()
    for (const button of buttons) button.tabIndex = -1
    next.tabIndex = 0
    next.focus()
  }
}

function createLine(row: DevtoolsRow): Line {
  const { event, kind, label } = row
  const item = document.createElement('li')
  const button = document.createElement('button')
  button.type = 'button'
  button.className = 'row'
  button.tabIndex = -1
  const way = 'frame' in event ? event.type : 'connection'
  item.dataset.way = way
  item.dataset.kind = kind
  const arrow = { sent: '↑', received: '↓', connection: '·' }[way]
  const took = cell('took', '')
  button.append(
    cell('at', seconds(event.at)),
    cell('way', arrow, { sent: 'sent', received: 'received', connection: 'connection' }[way]),
    cell('kind', kind),
    cell('label', label),
    took,
    cell('size', 'frame' in event ? size(event.cut ?? event.frame.length) : ''),
  )
  item.append(button)
  if ('frame' in event) {
    button.setAttribute('aria-expanded', 'false')
    button.addEventListener('click', () => toggle(item, button, event.frame))
  }
  return { item, button, took }
}

function cell(name: string, text: string, label?: string): HTMLElement {
  const span = document.createElement('span')
  span.className = name
  span.textContent = text
  if (label) {
    span.setAttribute('role', 'img')
    span.setAttribute('aria-label', label)
  }
  return span
}

function update({ item, took }: Line, { outcome, took: ms }: DevtoolsRow): void {
  if (!outcome) return
  const text = ms === undefined ? (outcome === 'lost' ? 'lost' : 'waiting …') : `${ms} ms`
  if (took.textContent !== text) took.textContent = text
  item.dataset.outcome = outcome
}

function toggle(item: HTMLElement, button: HTMLElement, frame: string): void {
  const open = item.querySelector('pre')
  button.setAttribute('aria-expanded', String(!open))
  if (open) {
    open.remove()
    return
  }
  const pre = document.createElement('pre')
  pre.tabIndex = 0
  pre.setAttribute('aria-label', 'The frame')
  pre.textContent = pretty(frame)
  pre.role = 'group'
  item.append(pre)
}

function pretty(frame: string): string {
  if (frame.length > MOST_SHOWN) return `${frame.slice(0, MOST_SHOWN)} … (${size(frame.length)})`
  try {
    return JSON.stringify(JSON.parse(frame), null, 2)
  } catch {
    return frame
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(3)}`
}

function size(characters: number): string {
  return characters < 1000 ? `${characters} ch` : `${(characters / 1000).toFixed(1)}k ch`
}
