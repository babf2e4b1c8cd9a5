import {
  CLOSED_ON_PURPOSE,
  type Clock,
  ConnectionLostError,
  encodeAuthToken,
  endsSession,
  NOT_ALLOWED,
  NotConnectedError,
  PeerClosedError,
  REPLACED,
  readWelcome,
  SESSION_SUBPROTOCOL,
  SessionLostError,
  SUBPROTOCOL,
  systemClock,
} from '@protoo-kit/protocol'
import { defaultWebSocket } from '#websocket'
import { type Backoff, createBackoff } from './backoff.js'
import { type ConnectionEvent, type PeerStatus, transition } from './connection.js'
import { type ClientSession, createClientSession } from './session.js'
import { PAUSED_PROBE } from './timing.js'
import type { Transport, TransportHandler } from './transport.js'
import type { TransportOptions, UrlSource } from './transport-options.js'
import { OPEN, type WebSocketLike } from './websocket.js'

/**
 * A WebSocket that comes back. It performs what the connection machine decides:
 * one socket per attempt, one timer per state. Begins to dial when constructed,
 * as in v4 (C2), unless `autoConnect` is `false`.
 */
export class WebSocketTransport implements Transport {
  status: PeerStatus = { state: 'idle' }
  session: ClientSession | undefined
  readonly clock: Clock
  private readonly _url: UrlSource
  private readonly _options: TransportOptions
  private readonly _backoff: Backoff
  private _handler: TransportHandler | undefined
  private _socket: WebSocketLike | undefined
  /** Counts changes of state: what was begun in an earlier one is ignored. */
  private _moves = 0
  /** Counts dials, for the server to know the latest. */
  private _dials = 0
  private _timer: unknown
  /** Notifications lost with sessions, until an `open` tells of them. */
  private _lostCount = 0
  /** Whether the server refused the credentials since the last time it accepted some. */
  private _refused: boolean | undefined
  private _unsubscribe: (() => void) | undefined

  /**
   * @param url `ws:` or `wss:` (`http:` and `https:` where the platform takes them); a function is asked anew for each attempt, and its failure is a failed attempt
   * @throws TypeError for an invalid URL, retry option or too long `authToken`
   */
  constructor(url: UrlSource, options: TransportOptions = {}) {
    if (typeof url !== 'function' && !/^(ws|http)s?:\/\/./i.test(url))
      throw new TypeError(`not a WebSocket URL: ${url}`)
    if (typeof options.authToken === 'string') encodeAuthToken(options.authToken)
    this._url = url
    this._options = options
    this._backoff = createBackoff(options.retry || undefined)
    this.clock = options.clock ?? systemClock
    if (options.autoConnect !== false) this.connect()
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
   * Closes for good. Without a code the socket is closed without one, as in v4 (C8). A session's is closed with 4000, unless
   * the code itself ends a session: after 1000, say, the server would wait for the client.
   * @param code 1000, or 3000 to 4999. What else the platform's socket refuses throws, and nothing has changed
   * @param reason at most 123 bytes, likewise
   */
  close(code?: number, reason?: string): void {
    if (this.session && !endsSession(code)) code = CLOSED_ON_PURPOSE
    this._discard(code, reason)
    this._dispatch('close')
  }

  /** Tells the connection machine, and does what its state asks for, whose timer ends with it. */
  protected _dispatch(type: ConnectionEvent['type'], details?: object): void {
    const { clock, status: before } = this
    const { wake, connectTimeout = 10_000 } = this._options
    const event = { type, now: clock.now(), ...details } as ConnectionEvent
    const after = transition(before, event, this._backoff)
    if (after === before) return
    this.status = after
    if (this.closed) this._replaceSession()
    let move: number | undefined
    if (after.state !== before.state) {
      clock.clearTimeout(this._timer)
      move = ++this._moves
    }
    this._handler?.change(after, before)
    // A listener may have closed or dialled meanwhile, and that has had its own effects.
    if (move !== this._moves) return
    // A source that calls back while it is being subscribed to is not heard.
    if ('downSince' in after || this.session)
      this._unsubscribe ??= wake?.subscribe((type) => {
        if (!this._unsubscribe) return
        if (type !== 'leave') {
          this.session?.probe()
          this._dispatch(type)
        } else if (this.session) this.close()
      })
    else {
      // Nothing to wake.
      this._unsubscribe?.()
      this._unsubscribe = undefined
    }
    if (after.state === 'connecting') {
      this._timer = clock.setTimeout(() => this._lost('connect timeout'), connectTimeout)
      this._dial()
    } else if ('downSince' in after) {
      const wait = 'retryAt' in after ? after.retryAt - clock.now() : PAUSED_PROBE
      this._timer = clock.setTimeout(() => this._dispatch('elapsed'), wait)
    }
  }

  private async _dial(): Promise<void> {
    const move = this._moves
    const current = () => move === this._moves
    const options = this._options
    try {
      // Nothing happens before the peer is there, and has told its listeners of this state.
      await 0
      const url = await call(this._url)
      const token = await call(options.authToken)
      if (!current()) return
      const protocols = options.session ? [SESSION_SUBPROTOCOL, SUBPROTOCOL] : [SUBPROTOCOL]
      this._dials++
      if (this.session) protocols.push(this.session.resume(this._dials))
      if (token) protocols.push(encodeAuthToken(token))
      this._listen(new (options.WebSocket ?? defaultWebSocket())(url, protocols, options))
    } catch (cause) {
      if (current()) this._lost('cannot dial', undefined, cause)
    }
  }

  private _listen(socket: WebSocketLike): void {
    const message = ({ data }: { data: unknown }) => this._handler?.message(data)
    let cause: unknown
    this._socket = socket
    socket.onopen = () => {
      const { protocol } = socket
      if (protocol && protocol !== SUBPROTOCOL) {
        if (protocol !== SESSION_SUBPROTOCOL) this._lost('invalid subprotocol')
      } else {
        socket.onmessage = message
        this._opened(false)
      }
    }
    // The first frame on a connection with sessions: until then nothing is open.
    socket.onmessage = ({ data }: { data: unknown }) => {
      const welcome = readWelcome(data)
      const session =
        welcome &&
        (welcome.resumed
          ? this.session
          : createClientSession(welcome, this.clock, message, (reason, end) => this._lost(reason, end)))
      if (welcome && session?.attach(socket, welcome)) this._opened(welcome.resumed, session)
      else this._lost('invalid welcome', welcome && CLOSED_ON_PURPOSE)
    }
    // Only Node says what went wrong.
    socket.onerror = ({ error }: { error?: unknown }) => {
      cause = error
    }
    socket.onclose = ({ code, reason }: { code: number; reason: string }) =>
      this._lost(`closed with ${code} ${reason}`, undefined, cause, code, reason)
  }

  private _opened(resumed: boolean, session?: ClientSession): void {
    if (!resumed) this._replaceSession(session)
    this._refused = false
    this._dispatch('opened', { resumed, lost: this._lostCount })
    // A listener of it cannot have lost another session, but by closing for good.
    this._lostCount = 0
  }

  private _replaceSession(session?: ClientSession): void {
    this._lostCount += this.session?.detach() ?? 0
    this.session = session
  }

  /**
   * The connection or the attempt is over, or is given up.
   * @param end the code to close with, and to end the session, which is of no use, either
   * @param cause what Node says went wrong
   * @param code the server's, if it closed
   */
  private _lost(message: string, end?: number, cause?: unknown, code?: number, reason?: string): void {
    const { wake, random = Math.random } = this._options
    // A server that knows sessions closes with all codes.
    const extended = this._socket?.protocol === SESSION_SUBPROTOCOL
    this._discard(end)
    const refused = extended && code === NOT_ALLOWED
    const final =
      code === CLOSED_ON_PURPOSE
        ? 'kicked'
        : extended && code === REPLACED
          ? 'replaced'
          : // Once they are asked for anew.
            refused && this._refused && 'refused'
    const ends = end || (extended && !refused && endsSession(code))
    const Lost = ends && this.session ? SessionLostError : ConnectionLostError
    if (ends) this._replaceSession()
    this._refused ||= refused
    this._dispatch('lost', {
      error: new Lost(message, { cause }),
      code,
      reason,
      random: random(),
      offline: !!wake?.offline,
      final,
    })
  }

  /** Closes the socket and takes the handlers off, so that nothing of it is heard again. */
  private _discard(code?: number, reason?: string): void {
    const socket = this._socket
    if (!socket) return
    socket.close(code, reason)
    this.session?.detach()
    // Not `onerror`: `ws` throws an error that nobody listens to.
    socket.onmessage = socket.onopen = socket.onclose = () => {}
    this._socket = undefined
  }
}

function call<T>(source: T | (() => T | Promise<T>)): T | Promise<T> {
  return source instanceof Function ? source() : source
}
