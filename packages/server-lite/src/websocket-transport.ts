import { EventEmitter } from 'node:events'
import { CloseCode, ConnectionLostError, isRetryable, PeerClosedError } from '@protoo-kit/protocol'
import { assertCloseArguments, type CloseInfo, DEFAULT_CLOSE_CODE, DEFAULT_CLOSE_REASON } from './close.js'
import type { Connection, ConnectionHandler, SendCallback, SharedText } from './connection.js'
import { emitSafely } from './emit.js'
import { createLogger } from './logger.js'

const logger = createLogger('WebSocketTransport')

/** Frames that cannot be delivered yet are kept up to this; then the socket is paused. */
const MAX_HELD_BYTES = 64 * 1024
const MAX_HELD_FRAMES = 256

/** Who gets what arrives: the Peer, or one of your own. */
export interface TransportReceiver {
  readonly peer: unknown
  /** A text as a string, or a binary frame as anything else. */
  receive(frame: unknown): void
  /** For good: told once, and before `close` is emitted. */
  closed(info: CloseInfo): void
  /** The connection dropped, and the session waits for the next one. */
  disconnected(): void
  /** The session has its next connection. */
  resumed(): void
}

/**
 * The connection of one client, as `accept()` returns it; `room.createPeer()`
 * takes it (S9). Emits `close` once, with a `CloseInfo`.
 *
 * Frames that arrive before a Peer has taken it are held, and delivered after
 * `createPeer()` returned and its caller could add listeners (S10). So are those of
 * a client that has to read first what was sent to it: it slows only itself.
 */
export class WebSocketTransport
  extends EventEmitter<{ close: [info: CloseInfo] }>
  implements ConnectionHandler
{
  protected receiver: TransportReceiver | undefined
  private isClosed: boolean
  /** Whether the receiver may be given frames: its `createPeer()` has returned. */
  private ready = false
  /** Frames that came before they could be delivered. */
  private held: unknown[] = []
  private heldBytes = 0

  /**
   * @param connection undefined when the client has hung up before it was accepted: the transport is closed then (S16)
   * @param name of the connection, also when there is none
   */
  constructor(
    protected connection: Connection | undefined,
    protected name: string,
  ) {
    super()
    this.setMaxListeners(Number.POSITIVE_INFINITY)
    this.isClosed = !connection
    connection?.attach(this)
  }

  get closed(): boolean {
    return this.isClosed
  }

  /** Whether there is a connection to the client at present. */
  get connected(): boolean {
    return !this.isClosed
  }

  /** Whether another client that claims the same peer id is to be turned away. */
  get established(): boolean {
    return this.connected
  }

  /** Whether a Peer has taken it. */
  get taken(): boolean {
    return this.receiver !== undefined
  }

  /** `WS:[ip]:port`, or `WSS:…` over TLS. */
  override toString(): string {
    return this.name
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

  /**
   * Sends what others get as well; does nothing when the connection is ending.
   * @internal
   */
  sendShared(shared: SharedText): void {
    const { connection } = this
    if (this.isClosed || !connection) return
    connection.sharing(shared, () => connection.send(shared.text))
    this.regulate()
  }

  /**
   * Takes a message of this number back, if the client has not got it.
   * @internal
   */
  forget(_number: number): void {}

  /**
   * Has what arrives delivered to `receiver`, from the end of this turn of the event loop on: `room.createPeer()` calls it, or
   * you do for a peer of your own.
   */
  attach(receiver: TransportReceiver): void {
    this.receiver = receiver
    // Later, for the caller of createPeer() to add its listeners first.
    setImmediate(() => this.release())
  }

  /** @internal */
  arrived(frame: unknown, length: number): void {
    if (this.isClosed) return
    this.held.push(frame)
    this.heldBytes += length
    this.deliver()
  }

  /** @internal */
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

  protected finish(info: CloseInfo): void {
    this.isClosed = true
    this.held = []
    this.receiver?.closed(info)
    emitSafely(this, 'close', [info])
  }

  /** What is held goes to the receiver, until that has written so much that the client has to read first. */
  protected deliver(): void {
    while (this.ready && !this.connection?.draining && !this.isClosed && this.held.length > 0)
      this.receiver?.receive(this.held.shift())
    if (this.held.length === 0) this.heldBytes = 0
    this.regulate()
  }

  /** Reads from the client or not: either reason to pause is enough, and closed, there is none. */
  protected regulate(): void {
    const { connection } = this
    const full = this.heldBytes >= MAX_HELD_BYTES || this.held.length >= MAX_HELD_FRAMES
    connection?.pause(!this.isClosed && (full || (connection.draining && !this.attentive)))
  }

  private release(): void {
    this.ready = this.taken
    this.deliver()
  }
}
