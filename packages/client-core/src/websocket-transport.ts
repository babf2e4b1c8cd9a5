import {
  CLOSED_ON_PURPOSE,
  type Clock,
  ConnectionLostError,
  encodeAuthToken,
  NotConnectedError,
  PeerClosedError,
  SUBPROTOCOL,
  systemClock,
} from '@protoo-kit/protocol'
import { defaultWebSocket } from '#websocket'
import { type Backoff, createBackoff } from './backoff.js'
import { type ConnectionEvent, type PeerStatus, transition } from './connection.js'
import type { Transport, TransportHandler } from './transport.js'
import type { TransportOptions, UrlSource } from './transport-options.js'
import type { WebSocketLike } from './websocket.js'

/** `WebSocket.OPEN`, which need not exist as a global. */
const OPEN = 1

/** ms. While paused a dial is still made now and then: browsers are at times wrong about being offline. */
const PAUSED_PROBE = 30_000

/**
 * A WebSocket that comes back. It performs what the connection machine decides:
 * one socket per attempt, one timer per state. Begins to dial when constructed,
 * as in v4 (C2), unless `autoConnect` is `false`.
 */
export class WebSocketTransport implements Transport {
  status: PeerStatus = { state: 'idle' }
  readonly clock: Clock
  private readonly _url: UrlSource
  private readonly _options: TransportOptions
  private readonly _backoff: Backoff
  private _handler: TransportHandler | undefined
  private _socket: WebSocketLike | undefined
  /** Counts dials: what an earlier one comes to is ignored. */
  private _dials = 0
  private _timer: unknown
  private _unsubscribe: (() => void) | undefined

  /**
   * @param url `ws:` or `wss:` (`http:` and `https:` where the platform takes them); a function is asked anew for each attempt, and its failure is a failed attempt
   * @throws TypeError for an invalid URL, retry option or too long `authToken`
   */
  constructor(url: UrlSource, options: TransportOptions = {}) {
    if (typeof url !== 'function' && !/^(ws|http)s?:\/\/./i.test(url))
      throw new TypeError(`not a ws:// or wss:// URL: ${url}`)
    if (typeof options.authToken === 'string') encodeAuthToken(options.authToken)
    this._url = url
    this._options = options
    this._backoff = createBackoff(options.retry || undefined)
    this.clock = options.clock ?? systemClock
    if (options.autoConnect ?? true) this.connect()
  }

  get closed(): boolean {
    return this.status.state === 'closed'
  }

  attach(handler: TransportHandler): void {
    if (this._handler) throw new Error('transport in use')
    this._handler = handler
  }

  connect(): void {
    if (this.status.state === 'idle') this._dispatch('dial')
  }

  reconnect(): void {
    this._dispatch('dial')
    if (this.closed) throw new PeerClosedError()
  }

  send(text: string): void {
    if (this._socket?.readyState !== OPEN) throw new NotConnectedError()
    this._socket.send(text)
  }

  /**
   * Closes for good. Without a code the socket is closed without one, as in v4 (C8).
   * @param code 1000, or 3000 to 4999. What else the platform's socket refuses throws, and nothing has changed
   * @param reason at most 123 bytes, likewise
   */
  close(code?: number, reason?: string): void {
    this._discard(code, reason)
    this._dispatch('close')
  }

  private _dispatch(type: ConnectionEvent['type'], details?: object): void {
    const before = this.status
    const event = { ...details, type, now: this.clock.now() } as ConnectionEvent
    const after = transition(before, event, this._backoff)
    if (after === before) return
    this.status = after
    const { state } = after
    const moved = state !== before.state
    if (moved) this.clock.clearTimeout(this._timer)
    this._handler?.change(after, before)
    // A listener may have closed or dialled meanwhile, and that has had its own effects.
    if (moved && this.status.state === state) this._enter(this.status)
  }

  /** The effects of a state. Its timer ends with it. */
  private _enter(status: PeerStatus): void {
    const { clock } = this
    const { connectTimeout = 10_000, wake } = this._options
    // A source that calls back while it is being subscribed to is not heard.
    if ('downSince' in status)
      this._unsubscribe ??= wake?.subscribe((type) => this._unsubscribe && this._dispatch(type))
    else {
      // Nothing to wake.
      this._unsubscribe?.()
      this._unsubscribe = undefined
    }
    if (status.state === 'connecting') {
      this._timer = clock.setTimeout(() => {
        this._discard()
        this._lost(new ConnectionLostError('connect timeout'))
      }, connectTimeout)
      this._dial()
    } else if ('downSince' in status) {
      const wait = status.state === 'waiting' ? status.retryAt - clock.now() : PAUSED_PROBE
      this._timer = clock.setTimeout(() => this._dispatch('elapsed'), wait)
    }
  }

  private async _dial(): Promise<void> {
    const dial = ++this._dials
    const stale = () => dial !== this._dials || this.status.state !== 'connecting'
    const options = this._options
    try {
      // Nothing happens before the peer is there, and has told its listeners of this state.
      await null
      const url = await call(this._url)
      const token = await call(options.authToken)
      if (stale()) return
      const protocols = token ? [SUBPROTOCOL, encodeAuthToken(token)] : [SUBPROTOCOL]
      const Constructor = options.WebSocket ?? defaultWebSocket()
      const socket = new Constructor(url, protocols, options)
      let cause: unknown
      this._socket = socket
      socket.onopen = () => this._dispatch('opened')
      socket.onmessage = ({ data }: { data: unknown }) => this._handler?.message(data)
      // Only Node says what went wrong.
      socket.onerror = ({ error }: { error?: unknown }) => {
        cause = error
      }
      socket.onclose = ({ code, reason }: { code: number; reason: string }) => {
        this._discard()
        this._lost(new ConnectionLostError(`closed with ${code} ${reason}`, { cause }), code, reason)
      }
    } catch (cause) {
      if (!stale()) this._lost(new ConnectionLostError('cannot dial', { cause }))
    }
  }

  private _lost(error: Error, code?: number, reason?: string): void {
    const { random = Math.random, wake } = this._options
    this._dispatch('lost', {
      error,
      code,
      reason,
      random: random(),
      offline: !!wake?.offline,
      final: code === CLOSED_ON_PURPOSE && 'kicked',
    })
  }

  /** Closes the socket and takes the handlers off, so that nothing of it is heard again. */
  private _discard(code?: number, reason?: string): void {
    const socket = this._socket
    if (!socket) return
    socket.close(code, reason)
    // Not null: `ws` throws an error that nobody listens to.
    socket.onopen = socket.onmessage = socket.onclose = socket.onerror = () => {}
    this._socket = undefined
  }
}

function call<T>(source: T | (() => T | Promise<T>)): T | Promise<T> {
  return source instanceof Function ? source() : source
}
