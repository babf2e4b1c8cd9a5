import {
  type AcceptRequest,
  type AnyContract,
  type ClientSide,
  ConnectionLostError,
  type Contract,
  type Data,
  type NotificationArguments,
  type NotificationMethod,
  type NotificationOf,
  PeerClosedError,
  type ProtocolError,
  type ProtooRequest,
  type RejectRequest,
  type RequestArguments,
  type RequestData,
  type RequestHandler,
  type RequestMethod,
  type RequestOf,
  type RequestOptions,
  type RequestResult,
  Rpc,
  type ServerSide,
  SessionLostError,
} from '@protoo-kit/protocol'
import type { PeerStatus } from './connection.js'
import { Emitter } from './emitter.js'
import type { Transport } from './transport.js'

/** What the status that is open says of the session. */
export interface OpenEvent {
  /** Whether the session of before the drop goes on: the server knows this peer still. Join the room when it is `false`. */
  resumed: boolean
  /** At most so many notifications were lost with the session of before. */
  lost: number
}

/** The status that is closed: `cause`, and the server's `code` and `reason` where it was the server. */
export type CloseEvent = Extract<PeerStatus, { state: 'closed' }>

/** The arguments of each event. */
export interface PeerEvents<C extends Contract = AnyContract> {
  /** Connected, for the first time or again: the place to join a room. */
  open: [event: OpenEvent]
  /** An attempt to connect failed; its number starts with 1 at each outage (C4). */
  failed: [attempt: number]
  /** The connection was lost, and is being made again (C5). */
  disconnected: []
  /** For good, unless `reconnect()` brings it back. */
  close: [event: CloseEvent]
  request: [request: RequestOf<ClientSide<C>>, accept: AcceptRequest, reject: RejectRequest]
  notification: [notification: NotificationOf<ClientSide<C>>]
  /** `status` has changed. */
  status: []
  /** The server sent what is no message; it was dropped. */
  protocolerror: [error: ProtocolError]
}

/**
 * A participant in a room on the server: requests and notifications both ways
 * over a connection that comes back by itself.
 *
 * The API of v4, and beyond it `status`, `handle()`, `reconnect()`, and options
 * for each request. In a session, a drop loses nothing: what was sent, and what is sent meanwhile,
 * arrives once and in order when the connection is back. Without one, or when it is lost, a request in flight
 * rejects with `ConnectionLostError` or `SessionLostError` at once, unless made with `retry: true`.
 *
 * @typeParam C what travels, as types: method names, data and results are checked against it
 */
export class Peer<C extends Contract = AnyContract> extends Emitter<PeerEvents<C>> {
  /** For the application's own use (C9). */
  readonly data: Record<string, Data> = {}
  private readonly _transport: Transport
  private readonly _rpc: Rpc

  constructor(transport: Transport) {
    super()
    this._transport = transport
    this._rpc = new Rpc<Peer<C>>(
      this,
      {
        send: (_peer, text, sent, answer) => {
          const number = transport.session?.send(text, answer)
          if (!number) transport.send(text)
          sent?.()
          return number
        },
        forget: (_peer, number) => transport.session?.forget(number),
        limit: () => transport.session?.maxRequests,
        timeout: (pending) => 150 * pending + 22_500,
        listeners: () => [...this._registered('request')],
        // What the contract promises of the other end's messages is not checked here.
        notification: (_peer, notification) =>
          this.emit('notification', notification as NotificationOf<ClientSide<C>>),
        protocolError: (_peer, error) => this.emit('protocolerror', error),
      },
      transport.clock,
    )
    const rpc = this._rpc
    // What a change of state means to the requests in flight and to the listeners.
    const change = (after: PeerStatus, before: PeerStatus): void => {
      if (after.state === before.state) {
        // Nothing but `status`.
      } else if (after.state === 'open') {
        // Not what was sent since the peer was made, which is told of a connection that it found.
        if (!after.resumed && before.state !== 'idle') rpc.disconnected(() => new SessionLostError())
        rpc.connected(() => this.emit('open', after))
      } else if (after.state === 'closed') {
        rpc.disconnected(() => new PeerClosedError(), true)
        this.emit('close', after)
      } else if ('downSince' in after) {
        // While there is a session nothing is lost.
        if (!transport.session) rpc.disconnected(() => after.error ?? new ConnectionLostError())
        if (before.state === 'open') this.emit('disconnected')
        if (before.state === 'connecting') this.emit('failed', before.attempt)
      }
      this.emit('status')
    }
    transport.attach({ change, message: (frame) => rpc.receive(frame) })
    // What happened before there was a peer is told once its listeners are on (C20).
    const { status } = transport
    if (this.connected || transport.session) rpc.connected()
    queueMicrotask(() => status === transport.status && change(status, { state: 'idle' }))
  }

  get closed(): boolean {
    return this.status.state === 'closed'
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
   * Sends a request and resolves to the data of its answer.
   *
   * Rejects with `RequestError` (the other end refused), `RequestTimeoutError`, `ConnectionLostError`,
   * `SessionLostError`, `BufferFullError`, `MessageTooLargeError`, `NotConnectedError`, `PeerClosedError`, or the reason of `signal`.
   */
  request<M extends RequestMethod<ServerSide<C>>>(
    method: M,
    ...args: RequestArguments<ServerSide<C>, M, RequestOptions>
  ): Promise<RequestResult<ServerSide<C>, M>>
  request(method: string, data?: unknown, options?: RequestOptions): Promise<Data> {
    return this._rpc.request(method, data, options)
  }

  /**
   * Sends a notification; resolves when it was handed to the socket or, in a session, is kept until the server has it.
   * Rejects when there is neither, and with `BufferFullError` or `MessageTooLargeError`.
   */
  notify<M extends NotificationMethod<ServerSide<C>>>(
    method: M,
    ...args: NotificationArguments<ServerSide<C>, M>
  ): Promise<void>
  notify(method: string, data?: unknown): Promise<void> {
    return this._rpc.notify(method, data)
  }

  /**
   * Answers the server's requests of one method, before any `request` listener is asked.
   *
   * @param handler returns the answer, or a promise of it; throws `RequestError` to refuse, and anything else answers 500
   * @returns its undo
   * @throws Error when the method has a handler already
   */
  handle<M extends RequestMethod<ClientSide<C>>>(
    method: M,
    handler: (
      data: RequestData<ClientSide<C>, M>,
      request: ProtooRequest<M, RequestData<ClientSide<C>, M>>,
    ) => RequestResult<ClientSide<C>, M> | Promise<RequestResult<ClientSide<C>, M>>,
  ): () => void
  handle(method: string, handler: RequestHandler): () => void {
    return this._rpc.handle(method, handler)
  }

  /** Dials, where the transport was made with `autoConnect: false`. */
  connect(): void {
    this._transport.connect()
  }

  /**
   * "Retry now": dials at once instead of at `status.retryAt`. After `exhausted`, `refused` and `replaced`
   * the peer is open for use again. Does nothing while connecting or open.
   * @throws PeerClosedError when closed here or by the server on purpose
   */
  reconnect(): void {
    this._transport.reconnect()
  }

  /**
   * Closes for good: `close` is emitted, and pending requests reject with `peer closed`, before this returns (C8).
   * @param code close code for the server: 1000, or 3000 to 4999; others are left to the platform's socket, which may throw. Default: none, as in v4. In a session 4000, also in place of a code that would not end it
   * @param reason at most 123 bytes
   */
  close(code?: number, reason?: string): void {
    this._transport.close(code, reason)
  }
}
