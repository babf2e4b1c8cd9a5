import { EventEmitter } from 'node:events'
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
  RequestError,
  type RequestHandler,
  type RequestListener,
  type RequestMethod,
  type RequestOf,
  type RequestOptions,
  type RequestResult,
  Rpc,
  type RpcHooks,
  type ServerSide,
} from '@protoo-kit/protocol'
import type { PeerCall } from './backplane.js'
import { assertCloseArguments, type CloseInfo, DEFAULT_CLOSE_CODE, DEFAULT_CLOSE_REASON } from './close.js'
import type { SharedText } from './connection.js'
import { emitSafely, reportFailure } from './emit.js'
import { createLogger } from './logger.js'
import type { TransportReceiver, WebSocketTransport } from './websocket-transport.js'

const logger = createLogger('Peer')

export interface PeerEvents<C extends Contract = AnyContract> {
  /** A request that no {@link Peer.handle} took. Call `accept` or `reject`, now or later. */
  request: [request: RequestOf<ServerSide<C>>, accept: AcceptRequest, reject: RejectRequest]
  notification: [notification: NotificationOf<ServerSide<C>>]
  close: [info: CloseInfo]
  /** The connection dropped; the peer keeps its place, and what it is sent, until the session's window has passed. */
  disconnected: []
  /** The client is back, and nothing was lost. */
  resumed: []
  /** The client sent what is no message. It was dropped; the connection stays. */
  protocolerror: [error: ProtocolError]
}

/** A peer has one connection or one session, so there is no later one to wait for, or to repeat a request on. */
export type ServerRequestOptions = Pick<RequestOptions, 'timeout' | 'signal'>

/** A client in a room (S14). `C` types what it may be sent, and sends. */
export class Peer<C extends Contract = AnyContract>
  extends EventEmitter<PeerEvents<C>>
  implements TransportReceiver
{
  private isClosed: boolean
  private custom: Data | undefined
  private readonly rpc: Rpc<this>

  /** What the engine needs, for all peers: a server has thousands. */
  private static readonly hooks: RpcHooks<Peer> = {
    send: (peer, text, done) => peer.transport.sendText(text, done),
    forget: (peer, number) => peer.transport.forget(number),
    timeout: (pending) => 2000 * (15 + 0.1 * pending),
    // The one place where a contract meets what came off the wire: nothing checks it against its types.
    listeners: (peer) => peer.rawListeners('request') as RequestListener[],
    // The requester's answer says so too, and would be the only one to see it. A `RequestError` is meant for it.
    failed: (_peer, { method }, error) => {
      if (!(error instanceof RequestError)) reportFailure(method)(error)
    },
    notification: (peer, notification) => peer.emitEvent('notification', notification),
    protocolError: (peer, error) => {
      logger.warn('dropped a frame [peer:%s]: %s', peer.id, error.message)
      peer.emitEvent('protocolerror', error)
    },
  }

  /**
   * Made by `room.createPeer()`.
   * @param room told once when it closes, before its `close` listeners; not when it is closed from the start
   * @param held see {@link WebSocketTransport.attach}
   */
  constructor(
    readonly id: string,
    protected readonly transport: WebSocketTransport,
    private readonly room: { left(peer: { readonly id: string }): void },
    held = false,
  ) {
    super()
    this.setMaxListeners(Number.POSITIVE_INFINITY)
    this.isClosed = transport.closed
    this.rpc = new Rpc(this, Peer.hooks as RpcHooks<this>)
    if (this.isClosed) {
      // S16: whoever made it can still add a listener.
      this.rpc.disconnected(new PeerClosedError(), true)
      const info: CloseInfo = { cause: 'remote', code: 1006, reason: 'transport was closed already' }
      setImmediate(() => this.emitEvent('close', info))
      return
    }
    this.rpc.connected()
    transport.attach(this, held)
  }

  /** Yours: any properties that belong to this client. The object itself stays. */
  get data(): Data {
    this.custom ??= {}
    return this.custom
  }

  set data(_value: never) {
    throw new Error('cannot override data object')
  }

  get closed(): boolean {
    return this.isClosed
  }

  /** Whether there is a connection to the client: in a session that is not the same as not closed. */
  get connected(): boolean {
    return this.transport.connected
  }

  /**
   * Whether the client is there for sure, so that another one cannot have its id.
   * @internal
   */
  get established(): boolean {
    return this.transport.established
  }

  /**
   * Asks the client, and resolves with the data of its answer.
   *
   * @param args `data`, and options: `timeout` in ms, default 30 s plus 200 ms per request in flight; `signal` to abort
   * @throws RequestError (rejects) when the client refused, with its `code`
   * @throws RequestTimeoutError, ConnectionLostError, PeerClosedError, BufferFullError (rejects)
   */
  request<M extends RequestMethod<ClientSide<C>>>(
    method: M,
    ...args: RequestArguments<ClientSide<C>, M, ServerRequestOptions>
  ): Promise<RequestResult<ClientSide<C>, M>>
  request(method: string, data?: unknown, options?: ServerRequestOptions): Promise<Data> {
    return this.rpc.request(method, data, options)
  }

  /** Resolves when the message was handed to the network or, in a session, is kept until the client has it. */
  notify<M extends NotificationMethod<ClientSide<C>>>(
    method: M,
    ...args: NotificationArguments<ClientSide<C>, M>
  ): Promise<void>
  notify(method: string, data?: unknown): Promise<void> {
    return this.rpc.notify(method, data)
  }

  /**
   * Answers the requests of one method with what `handler` returns; a `RequestError` that
   * it throws refuses, any other error answers 500. Goes before `request` listeners.
   *
   * @returns its undo
   * @throws Error when the method has a handler already
   */
  handle<M extends RequestMethod<ServerSide<C>>>(
    method: M,
    handler: (
      data: RequestData<ServerSide<C>, M>,
      request: ProtooRequest<M, RequestData<ServerSide<C>, M>>,
    ) => RequestResult<ServerSide<C>, M> | Promise<RequestResult<ServerSide<C>, M>>,
  ): () => void
  handle(method: string, handler: RequestHandler): () => void {
    return this.rpc.handle(method, handler)
  }

  /**
   * Closes the connection and leaves the room; `close` is emitted at once, and
   * what waits for an answer rejects with `peer closed` (S15).
   *
   * @param code default 4000: the client does not come back. See {@link WebSocketTransport.close}
   * @param reason at most 123 bytes of UTF-8
   * @throws TypeError, RangeError when a close frame cannot carry them; nothing is closed then
   */
  close(code: number = DEFAULT_CLOSE_CODE, reason: string = DEFAULT_CLOSE_REASON): void {
    assertCloseArguments(code, reason)
    if (this.isClosed) return
    logger.debug('close() [peer:%s]', this.id)
    // The transport tells `ended` before it returns.
    this.transport.close(code, reason)
  }

  /**
   * What another node wants the client to be sent, or a room whose contract does not matter.
   * @internal
   */
  async perform(call: PeerCall, signal?: AbortSignal): Promise<Data> {
    const { kind, method, data, timeout } = call
    if (kind === 'request') {
      const limits = { ...(timeout !== undefined && { timeout }), ...(signal && { signal }) }
      return await this.rpc.request(method, data, limits)
    }
    await this.rpc.notify(method, data)
    return {}
  }

  /** @internal */
  sendShared(shared: SharedText): void {
    this.transport.sendShared(shared)
  }

  /** @internal */
  receive(frame: unknown): void {
    // It never throws, and if it ever did, a client must not be able to end the process with that.
    try {
      this.rpc.receive(frame)
    } catch (error) {
      logger.error('receiving a frame failed [peer:%s]: %o', this.id, error)
    }
  }

  /** @internal */
  away(): void {
    this.emitEvent('disconnected')
  }

  /** @internal */
  back(): void {
    this.emitEvent('resumed')
  }

  /** @internal */
  ended(info: CloseInfo): void {
    if (this.isClosed) return
    this.isClosed = true
    const lost = `connection lost before the answer came (${info.code})`
    this.rpc.disconnected(
      info.cause === 'local' ? new PeerClosedError() : new ConnectionLostError(lost),
      true,
    )
    this.room.left(this)
    this.emitEvent('close', info)
  }

  private emitEvent(event: keyof PeerEvents, ...args: unknown[]): void {
    emitSafely(this, event, args)
  }
}
