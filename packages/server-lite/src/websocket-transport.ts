import { EventEmitter } from 'node:events'
import { CloseCode, ConnectionLostError, isRetryable, PeerClosedError } from '@protoo-kit/protocol'
import type { FrameRefusal } from './allowance.js'
import type { Arrival } from './arrival.js'
import type { MemberSession, Missed } from './backplane.js'
import { batch } from './batch.js'
import { ClientLimits } from './client-limits.js'
import { assertCloseArguments, type CloseInfo, DEFAULT_CLOSE_CODE, DEFAULT_CLOSE_REASON } from './close.js'
import type { Connection, ConnectionSettings, SendCallback } from './connection.js'
import type { ConnectionHandler } from './connection-handler.js'
import { emitSafely } from './emit.js'
import { HeldFrames } from './held-frames.js'
import { createLogger } from './logger.js'
import type { Meter } from './metrics.js'
import type { SharedText } from './shared-text.js'
import type { TransportReceiver } from './transport-receiver.js'

const logger = createLogger('WebSocketTransport')

export interface WebSocketTransport extends EventEmitter<{ close: [info: CloseInfo] }> {}

/**
 * The connection of one client, as `accept()` returns it; `room.createPeer()` takes it (S9). Emits `close` once, with a `CloseInfo`.
 *
 * Frames that arrive before a Peer has taken it are held, and delivered after `createPeer()` returned and its caller could
 * add listeners (S10). So are those of a client that has to read first what was sent to it: it slows only itself.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: its static block gives it what the interface says
export class WebSocketTransport implements ConnectionHandler {
  // Its methods without its constructor, which would make every transport a registry of listeners that
  // stays empty: most have none, since their Peer has them. It makes one with the first listener instead.
  static {
    Object.setPrototypeOf(WebSocketTransport.prototype, EventEmitter.prototype)
    WebSocketTransport.prototype.setMaxListeners(Number.POSITIVE_INFINITY)
  }

  protected receiver: TransportReceiver | undefined
  private isClosed: boolean
  /** Whether the receiver may be given frames: its `createPeer()` has returned, and nobody has them held. */
  private delivery: 'waiting' | 'held' | 'ready' = 'waiting'
  /** Frames that came before they could be delivered. */
  protected held: HeldFrames | undefined
  private readonly settings: ConnectionSettings | undefined
  private clientLimits: ClientLimits | undefined

  /**
   * @param connection undefined when the client has hung up before it was accepted: the transport is closed then (S16)
   * @param lastName of a connection that is not there (any more)
   */
  constructor(
    protected connection: Connection | undefined,
    protected lastName: string = '',
  ) {
    this.isClosed = !connection
    this.settings = connection?.settings
    connection?.attach(this)
  }

  /** @internal Undefined when nobody counts. */
  get meter(): Meter | undefined {
    return this.settings?.meter
  }

  get closed(): boolean {
    return this.isClosed
  }

  /** Whether there is a connection at present. */
  get connected(): boolean {
    return !this.isClosed
  }

  /** Whether another client that claims the same peer id is to be turned away. */
  get established(): boolean {
    return this.connected
  }

  get taken(): boolean {
    return this.receiver !== undefined
  }

  /** `WS:[ip]:port`, or `WSS:…` over TLS. */
  toString(): string {
    return this.name
  }

  protected get name(): string {
    return this.connection?.name ?? this.lastName
  }

  /**
   * Closes the connection. `close` is emitted at once, not when the client has answered.
   *
   * A stock client dials again after any code but 4000. So to one without sessions a code that says not
   * to (4001, 4003) is sent as 4000 (PROTOCOL.md §5.1).
   *
   * @param code default 4000: the client does not come back
   * @param reason at most 123 bytes of UTF-8
   * @throws TypeError, RangeError when a close frame cannot carry them; nothing is closed then
   */
  close(code: number = DEFAULT_CLOSE_CODE, reason: string = DEFAULT_CLOSE_REASON): void {
    assertCloseArguments(code, reason)
    if (this.isClosed) return
    logger.debug('close() [%s, code:%d, reason:%o]', this.name, code, reason)
    this.finish({ cause: 'local', code, reason })
    this.connection?.close(this.wireCode(code), reason)
  }

  /** @internal Closes the connection, and resolves when it is gone. */
  async end(code: number, reason: string): Promise<void> {
    const { connection } = this
    if (connection) await connection.end(code, reason)
    // Away, in a session.
    else this.close(code, reason)
  }

  /** @internal */
  terminate(): void {
    this.connection?.terminate()
  }

  /**
   * Sends one message, as in v4's own types.
   * @returns resolved when it was handed to the network
   */
  send(message: unknown): Promise<void> {
    return new Promise((resolve, reject) => {
      this.sendText(JSON.stringify(message), (error) => (error ? reject(error) : resolve()))
    })
  }

  /**
   * Sends one text frame.
   * @returns in a session, the message's number
   * @throws PeerClosedError, ConnectionLostError when nothing can be sent any more; in a session, BufferFullError
   */
  sendText(text: string, done?: SendCallback): number | undefined {
    if (this.isClosed) throw new PeerClosedError('transport closed')
    if (!this.connection?.writable) throw new ConnectionLostError('connection is being closed')
    this.connection.send(text, done)
    this.regulate()
    return undefined
  }

  /** @internal Sends what others get as well; does nothing when the connection is ending. */
  sendShared(shared: SharedText): void {
    const { connection } = this
    if (this.isClosed || !connection) return
    connection.shared = shared
    connection.send(shared.text)
    connection.shared = undefined
    this.regulate()
  }

  /** @internal Takes a message of this number back, if the client has not got it. */
  forget(_number: number): void {}

  /**
   * Has what arrives delivered to `receiver`, from the end of this turn of the event loop on: `room.createPeer()` calls it, or
   * you do for a peer of your own.
   *
   * @param held keep it until `admit()`; if the connection drops before, what it has sent is dropped too, unless it is of a session
   */
  attach(receiver: TransportReceiver, held = false): void {
    this.receiver = receiver
    if (held) this.delivery = 'held'
    // Later, for the caller of createPeer() to add its listeners first.
    else releaseLater(this)
  }

  /** @internal The session that it carries on from another server. */
  get arrival(): Arrival | undefined {
    return undefined
  }

  /** @internal Its session, as other nodes are to know it. */
  get memberSession(): MemberSession | undefined {
    return undefined
  }

  /** @internal Begins anew instead. */
  renounce(): void {}

  /**
   * Ends the holding of what arrives.
   * @param _missed what a client that has been in the room before has not been sent yet; undefined if that is not known
   * @internal
   */
  admit(_missed?: readonly Missed[]): void {
    this.delivery = 'waiting'
    releaseLater(this)
  }

  /** @internal */
  arrived(frame: unknown, length: number): void {
    if (this.isClosed) return
    if (this.open && !this.held) {
      this.give(frame)
      this.regulate()
      return
    }
    this.held ??= new HeldFrames()
    this.held.push(frame, length)
    this.deliver()
  }

  /** Pings and pongs count as messages do. */
  control(): void {
    if (!this.isClosed) this.refused(this.limits?.control())
  }

  drained(): void {
    this.deliver()
  }

  /** @internal */
  lost(code: number, reason: string): void {
    // What it sent before it left comes first, and nothing can be written that it would have to read.
    if (this.connection) this.connection.draining = false
    this.release()
    if (this.isClosed) return
    logger.debug('closed remotely [%s, code:%d, reason:%o]', this.name, code, reason)
    this.finish({ cause: 'remote', code, reason })
  }

  /** Whether a client is read from while it has to read first what was sent to it. */
  protected get attentive(): boolean {
    return false
  }

  /** What is sent for a code that the application closed with. */
  protected wireCode(code: number): number {
    return isRetryable(code) ? code : CloseCode.Closed
  }

  /**
   * For a peer of your own: what is wrong with a request or notification, once it has been read. It is counted as a hit.
   * @param inFlight requests of the same peer that wait for an answer; 0 for a notification
   */
  refusalOf(message: { method: string }, inFlight: number): FrameRefusal | undefined {
    return this.limits?.refusalOf(message, inFlight)
  }

  /** For a peer of your own: the message before was an answer that was asked for, and does not count. */
  notCounted(): void {
    this.limits?.refund()
  }

  /** Made when they are needed: most clients are idle. */
  protected get limits(): ClientLimits | undefined {
    this.clientLimits ??= this.settings && new ClientLimits(this.settings, (hit) => this.connection?.hit(hit))
    return this.clientLimits
  }

  protected finish(info: CloseInfo): void {
    this.isClosed = true
    this.held = undefined
    this.receiver?.ended(info)
    emitSafely(this, 'close', [info])
  }

  /** What is held goes to the receiver, until that has written so much that the client has to read first. */
  protected deliver(): void {
    while (this.open && this.held?.length) this.give(this.held.shift())
    if (!this.held?.length) this.held = undefined
    this.regulate()
  }

  /** Hands on one frame, if it is within the limits. */
  private give(frame: unknown): void {
    const { receiver, limits } = this
    this.refused(limits && receiver && limits.hand(frame, receiver))
  }

  private refused(refusal: FrameRefusal | undefined): void {
    if (!refusal?.final) return
    // By no decision of the application: the client may come back.
    this.finish({ cause: 'local', code: CloseCode.Overloaded, reason: refusal.reason })
    this.connection?.close(CloseCode.Overloaded, refusal.reason)
  }

  /** Whether the receiver may be given a frame. */
  private get open(): boolean {
    return this.delivery === 'ready' && !this.isClosed && !this.connection?.draining
  }

  /** Reads from the client or not: either reason to pause is enough, and closed, there is none. */
  protected regulate(): void {
    const full = this.held?.full || (this.connection?.draining && !this.attentive)
    this.connection?.pause(!this.isClosed && full === true)
  }

  /** @internal */
  release(): void {
    if (this.taken && this.delivery !== 'held') this.delivery = 'ready'
    this.deliver()
  }
}

const releaseLater = batch<WebSocketTransport>(setImmediate, (transport) => transport.release())
