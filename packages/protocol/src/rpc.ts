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

/** What the engine needs from the end that owns it. */
export interface RpcHooks {
  /** `this` of request listeners. */
  owner: unknown
  /**
   * Hands one frame to the connection, then calls `done`. May throw when there is none.
   * @param answer whether it answers a request
   * @returns in a session the message's number, by which {@link forget} knows it
   */
  send(text: string, done?: (error?: Error | null) => void, answer?: boolean): number | undefined
  /** Nobody waits for the answer to this request any more: it need not be sent, if it was not. */
  forget?(number: number): void
  /** The default timeout in ms, given how many requests are in flight. */
  timeout(pending: number): number
  /** Who listens for requests that no handler took. */
  requestListeners(): readonly RequestListener[]
  notification(notification: ProtooNotification): void
  protocolError(error: ProtocolError): void
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

export interface Rpc {
  request(method: string, data?: unknown, options?: RequestOptions): Promise<Data>
  /** Resolves once the frame was handed to the network: nobody confirms a notification. */
  notify(method: string, data?: unknown): Promise<void>
  /**
   * Answers the requests of one method.
   * @returns its undo
   * @throws Error when the method has a handler already
   */
  handle(method: string, handler: RequestHandler): () => void
  /** One frame from the other end, which may hold anything. Never throws. */
  receive(frame: unknown): void
  /**
   * A connection is there, or the one of before goes on.
   * @param announce tells the application; what it sends goes before the requests that waited
   */
  connected(announce: () => void): void
  /**
   * There is no connection (any more): whoever waits for an answer learns it now.
   * @param final there will be none: what waits for one rejects too
   */
  disconnected(error: Error, final?: boolean): void
}

/**
 * The engine that both ends share: numbers requests, keeps them until they are
 * answered, times them out, and answers those of the other end. It knows no
 * sockets, no reconnection and no rooms; its owner tells it `connected` and
 * `disconnected`, and feeds it frames.
 */
export function createRpc(hooks: RpcHooks, clock: Clock = systemClock): Rpc {
  /** Another object for each connection: an answer goes only to the one its request came on. Null: there will be none. */
  let connection: object | null | undefined
  /** Never reset and never random: the random ids of v4 collide and swap answers (PROTOCOL.md §3). */
  let lastId = 0
  const pending = new Map<number, Pending>()
  const handlers = new Map<string, RequestHandler>()

  const schedule = createDeadlines(clock, (now) => {
    let earliest = Infinity
    for (const [id, { deadline }] of pending) {
      if (deadline > now) earliest = Math.min(earliest, deadline)
      else settle(id)?.reject(new RequestTimeoutError())
    }
    return earliest
  })

  /** Takes a request out, with all that it held. */
  function settle(id: number): Pending | undefined {
    const request = pending.get(id)
    pending.delete(id)
    request?.signal?.removeEventListener('abort', request.abort)
    if (request?.number) hooks.forget?.(request.number)
    return request
  }

  /** Sends a request that was not sent on this connection. */
  function transmit(request: Pending, id: number): void {
    if (!connection || request.sent) return
    request.sent = true
    try {
      request.number = hooks.send(request.text)
    } catch (error) {
      // A socket that is closing: those that can wait for the next one do.
      if ((request.retry || request.whenOpen) && error instanceof NotConnectedError) request.sent = false
      else settle(id)?.reject(error)
    }
  }

  function assertSendable(method: unknown, whenOpen?: boolean): void {
    if (typeof method !== 'string') throw new TypeError('method must be a string')
    // Two messages for one error: both are v4's (C8, C12), and programs compare them.
    if (connection === null) throw new PeerClosedError('transport closed')
    if (!connection && !whenOpen) throw new NotConnectedError()
  }

  function answer(request: ProtooRequest): void {
    const origin = connection
    const { accept, reject, fail } = createAnswer(request.id, (text) => {
      if (origin === connection) hooks.send(text, undefined, true)
    })
    const handler = handlers.get(request.method)
    const listeners = hooks.requestListeners()
    if (handler) guard(() => handler(request.data, request), fail, accept)
    else if (listeners.length) {
      listeners.forEach((listener) => {
        guard(() => listener.call(hooks.owner, request, accept, reject), fail)
      })
    } else reject(501, 'no request listener')
  }

  return {
    request(method, data, options = {}) {
      return new Promise((resolve, reject) => {
        const { signal, whenOpen, timeout = hooks.timeout(pending.size) } = options
        if (!(timeout > 0)) throw new TypeError('timeout must be above 0')
        const id = ++lastId
        // First of all: `toJSON` is anybody's code, and may close the peer or abort.
        const text = encode(createRequest(id, method, data))
        signal?.throwIfAborted()
        assertSendable(method, whenOpen)
        const deadline = clock.monotonic() + timeout
        const abort = () => settle(id)?.reject(signal?.reason)
        signal?.addEventListener('abort', abort)
        const request: Pending = { ...options, text, deadline, resolve, reject, abort }
        // Before it is sent: sending may be what ends the connection.
        pending.set(id, request)
        schedule(deadline)
        transmit(request, id)
      })
    },

    notify(method, data) {
      return new Promise((resolve, reject) => {
        assertSendable(method)
        hooks.send(encode(createNotification(method, data)), (error) => (error ? reject(error) : resolve()))
      })
    },

    handle(method, handler) {
      if (handlers.has(method)) throw new Error(`"${method}" has a handler already`)
      // A function of its own, so that an undo never takes off a later registration.
      const own: RequestHandler = (data, request) => handler(data, request)
      handlers.set(method, own)
      return () => {
        if (handlers.get(method) === own) handlers.delete(method)
      }
    },

    receive(frame) {
      const message = parse(frame)
      if (message instanceof ProtocolError) hooks.protocolError(message)
      else if ('request' in message) answer(message)
      else if ('notification' in message) hooks.notification(message)
      else if (message.ok) settle(message.id)?.resolve(message.data)
      else
        settle(message.id)?.reject(
          new RequestError(message.errorCode, message.errorReason, message.errorData),
        )
    },

    connected(announce) {
      connection ??= {}
      announce()
      pending.forEach(transmit)
    },

    disconnected(error, final) {
      connection = final ? null : undefined
      for (const [id, request] of pending) {
        // First: its number is one of the session that has ended, not of a new one.
        request.number = undefined
        if (final || (request.sent && !request.retry)) settle(id)?.reject(error)
        request.sent = false
      }
      if (final) schedule()
    },
  }
}
