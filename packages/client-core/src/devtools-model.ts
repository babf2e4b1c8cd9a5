import { type Message, ProtocolError, parse, SESSION_SUBPROTOCOL } from '@protoo-kit/protocol'
import type { RecordedEvent } from './recording.js'

/** One line of the panel. */
export interface DevtoolsRow {
  readonly event: RecordedEvent
  /** What it is, in a word. */
  readonly kind: 'request' | 'answer' | 'refusal' | 'notification' | 'session' | 'unknown' | 'connection'
  /** The method; for a connection what became of it. */
  readonly label: string
  /** Of a request: whether there was an answer. */
  outcome?: 'pending' | 'answered' | 'refused' | 'lost'
  /** ms from the request to its answer. */
  took?: number
}

export interface DevtoolsView {
  readonly rows: readonly DevtoolsRow[]
  readonly sent: number
  readonly received: number
  /** Requests without an answer yet, of either end. */
  readonly inFlight: number
  readonly connections: number
}

type Read = Message | 'session' | 'unknown'

/** An event does not change: it is parsed once, however often it is shown. */
const parsed = new WeakMap<RecordedEvent, Read>()

function read(event: RecordedEvent & { frame: string }): Read {
  const before = parsed.get(event)
  if (before) return before
  const message = parse(event.frame)
  const session = /^\{"(session|ack)":/.test(event.frame) ? 'session' : 'unknown'
  const result = message instanceof ProtocolError ? session : message
  parsed.set(event, result)
  return result
}

/** What a recording says to people. Pure. */
export function devtoolsView(events: readonly RecordedEvent[]): DevtoolsView {
  const rows: DevtoolsRow[] = []
  /** Requests by who asked and their number. */
  const asked = new Map<string, DevtoolsRow>()
  const counts = { sent: 0, received: 0, connections: 0 }
  for (const event of events) {
    if (!('frame' in event)) {
      if (event.type === 'dial') counts.connections++
      // A connection without a session does not go on with what was asked before.
      if (event.type === 'open' && event.protocol !== SESSION_SUBPROTOCOL) lose(asked)
      rows.push({ event, kind: 'connection', label: describe(event) })
      continue
    }
    counts[event.type]++
    rows.push(frameRow(event, asked))
  }
  const inFlight = [...asked.values()].filter(({ outcome }) => outcome === 'pending').length
  return { rows, inFlight, ...counts }
}

function frameRow(event: RecordedEvent & { frame: string }, asked: Map<string, DevtoolsRow>): DevtoolsRow {
  const message = read(event)
  if (message === 'session' || message === 'unknown')
    return {
      event,
      kind: message,
      label: message === 'session' ? sessionLabel(event.frame) : 'not a message',
    }
  if ('notification' in message) return { event, kind: 'notification', label: message.method }
  const other = event.type === 'sent' ? 'received' : 'sent'
  if ('request' in message) {
    const row: DevtoolsRow = { event, kind: 'request', label: message.method, outcome: 'pending' }
    asked.set(`${event.type} ${message.id}`, row)
    return row
  }
  const request = asked.get(`${other} ${message.id}`)
  if (request?.outcome === 'pending') {
    request.outcome = message.ok ? 'answered' : 'refused'
    request.took = event.at - request.event.at
  }
  const label = request?.label ?? `number ${message.id}`
  return message.ok
    ? { event, kind: 'answer', label }
    : { event, kind: 'refusal', label: `${label}: ${message.errorCode} ${message.errorReason}` }
}

function sessionLabel(frame: string): string {
  if (frame.startsWith('{"ack"')) return `has received ${/\d+/.exec(frame)?.[0] ?? ''}`
  return `${/"resumed":true/.test(frame) ? 'resumed' : 'new'} session, ${/"received":(\d+)/.exec(frame)?.[1] ?? 0} received before`
}

function lose(asked: Map<string, DevtoolsRow>): void {
  for (const row of asked.values()) if (row.outcome === 'pending') row.outcome = 'lost'
  asked.clear()
}

function describe(event: Exclude<RecordedEvent, { frame: string }>): string {
  switch (event.type) {
    case 'dial':
      return `dialling ${event.url}`
    case 'open':
      return `open, ${event.protocol || 'no subprotocol'}`
    case 'closed':
      return `closed ${event.local ? 'here' : event.code}${event.reason && `: ${event.reason}`}`
  }
}

/** A stretch of time of one kind, for the timeline. */
export interface Stretch {
  readonly state: 'connecting' | 'open' | 'down'
  readonly from: number
  readonly to: number
}

/** How the connection was, from the first event until now. */
export function stretches(events: readonly RecordedEvent[], now: number): Stretch[] {
  const found: Stretch[] = []
  let state: Stretch['state'] = 'down'
  let from = events[0]?.at ?? now
  const next = (after: Stretch['state'], at: number) => {
    if (at > from) found.push({ state, from, to: at })
    state = after
    from = at
  }
  for (const event of events) {
    if (event.type === 'dial') next('connecting', event.at)
    if (event.type === 'open') next('open', event.at)
    if (event.type === 'closed') next('down', event.at)
  }
  next(state, now)
  return found
}
