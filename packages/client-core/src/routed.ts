import { guard, ProtocolError, systemClock } from '@protoo-kit/protocol'
import type { PeerStatus } from './connection.js'
import { Emitter } from './emitter.js'
import type { CloseEvent } from './peer.js'
import { RoutedAnswers } from './routed-answers.js'
import {
  parseRouted,
  type RoutedData,
  type RoutedRequestMessage,
  type RoutedResponse,
  type RoutedSender,
} from './routed-message.js'
import { type RoutedRequestOptions, RoutedRequests } from './routed-requests.js'
import { createRoutedTransport, RoutedTransport } from './routed-transport.js'
import type { Transport } from './transport.js'
import type { TransportOptions, UrlSource } from './transport-options.js'

export type { RoutedData, RoutedRequestOptions, RoutedResponse, RoutedSender }
export { RoutedTransport }

/** A request of the server's, or of another peer through it. */
export interface RoutedRequest {
  readonly method: string
  readonly data: RoutedData
  /** The peer that sent it; undefined for the application's own. */
  readonly sender: RoutedSender | undefined
  /** Whether it has its final answer. */
  readonly ended: boolean
  /**
   * Answers it: provisionally (100 to 199) as often as you like, finally once; what follows is not sent.
   * @throws RangeError for a status outside 100 to 699
   */
  reply(status: number, reason?: string, data?: RoutedData): void
}

/** The arguments of each event. */
export interface RoutedPeerEvents {
  /** Connected, for the first time or again. */
  open: []
  /** An attempt to connect failed; its number starts with 1 at each outage. */
  failed: [attempt: number]
  /** The connection was lost, and is being made again. */
  disconnected: []
  /** For good, unless `reconnect()` brings it back. */
  close: [event: CloseEvent]
  /** Without a listener it is answered 501, by one that throws or whose promise rejects 500. */
  request: [request: RoutedRequest]
  /** `status` has changed. */
  status: []
  /** The server sent what is no message; it was dropped. */
  protocolerror: [error: ProtocolError]
}

/**
 * A client of a protoo Application (`@protoo-kit/router`): requests by method and path, with provisional answers, over
 * a connection that comes back by itself. Its `status` is that of `Peer`, so that all which shows one shows the other.
 */
export class RoutedPeer extends Emitter<RoutedPeerEvents> {
  /** For the application's own use. */
  readonly data: RoutedData = {}
  private readonly _requests: RoutedRequests
  private readonly _answers = new RoutedAnswers()

  /** On a `RoutedTransport`, which knows when to stay away; any other transport goes by its own rules. */
  constructor(private readonly _transport: Transport) {
    super()
    const requests = new RoutedRequests(
      (text) => _transport.send(text),
      _transport.clock ?? systemClock,
      (call) => guard(call, (error) => console.error('protoo: listener failed:', 'onProgress', error)),
    )
    this._requests = requests
    const change = (after: PeerStatus, before: PeerStatus): void => {
      if (after.state === before.state) {
        // Nothing but `status`.
      } else if (after.state === 'open') {
        requests.connected(() => this.emit('open'))
      } else if (after.state === 'closed') {
        requests.closed()
        this.emit('close', after)
      } else if ('downSince' in after) {
        requests.disconnected()
        if (before.state === 'open') this.emit('disconnected')
        if (before.state === 'connecting') this.emit('failed', before.attempt)
      }
      this.emit('status')
    }
    _transport.attach({ change, message: (frame) => this._receive(frame) })
    // What happened before there was a peer is told once its listeners are on.
    const { status } = this
    if (this.connected) requests.connected(() => {})
    queueMicrotask(() => {
      if (status === this.status) change(status, { state: 'idle' })
    })
  }

  get closed(): boolean {
    return this._transport.closed
  }

  get connected(): boolean {
    return this.status.state === 'open'
  }

  /** Where the connection stands: immutable, and the same object until something changes. */
  get status(): PeerStatus {
    return this._transport.status
  }

  /** @param listener called after each change of `status`. @returns its undo */
  subscribe(listener: () => void): () => void {
    return this.listen('status', listener)
  }

  /**
   * Sends a request and resolves to its answer, of a status from 200 to 299.
   *
   * It outlives a reconnection, since the server holds the answer for a peer in its grace period; with `retry: true` it is sent
   * again as well. The timeout begins anew with each provisional answer; default 22.5 s, and 150 ms more per request in
   * flight, for a `session` 130 s.
   *
   * Rejects with `RequestError` (its `code` is the status), `RequestTimeoutError`, `NotConnectedError`, `PeerClosedError`,
   * or the reason of `signal`.
   */
  request(
    method: string,
    path: string,
    data: RoutedData = {},
    options: RoutedRequestOptions = {},
  ): Promise<RoutedResponse> {
    return this._requests.request(method, path, data, options)
  }

  /** Dials, where the transport was made with `autoConnect: false`. */
  connect(): void {
    this._transport.connect()
  }

  /**
   * "Retry now": dials at once. After `exhausted` and `replaced` the peer is open for use again.
   * @throws PeerClosedError when closed here or by the server on purpose
   */
  reconnect(): void {
    this._transport.reconnect()
  }

  /** Closes for good; pending requests reject with `peer closed` before this returns. */
  close(code?: number, reason?: string): void {
    this._transport.close(code, reason)
  }

  private _receive(frame: unknown): void {
    const message = parseRouted(frame)
    if (message instanceof ProtocolError) this.emit('protocolerror', message)
    else if ('status' in message) this._requests.receive(message)
    else this._arrived(message, frame as string)
  }

  private _arrived(message: RoutedRequestMessage, frame: string): void {
    const { id, method, data, sender } = message
    const known = this._answers.arrived(id, frame)
    if (known !== true) {
      if (known) this._send(known)
      return
    }
    let ended = false
    const request: RoutedRequest = {
      method,
      data,
      sender,
      get ended() {
        return ended
      },
      reply: (status, reason = '', answer = {}) => {
        if (!(Number.isInteger(status) && status >= 100 && status <= 699))
          throw new RangeError(`status must be an integer from 100 to 699, not ${status}`)
        if (ended) return
        const text = JSON.stringify({ status, reason, id, data: answer })
        ended = status >= 200
        if (ended) this._answers.answered(id, frame, text)
        this._send(text)
      },
    }
    const listeners = [...this._registered('request')]
    if (listeners.length === 0) request.reply(501, 'no request listener')
    const failed = (error: unknown): void => {
      console.error('protoo: listener failed:', 'request', error)
      request.reply(500, String(error))
    }
    for (const listener of listeners) guard(() => listener.call(this, request), failed)
  }

  /** Without a connection it need not be: the server asks again when there is one, and the answer is kept. */
  private _send(text: string): void {
    if (this.connected)
      guard(
        () => this._transport.send(text),
        () => {},
      )
  }
}

/**
 * A peer with the defaults of `createPeer()`.
 *
 * ```ts
 * const peer = createRoutedPeer('wss://example.org/?username=alice&uuid=phone')
 * await peer.request('message', '/users/bob', { text: 'Hi Bob!' })
 * ```
 */
export function createRoutedPeer(url: UrlSource, options?: TransportOptions): RoutedPeer {
  return new RoutedPeer(createRoutedTransport(url, options))
}
