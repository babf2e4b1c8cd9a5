import { EventEmitter } from 'node:events'
import {
  type AnyContract,
  type ClientSide,
  ConnectionLostError,
  type Contract,
  type Data,
  type NotificationArguments,
  type NotificationMethod,
  PeerClosedError,
  type ProtooRequest,
  type RequestArguments,
  type RequestData,
  RequestError,
  type RequestHandler,
  type RequestListener,
  type RequestMethod,
  type RequestResult,
  Rpc,
  type RpcHooks,
  type ServerSide,
  systemClock,
} from '@protoo-kit/protocol'
import type { FrameRefusal } from './allowance.js'
import type { PeerCall } from './backplane.js'
import { assertCloseArguments, type CloseInfo, DEFAULT_CLOSE_CODE, DEFAULT_CLOSE_REASON } from './close.js'
import type { SendCallback } from './connection.js'
import { emitSafely, reportFailure } from './emit.js'
import { Intake } from './intake.js'
import { createLogger } from './logger.js'
import type { PeerChecks } from './peer-checks.js'
import type { PeerEvents, ServerRequestOptions } from './peer-events.js'
import { PeerMeter } from './peer-meter.js'
import type { SharedText } from './shared-text.js'
import type { TransportReceiver } from './transport-receiver.js'
import type { WebSocketTransport } from './websocket-transport.js'

const logger = createLogger('Peer')

/** A client in a room (S14). `C` types what it may be sent, and sends. */
export class Peer<C extends Contract = AnyContract>
  extends EventEmitter<PeerEvents<C>>
  implements TransportReceiver
{
  private isClosed: boolean
  private custom: Data | undefined
  private inbox: Intake | undefined
  private readonly rpc: Rpc<this>
  private readonly meter: PeerMeter | undefined
  /** @internal */
  checks?: PeerChecks

  /** What the engine needs, for all peers: a server has thousands. */
  private static readonly hooks: RpcHooks<Peer> = {
    send: (peer, text, done, answer) => {
      // A notification has a callback.
      if (!done) peer.intake.sent(answer)
      const number = peer.transmit(text, done, answer)
      peer.meter?.sent(text, answer)
      return number
    },
    forget: (peer, number) => peer.transport.forget(number),
    timeout: (pending) => 2000 * (15 + 0.1 * pending),
    // The one place where a contract meets what came off the wire: nothing checks it against its types.
    listeners: (peer) => {
      const listeners = peer.requestListeners
      return peer.meter?.listeners(listeners) ?? listeners
    },
    // The requester's answer says so too, and would be the only one to see it. A `RequestError` is meant for it.
    failed: (_peer, { method }, error) => {
      if (!(error instanceof RequestError)) reportFailure(method)(error)
    },
    notification: (peer, notification) => {
      peer.meter?.notified('in')
      if (peer.checks) peer.checks.notification(peer, notification)
      else peer.emitEvent('notification', notification)
    },
    protocolError: (peer, error) => {
      logger.warn('dropped a frame [peer:%s]: %s', peer.id, error.message)
      peer.emitEvent('protocolerror', error)
    },
  }

  /**
   * Made by `room.createPeer()`.
   * @param room told once when it closes, before its `close` listeners; not when it is closed from the start
   * @param held see {@link WebSocketTransport.attach}
   * @param lastId the ids of its requests are above this
   */
  constructor(
    readonly id: string,
    protected readonly transport: WebSocketTransport,
    private readonly room: { left(peer: { readonly id: string }): void },
    held = false,
    lastId = 0,
  ) {
    super()
    this.setMaxListeners(Number.POSITIVE_INFINITY)
    this.isClosed = transport.closed
    this.meter = transport.meter && new PeerMeter(transport.meter)
    this.rpc = new Rpc(this, Peer.hooks as RpcHooks<this>, systemClock, lastId)
    if (this.isClosed) {
      // S16: whoever made it can still add a listener.
      this.rpc.disconnected(() => new PeerClosedError(), true)
      const info: CloseInfo = { cause: 'remote', code: 1006, reason: 'transport was closed already' }
      setImmediate(() => this.emitEvent('close', info))
      return
    }
    this.rpc.connected()
    transport.attach(this, held)
  }

  /** Made once something is said: most clients of a server that has many are silent. */
  private get intake(): Intake {
    this.inbox ??= new Intake(this.id, this.transport, (frame, message) => this.rpc.receive(frame, message))
    return this.inbox
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
    const answer = this.ask(method, data, options)
    return this.checks?.answer(method, answer) ?? answer
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
    const checked = this.checks?.handler(this, handler) ?? handler
    return this.rpc.handle(method, this.noted(this.meter?.handler(checked) ?? checked))
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
      return await this.ask(method, data, limits)
    }
    await this.rpc.notify(method, data)
    return {}
  }

  /** @internal */
  sendShared(shared: SharedText): void {
    this.transport.sendShared(shared)
    this.meter?.notified('out')
  }

  /** @internal */
  receive(frame: unknown): void {
    this.intake.receive(frame)
  }

  /** @internal */
  refuse(frame: unknown, refusal: FrameRefusal): void {
    this.intake.refuse(frame, refusal)
  }

  /** @internal */
  expects(frame: unknown): boolean {
    return this.intake.expects(frame)
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
    this.settle(info)
    this.leave(info)
  }

  /** Rejects what waits for an answer. */
  protected settle({ cause, code }: CloseInfo): void {
    const lost = cause === 'remote' && `connection lost before the answer came (${code})`
    this.rpc.disconnected(() => (lost ? new ConnectionLostError(lost) : new PeerClosedError()), true)
  }

  protected leave(info: CloseInfo): void {
    this.isClosed = true
    this.meter?.ended()
    this.room.left(this)
    this.emitEvent('close', info)
  }

  private ask(method: string, data: unknown, options: ServerRequestOptions | undefined): Promise<Data> {
    const answer = this.asked(this.rpc.request(method, data, options))
    return this.meter?.asked(method, answer, options?.signal) ?? answer
  }

  /** Sends a frame of the engine's. */
  protected transmit(text: string, done?: SendCallback, _answer?: boolean): number | undefined {
    return this.transport.sendText(text, done)
  }

  /** A handler, as the engine gets it. */
  protected noted(handler: RequestHandler): RequestHandler {
    return handler
  }

  /** A request of its own waits for the client. */
  protected asked(answer: Promise<Data>): Promise<Data> {
    return answer
  }

  /** Who is told of requests that no handler took. */
  protected get requestListeners(): RequestListener[] {
    return this.checks ? [this.checks.listener] : (this.rawListeners('request') as RequestListener[])
  }

  /** @internal */
  emitEvent(event: keyof PeerEvents, ...args: unknown[]): void {
    emitSafely(this, event, args)
  }
}
