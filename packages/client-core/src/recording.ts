/** What went over a connection, written down: for the test kit, which replays it, and for the devtools panel. */

export type RecordedEvent =
  /** An attempt to connect; parameters of the address are recorded without their values. */
  | { readonly type: 'dial'; readonly connection: number; readonly at: number; readonly url: string }
  | { readonly type: 'open'; readonly connection: number; readonly at: number; readonly protocol: string }
  | RecordedFrame
  | {
      readonly type: 'closed'
      readonly connection: number
      readonly at: number
      readonly code: number
      readonly reason: string
      /** The client closed it. */
      readonly local?: boolean
    }

/** `sent` by the client, or `received`. */
export interface RecordedFrame {
  readonly type: 'sent' | 'received'
  /** Which connection, from 1. */
  readonly connection: number
  /** ms since the recording began. */
  readonly at: number
  readonly frame: string
  /** The frame was longer, in characters. */
  readonly cut?: number
}

/** Plain JSON: write it into a file with `JSON.stringify`. */
export interface Recording {
  readonly version: 1
  /** Events before the first of these that were given up for the bounds. */
  readonly dropped: number
  readonly events: readonly RecordedEvent[]
}

/** @throws TypeError when it is no recording, and says why */
export function readRecording(value: unknown): Recording {
  const { version, dropped, events } = fields(value, 'a recording')
  if (version !== 1) throw new TypeError(`a recording has version 1, not ${String(version)}`)
  if (!Array.isArray(events)) throw new TypeError('a recording has an array of events')
  return { version, dropped: number(dropped, 'dropped'), events: events.map(readEvent) }
}

function readEvent(value: unknown, index: number): RecordedEvent {
  const where = `events[${index}]`
  const { type, ...rest } = fields(value, where)
  const common = {
    connection: number(rest.connection, `${where}.connection`),
    at: number(rest.at, `${where}.at`),
  }
  switch (type) {
    case 'dial':
      return { type, ...common, url: text(rest.url, `${where}.url`) }
    case 'open':
      return { type, ...common, protocol: text(rest.protocol, `${where}.protocol`) }
    case 'sent':
    case 'received': {
      const cut = rest.cut === undefined ? {} : { cut: number(rest.cut, `${where}.cut`) }
      return { type, ...common, frame: text(rest.frame, `${where}.frame`), ...cut }
    }
    case 'closed': {
      const code = number(rest.code, `${where}.code`)
      const local = rest.local === true ? { local: true } : {}
      return { type, ...common, code, reason: text(rest.reason, `${where}.reason`), ...local }
    }
    default:
      throw new TypeError(`${where} is of no known type: ${String(type)}`)
  }
}

function fields(value: unknown, where: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw new TypeError(`${where} must be an object`)
  return { ...value }
}

function number(value: unknown, where: string): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value
  throw new TypeError(`${where} must be a number`)
}

function text(value: unknown, where: string): string {
  if (typeof value === 'string') return value
  throw new TypeError(`${where} must be a string`)
}
