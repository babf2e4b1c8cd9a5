import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { CloseCode, ConnectionLostError, isRetryable, PeerClosedError } from '@protoo-kit/protocol'
import { assertCloseArguments, type CloseInfo, DEFAULT_CLOSE_CODE, DEFAULT_CLOSE_REASON } from './close.js'
import { emitSafely } from './emit.js'
import { frameText } from './frame.js'
import { createLogger } from './logger.js'

const logger = createLogger('WebSocketTransport')

/** `readyState` of a WebSocket that may be written to. */
const OPEN = 1

/** Frames that cannot be delivered yet are kept up to this; then the socket is paused. */
const MAX_HELD_BYTES = 64 * 1024
const MAX_HELD_FRAMES = 256

/** What is used of a `ws` WebSocket. */
export interface WebSocketLike {
  readonly readyState: number
  close(code: number, reason: string): void
  pause(): void
  resume(): void
  /** Destroys the socket; `close` comes later. */
  terminate(): void
  on(event: 'message', listener: (data: Buffer, isBinary: boolean) => void): unknown
  on(event: 'close', listener: (code: number, reason: Buffer) => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
}

/** Who gets what arrives: the Peer. */
export interface TransportReceiver {
  /** A text as a string, or a binary frame as anything else. */
  receive(frame: unknown): void
  closed(info: CloseInfo): void
}

export type SendCallback = (error?: Error | null) => void

/**
 * The connection of one client, as `accept()` returns it; `room.createPeer()`
 * takes it (S9). Emits `close` once, with a `CloseInfo`.
 *
 * Frames that arrive before a Peer has taken it are held, and delivered after
 * `createPeer()` returned and its caller could add listeners (S10). So are those of
 * a client that has to read first what was sent to it: it slows only itself.
 */
export class WebSocketTransport extends EventEmitter<{ close: [info: CloseInfo] }> {
  private isClosed: boolean
  private receiver: TransportReceiver | undefined
  /** Whether the receiver may be given frames: its `createPeer()` has returned. */
  private ready = false
  /** Whether what was written waits for the client to read. */
  private draining = false
  private paused = false
  /** Frames that came before they could be delivered. */
  private held: unknown[] = []
  private heldBytes = 0
  private readonly name: string

  /**
   * @param ws undefined when the client has hung up before it was accepted: the transport is closed then (S16)
   * @param socket what `ws` writes to
   * @param fragmentationThreshold most bytes of payload in one frame
   * @param maxBufferedBytes most bytes that may wait to be sent; more terminates the connection
   */
  constructor(
    private readonly ws: WebSocketLike | undefined,
    private readonly socket: Socket,
    /** @internal */
    readonly fragmentationThreshold: number,
    private readonly maxBufferedBytes: number,
  ) {
    super()
    this.setMaxListeners(Number.POSITIVE_INFINITY)
    this.isClosed = !ws
    // Asked for now: a socket forgets its address when it closes.
    this.name = `${socket instanceof TLSSocket ? 'WSS' : 'WS'}:[${socket.remoteAddress}]:${socket.remotePort}`
    ws?.on('message', (data, isBinary) => this.frame(isBinary ? data : data.toString(), data.length))
    ws?.on('close', (code, reason) => this.lost(code, reason.toString()))
    socket.on('drain', () => this.drained())
    ws?.on('error', (error) => logger.warn('error [%s]: %s', this.name, error))
  }

  get closed(): boolean {
    return this.isClosed
  }

  /** Whether a frame written now can reach the client. */
  get writable(): boolean {
    return !this.isClosed && this.ws?.readyState === OPEN
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
   * A stock client dials again after any code but 4000. So a code that says not
   * to (4001, 4003) is sent as 4000 (PROTOCOL.md).
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
    // Paused, it would never read the client's answer.
    this.regulate()
    this.ws?.close(isRetryable(code) ? code : CloseCode.Closed, reason)
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
   * @internal
   * @throws PeerClosedError, ConnectionLostError when nothing can be sent any more
   */
  sendText(text: string, done?: SendCallback): void {
    if (this.isClosed) throw new PeerClosedError('transport closed')
    if (!this.writable) throw new ConnectionLostError('connection is being closed')
    this.write(frameText(text, this.fragmentationThreshold), done)
  }

  /**
   * Writes whole messages past `ws`, straight to the socket, which is what lets a
   * broadcast share one buffer. They cannot end up inside of what `ws` writes:
   * without compression it queues nothing and writes each frame in one go, and it
   * is never given a message to send, only control frames (ping, pong, close), which
   * may stand between any two frames (RFC 6455 §5.4). After its close frame it is not `writable`.
   *
   * A client for which too much waits then is disconnected, which `close` tells later (1006).
   * @internal
   */
  write(frames: Buffer, done?: SendCallback): void {
    const { socket, maxBufferedBytes } = this
    socket.write(frames, done)
    if (socket.writableNeedDrain) {
      this.draining = true
      this.regulate()
    }
    if (socket.writableLength <= maxBufferedBytes) return
    logger.warn('terminated: more than %d bytes wait to be sent [%s]', maxBufferedBytes, this.name)
    this.ws?.terminate()
  }

  /** @internal */
  attach(receiver: TransportReceiver): void {
    this.receiver = receiver
    // Later, for the caller of createPeer() to add its listeners first.
    setImmediate(() => this.release())
  }

  private frame(frame: unknown, length: number): void {
    if (this.isClosed) return
    this.held.push(frame)
    this.heldBytes += length
    this.deliver()
  }

  private release(): void {
    this.ready = this.taken
    this.deliver()
  }

  private drained(): void {
    this.draining = false
    this.deliver()
  }

  /** What is held goes to the receiver, until that has written so much that the client has to read first. */
  private deliver(): void {
    while (this.ready && !this.draining && !this.isClosed && this.held.length > 0)
      this.receiver?.receive(this.held.shift())
    if (this.held.length === 0) this.heldBytes = 0
    this.regulate()
  }

  /** Reads from the client or not: either reason to pause is enough, and closed, there is none. */
  private regulate(): void {
    const full = this.heldBytes >= MAX_HELD_BYTES || this.held.length >= MAX_HELD_FRAMES
    const paused = !this.isClosed && (full || this.draining)
    if (paused === this.paused) return
    this.paused = paused
    if (paused) this.ws?.pause()
    else this.ws?.resume()
  }

  /** The client closed it, or the connection broke. */
  private lost(code: number, reason: string): void {
    // What it sent before it left comes first, and nothing can be written that it would have to read.
    this.draining = false
    this.release()
    if (this.isClosed) return
    logger.debug('closed remotely [%s, code:%d, reason:%o]', this.name, code, reason)
    this.finish({ cause: 'remote', code, reason })
  }

  private finish(info: CloseInfo): void {
    this.isClosed = true
    this.held = []
    this.receiver?.closed(info)
    emitSafely(this, 'close', [info])
  }
}
