import { createAnswer, type RequestHandler, type RequestListener } from './answer.js'
import { type Clock, systemClock } from './clock.js'
import { createDeadlines } from './deadlines.js'
import {
  NotConnectedError,
  PeerClosedError,
  ProtocolError,
  RequestError,
  RequestTimeoutError,
} from './errors.js'
import { guard } from './guard.js'
import {
  createNotification,
  createRequest,
  type Data,
  encode,
  type Message,
  type ProtooNotification,
  type ProtooRequest,
} from './message.js'
import { parse } from './parse.js'

export interface RequestOptions {
  /**
   * Milliseconds until {@link RequestTimeoutError}; `Infinity` for none. Default as in
   * v4 (C11, S14): 22.5 s, and 150 ms more per request in flight, at the client; 30 s and 200 ms at the server.
   */
  timeout?: number
  /** Aborting rejects with the signal's reason and frees everything here. The other end is told nothing. */
  signal?: AbortSignal
  /** Safe to repeat: if the connection drops before the answer, it is sent again on the next one. Default `false`. */
  retry?: boolean
  /** Without a connection, wait for one instead of rejecting. The timeout runs meanwhile. Default `false`. */
  whenOpen?: boolean
}

/** What the engine needs from the end that owns it, and hands to each of these: so that all ends can share one set. */
export interface RpcHooks<Owner> {
  /**
   * Hands one frame to the connection, then calls `done`. May throw when there is none.
   * @param answer whether it answers a request
   * @returns in a session the message's number, by which {@link forget} knows it
   */
  send(
    owner: Owner,
    text: string,
    done?: (error?: Error | null) => void,
    answer?: boolean,
  ): number | undefined
  /** Nobody waits for the answer to this request any more: it need not be sent, if it was not. */
  forget?(owner: Owner, number: number): void
  /** The default timeout in ms, given how many requests are in flight. */
  timeout(pending: number): number
  /** Requests that may be in flight; none when that is not known. */
  limit?(): number | undefined
  /** Who listens for requests that no handler took; `this` is the owner. */
  listeners(owner: Owner): readonly RequestListener[]
  /** A handler or listener threw, or its promise rejected: the other end is told anyway. */
  failed?(owner: Owner, request: ProtooRequest, error: unknown): void
  notification(owner: Owner, notification: ProtooNotification): void
  protocolError(owner: Owner, error: ProtocolError): void
}

interface Pending extends RequestOptions {
  /** The frame, which `retry` and `whenOpen` may send later. */
  text: string
  deadline: number
  resolve(data: Data): void
  reject(error: unknown): void
  /** What listens to the signal. */
  abort(): void
  /** On this connection. */
  sent?: boolean
  /** Of its message, in a session. */
  number?: number | undefined
}

/**
 * The engine that both ends share: numbers requests, keeps them until they are
 * answered, times them out, and answers those of the other end. It knows no
 * sockets, no reconnection and no rooms; its owner tells it `connected` and
 * `disconnected`, and feeds it frames.
 *
 * A server has thousands, most of them idle: what is not in use does not exist.
 */
export class Rpc<Owner = unknown> {
  /** Another array (no object is smaller) for each connection: an answer goes only to the one its request came on. Null: there will be none. */
  private _connection: object | null | undefined
  private _pending: Map<number, Pending> | undefined
  private _handlers: Map<string, { handler: RequestHandler }> | undefined
  private _schedule: ((deadline?: number) => void) | undefined

  constructor(
    private readonly _owner: Owner,
    private readonly _hooks: RpcHooks<Owner>,
    private readonly _clock: Clock = systemClock,
    /** Never reset and never random: the random ids of v4 collide and swap answers (PROTOCOL.md §3). */
    private _lastId = 0,
  ) {}

  request(method: string, data?: unknown, options: RequestOptions = {}): Promise<Data> {
    return new Promise((resolve, reject) => {
      this._pending ??= new Map()
      const pending = this._pending
      const { signal, whenOpen, timeout = this._hooks.timeout(pending.size) } = options
      if (!(timeout > 0)) throw new TypeError('timeout must be > 0')
      // As the other end would answer. Nothing is above what is not known.
      if (pending.size >= (this._hooks.limit?.() as number)) throw new RequestError(429, 'too many requests')
      const id = ++this._lastId
      // First of all: `toJSON` is anybody's code, and may close the peer or abort.
      const text = encode(createRequest(id, method, data))
      signal?.throwIfAborted()
      this._assertSendable(method, whenOpen)
      const deadline = this._clock.monotonic() + timeout
      const abort = () => this._giveUp(id, signal?.reason)
      signal?.addEventListener('abort', abort)
      const request: Pending = { ...options, text, deadline, resolve, reject, abort }
      // Before it is sent: sending may be what ends the connection.
      pending.set(id, request)
      this._schedule ??= createDeadlines(this._clock, (now) => {
        let earliest = Infinity
        pending.forEach(({ deadline }, id) => {
          if (deadline > now) earliest = Math.min(earliest, deadline)
          else this._giveUp(id, new RequestTimeoutError())
        })
        return earliest
      })
      this._schedule(deadline)
      this._transmit(request, id)
    })
  }

  /** Resolves once the frame was handed to the network: nobody confirms a notification. */
  notify(method: string, data?: unknown): Promise<void> {
    return new Promise((resolve, reject) => {
      this._assertSendable(method)
      const text = encode(createNotification(method, data))
      this._hooks.send(this._owner, text, (error) => (error ? reject(error) : resolve()))
    })
  }

  /**
   * Answers the requests of one method.
   * @returns its undo
   * @throws Error when the method has a handler already
   */
  handle(method: string, handler: RequestHandler): () => void {
    this._handlers ??= new Map()
    const handlers = this._handlers
    if (handlers.has(method)) throw new Error(`"${method}" has a handler already`)
    // An object of its own, so that an undo never takes off a later registration.
    const entry = { handler }
    handlers.set(method, entry)
    return () => {
      if (handlers.get(method) === entry) handlers.delete(method)
    }
  }

  /**
   * One frame from the other end, which may hold anything. Never throws.
   * @param message what it says, for who has read it already
   */
  receive(frame: unknown, message: Message | ProtocolError = parse(frame)): void {
    if (message instanceof ProtocolError) this._hooks.protocolError(this._owner, message)
    else if ('request' in message) this._answer(message)
    else if ('notification' in message) this._hooks.notification(this._owner, message)
    else if (message.ok) this._settle(message.id)?.resolve(message.data)
    else
      this._settle(message.id)?.reject(
        new RequestError(message.errorCode, message.errorReason, message.errorData),
      )
  }

  /**
   * A connection is there, or the one of before goes on.
   * @param announce tells the application; what it sends goes before the requests that waited
   */
  connected(announce?: () => void): void {
    this._connection ??= []
    announce?.()
    this._pending?.forEach(this._transmit, this)
  }

  /**
   * There is no connection (any more): whoever waits for an answer learns it now.
   * @param error makes what each of them rejects with: most often nobody waits, and an error takes long to make
   * @param final there will be none: what waits for one rejects too
   */
  disconnected(error: () => Error, final?: boolean): void {
    this._connection = final ? null : undefined
    this._pending?.forEach((request, id) => {
      // First: its number is one of the session that has ended, not of a new one.
      request.number = undefined
      if (final || (request.sent && !request.retry)) this._settle(id)?.reject(error())
      request.sent = false
    })
    if (final) this._schedule?.()
  }

  /** Takes a request out, with all that it held. */
  private _settle(id: number): Pending | undefined {
    const request = this._pending?.get(id)
    this._pending?.delete(id)
    request?.signal?.removeEventListener('abort', request.abort)
    return request
  }

  private _giveUp(id: number, reason: unknown): void {
    const request = this._settle(id)
    if (request?.number) this._hooks.forget?.(this._owner, request.number)
    request?.reject(reason)
  }

  /** Sends a request that was not sent on this connection. */
  private _transmit(request: Pending, id: number): void {
    if (!this._connection || request.sent) return
    request.sent = true
    try {
      request.number = this._hooks.send(this._owner, request.text)
    } catch (error) {
      // A socket that is closing: those that can wait for the next one do.
      if ((request.retry || request.whenOpen) && error instanceof NotConnectedError) request.sent = false
      else this._settle(id)?.reject(error)
    }
  }

  private _assertSendable(method: unknown, whenOpen?: boolean): void {
    if (typeof method !== 'string') throw new TypeError('method must be a string')
    // Two messages for one error: both are v4's (C8, C12), and programs compare them.
    if (this._connection === null) throw new PeerClosedError('transport closed')
    if (!this._connection && !whenOpen) throw new NotConnectedError()
  }

  private _answer(request: ProtooRequest): void {
    const owner = this._owner
    const origin = this._connection
    const { accept, reject, fail } = createAnswer(request.id, (text) => {
      if (origin === this._connection) this._hooks.send(owner, text, undefined, true)
    })
    const failed = (error: unknown): void => {
      this._hooks.failed?.(owner, request, error)
      fail(error)
    }
    const { handler } = this._handlers?.get(request.method) ?? {}
    const listeners = handler ? [] : this._hooks.listeners(owner)
    if (handler) guard(() => handler(request.data, request), failed, accept)
    else if (listeners.length) {
      listeners.forEach((listener) => {
        guard(() => listener.call(owner, request, accept, reject), failed)
      })
    } else reject(501, 'no request listener')
  }
}
