import { type Clock, systemClock } from '@protoo-kit/protocol'
import { defaultWebSocket } from '#websocket'
import type { RecordedEvent, Recording } from './recording.js'
import { UnansweredSocket } from './unanswered-socket.js'
import type { WebSocketConstructor, WebSocketLike } from './websocket.js'

export interface RecorderOptions {
  /** Most events that are kept: older ones are given up. Default 2000. */
  maxEvents?: number
  /** Most characters of frames that are kept. Default 4 million. */
  maxCharacters?: number
  /** The class that dials. Default: the browser's own, `ws` on Node. */
  WebSocket?: WebSocketConstructor
  /** Time, for tests. */
  clock?: Clock
}

/** Characters of one frame that are kept. */
const LONGEST_FRAME = 262_144

/**
 * Writes down what goes over the connections of a peer, from outside: give its `WebSocket` to the peer.
 *
 * ```ts
 * const recorder = new Recorder()
 * const peer = createPeer('wss://example.org', { WebSocket: recorder.WebSocket })
 * // later: JSON.stringify(recorder), for MockServer.replay()
 * ```
 *
 * Credentials are left out: session tokens, and the values of parameters in the address. What your messages hold is recorded as it is.
 */
export class Recorder {
  /** Give this to the peer as its `WebSocket` option. */
  readonly WebSocket: WebSocketConstructor
  /** Those that are kept, oldest first. */
  readonly events: RecordedEvent[] = []
  /** How many were given up for the bounds. */
  dropped = 0
  private connections = 0
  private characters = 0
  private readonly listeners = new Set<() => void>()
  private readonly clock: Clock
  private readonly start: number
  private readonly maxEvents: number
  private readonly maxCharacters: number

  constructor({
    maxEvents = 2000,
    maxCharacters = 4_000_000,
    clock = systemClock,
    WebSocket,
  }: RecorderOptions = {}) {
    if (!(maxEvents > 0) || !(maxCharacters > 0))
      throw new TypeError('maxEvents and maxCharacters must be above 0')
    this.maxEvents = maxEvents
    this.maxCharacters = maxCharacters
    this.clock = clock
    this.start = clock.monotonic()
    const dial = (...[url, protocols, options]: ConstructorParameters<WebSocketConstructor>) =>
      this.dial(new (WebSocket ?? defaultWebSocket())(url, protocols, options), url)
    // Which class dials is looked up then, so that a recorder may be made where there is none.
    this.WebSocket = new Proxy(UnansweredSocket, {
      construct: (_target, [url, protocols, options]) => dial(url, protocols, options),
    })
  }

  /** ms since the recording began. */
  get now(): number {
    return Math.round(this.clock.monotonic() - this.start)
  }

  /** @param listener called after each change. @returns its undo */
  subscribe(listener: () => void): () => void {
    this.listeners.add(listener)
    return () => {
      this.listeners.delete(listener)
    }
  }

  /** Forgets what there is. */
  clear(): void {
    this.events.length = 0
    this.characters = 0
    this.dropped = 0
    this.tell()
  }

  toJSON(): Recording {
    return { version: 1, dropped: this.dropped, events: [...this.events] }
  }

  private dial(socket: WebSocketLike, url: string): WebSocketLike {
    const connection = ++this.connections
    const note = (event: Noted) => this.note({ ...event, connection, at: this.now })
    note({ type: 'dial', url: withoutValues(url) })
    return watch(socket, note)
  }

  private note(event: RecordedEvent): void {
    this.events.push(event)
    this.characters += length(event)
    while (this.events.length > this.maxEvents || this.characters > this.maxCharacters) {
      const oldest = this.events.shift()
      if (!oldest) break
      this.characters -= length(oldest)
      this.dropped++
    }
    this.tell()
  }

  private tell(): void {
    for (const listener of [...this.listeners]) listener()
  }
}

type Without<T> = T extends unknown ? Omit<T, 'connection' | 'at'> : never
type Noted = Without<RecordedEvent>

/** The socket, seen from outside: a proxy, so that handlers may be set on it as on the socket itself. */
function watch(socket: WebSocketLike, note: (event: Noted) => void): WebSocketLike {
  let local = false
  const before: Record<string, (event: object) => void> = {
    onopen: () => note({ type: 'open', protocol: socket.protocol }),
    onmessage: (event) => {
      if ('data' in event) note({ type: 'received', ...framed(event.data) })
    },
    onclose: (event) => {
      const code = 'code' in event && typeof event.code === 'number' ? event.code : 1006
      const reason = 'reason' in event ? String(event.reason) : ''
      note({ type: 'closed', code, reason, ...(local && { local }) })
    },
  }
  return new Proxy(socket, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target)
      if (typeof value !== 'function') return value
      if (key === 'close')
        return (code?: number, reason?: string) => {
          local = true
          target.close(code, reason)
        }
      if (key !== 'send') return value.bind(target)
      return (text: string) => {
        note({ type: 'sent', ...framed(text) })
        target.send(text)
      }
    },
    set(target, key, handler: unknown) {
      const first = before[String(key)]
      if (!first || typeof handler !== 'function') return Reflect.set(target, key, handler, target)
      const both = (event: object) => {
        first(event)
        return Reflect.apply(handler, target, [event])
      }
      return Reflect.set(target, key, both, target)
    },
  })
}

function framed(frame: unknown): { frame: string; cut?: number } {
  if (typeof frame !== 'string') return { frame: '(binary)' }
  // The welcome of a session holds what its resumption asks for.
  const text = /^\{"session":/.test(frame) ? frame.replace(/("token":)"[^"]*"/, '$1"…"') : frame
  return text.length > LONGEST_FRAME
    ? { frame: text.slice(0, LONGEST_FRAME), cut: text.length }
    : { frame: text }
}

function length(event: RecordedEvent): number {
  return 'frame' in event ? event.frame.length : 0
}

function withoutValues(url: string): string {
  return url.replace(/[?#].*/, (rest) => rest.replace(/=[^&#]*/g, '=…'))
}
