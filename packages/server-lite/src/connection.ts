import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { CloseCode, type SessionSocket } from '@protoo-kit/protocol'
import { reasonOf } from '@protoo-kit/protocol/metrics'
import { type FrameOptions, FrameWriter, type WriteCallback } from '@protoo-kit/protocol/node'
import { backgroundClock } from './background-clock.js'
import type { Backlog, Slow } from './backlog.js'
import type { ConnectionHandler, WebSocketLike } from './connection-handler.js'
import type { LimitName, ResolvedLimits } from './limits.js'
import { createLogger } from './logger.js'
import type { Meter } from './metrics.js'
import type { WebSocketHandler } from './server-websocket.js'
import type { SharedText } from './shared-text.js'

const logger = createLogger('Connection')

/** `readyState` of a WebSocket that may be written to. */
const OPEN = 1

/** Messages, or KiB of them, after which others have their turn: a client that sends without end fills one turn after the other. */
const MAX_RUN = 256

/** Bytes, about, that a write takes which waits, beside its own: for a small message that is most of it. */
const WRITE_BYTES = 1024

/** ms for which nothing is read from a client that is not to be heard much. */
const THROTTLE = 50

/** Close codes of the errors for which `ws` closes; 1002 of all others. */
const FAULTS: Readonly<Record<string, number>> = {
  WS_ERR_INVALID_UTF8: 1007,
  WS_ERR_TOO_MANY_BUFFERED_PARTS: 1008,
  WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH: 1009,
  WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: 1009,
}

export interface ConnectionSettings {
  /** How frames are written. */
  readonly frames: FrameOptions
  /** Most bytes that may wait to be sent; more ends the connection (4008). */
  readonly maxBufferedBytes: number
  /** Undefined when nobody counts. */
  readonly meter?: Meter | undefined
  readonly limits: ResolvedLimits
  /** What waits for all clients of the server. */
  readonly backlog: Backlog
}

export type SendCallback = WriteCallback

/**
 * `WS:[ip]:port`, or `WSS:…` over TLS. A socket that has closed knows its address only if it was asked before. Not for
 * every connection: that would take a twelfth of the time that one takes to set up.
 */
export function nameOf(socket: Socket): string {
  const { remoteAddress = '?', remotePort = '?' } = socket
  return `${socket instanceof TLSSocket ? 'WSS' : 'WS'}:[${remoteAddress}]:${remotePort}`
}

/** One WebSocket with a client, from the 101 to its end. */
export class Connection extends FrameWriter implements SessionSocket, WebSocketHandler, Slow {
  /** Whether anything was written since somebody last looked, and set it to `false`. */
  spoke = true
  /** Whether what was written waits for the client to read. */
  draining = false
  /** Whether {@link bufferedAmount} is asked before each message. */
  paced = false
  /** Told when it has ended. */
  watch: { forget(connection: Connection): void } | undefined
  private handler: ConnectionHandler | undefined
  private paused = false
  /** Whether nothing is read until the others have had their turn. */
  private resting = false
  /** What the pong is to say that is due at the end of this turn. */
  private pong: Buffer | undefined
  /** Messages since the others had theirs. */
  private run = 0
  /** Bytes received when somebody last looked. */
  private heard = -1
  /** Bytes written so far, and those of them that had gone out when it was last looked at. */
  private written = 0
  private taken = 0
  /** Whether it has been above its rate. */
  private flooded = false
  /** Writes that wait. */
  private writes = 0
  /** What `ws` closed it with because of a frame; it says 1006 then, as if the network had broken. */
  private fault: number | undefined
  /** What others get as well, while it is sent: that text is framed once for all. */
  shared: SharedText | undefined

  /** @param socket what `ws` writes to */
  constructor(
    private readonly ws: WebSocketLike,
    socket: Socket,
    readonly settings: ConnectionSettings,
  ) {
    super(socket, settings.frames)
    ws.handle(this)
  }

  get name(): string {
    return nameOf(this.socket)
  }

  get meter(): Meter | undefined {
    return this.settings.meter
  }

  /** Counts one refusal. Who sends too much is heard less: the network slows it down then, at no cost. */
  hit(limit: LimitName): void {
    this.flooded ||= limit === 'messagesPerSecond'
    if (this.flooded) this.rest(THROTTLE)
    // Deep ones take long to read, even to say that they are too deep.
    else if (limit === 'depth') this.rest()
    this.settings.backlog.hits.count(limit)
  }

  get bytesRead(): number {
    return this.socket.bytesRead
  }

  /** Whether a frame written now can reach the client. */
  get writable(): boolean {
    return this.ws.readyState === OPEN
  }

  /** Infinite from half of what may wait: the rest of a replay is not to end its connection. */
  get bufferedAmount(): number {
    const { waiting, socket, settings } = this
    // Below the socket's mark it would not tell when it has room again.
    if (waiting < settings.maxBufferedBytes / 2 || waiting < socket.writableHighWaterMark) return waiting
    return Number.POSITIVE_INFINITY
  }

  attach(handler: ConnectionHandler): void {
    this.handler = handler
  }

  /** From now on nobody hears of it, while it closes. */
  detach(): void {
    this.handler = undefined
    this.pause(false)
  }

  message(data: Buffer, isBinary: boolean): void {
    this.meter?.bytes('in', data.length)
    // Otherwise only its close frame is of interest.
    if (this.writable) this.handler?.arrived(isBinary ? data : data.toString(), data.length)
    else if (this.flooded) this.rest(THROTTLE)
    this.run += 1 + (data.length >> 10)
    if (this.run >= MAX_RUN) this.rest()
  }

  control(ping: Buffer | undefined): void {
    // One answers all pings of a turn (RFC 6455 §5.5.3).
    if (ping && !this.pong) setImmediate(() => this.answerPing())
    this.pong = ping ?? this.pong
    if (this.writable) this.handler?.control()
    else if (this.flooded) this.rest(THROTTLE)
    if (++this.run >= MAX_RUN) this.rest()
  }

  private answerPing(): void {
    const { pong } = this
    this.pong = undefined
    if (pong && this.writable) this.ws.pong(pong)
  }

  /** What was gathered goes before the close frame. */
  closing(): void {
    this.flush()
  }

  closed(code: number, reason: Buffer): void {
    this.watch?.forget(this)
    this.meter?.closed(reasonOf(this.fault ?? code))
    this.settings.backlog.release(this)
    this.handler?.lost(this.fault ?? code, reason.toString())
  }

  failed(error: Error & { code?: string }): void {
    logger.warn('error [%s]: %s', this.name, error)
    if (error.code?.startsWith('WS_ERR_')) this.fault = FAULTS[error.code] ?? 1002
    if (this.fault === 1009) this.hit('messageBytes')
  }

  /**
   * Sends one message, unless the connection is ending. A client for which too much waits then is
   * disconnected (4008); with a session, that is a drop.
   */
  send(text: string, done?: SendCallback): void {
    if (!this.writable) return
    const { shared, waiting: before } = this
    const { frames, maxBufferedBytes } = this.settings
    this.spoke = true
    this.write(shared?.text === text ? shared.framed(frames) : text, done)
    // A session sends no more than there is room for, except for one message, however long.
    if ((this.paced ? before : this.waiting) <= maxBufferedBytes) return
    this.overload('bufferedBytes')
  }

  overload(limit: 'bufferedBytes' | 'totalBufferedBytes'): void {
    logger.warn('ended for its %s: %d bytes wait to be sent [%s]', limit, this.waiting, this.name)
    this.hit(limit)
    // A session keeps by itself what is to be sent, within bounds of its own.
    if (!this.paced) this.handler?.close(CloseCode.Overloaded, 'too much waits for the client')
    // Otherwise it may still read the rest, and why it was ended, until the close times out.
    if (this.paced || limit === 'totalBufferedBytes') this.ws.terminate()
  }

  protected override put(frames: Buffer, done: SendCallback | undefined): void {
    const { socket } = this
    this.written += frames.length
    this.meter?.bytes('out', frames.length)
    if (socket.write(frames, done) || !socket.writableNeedDrain) return
    this.writes++
    this.settings.backlog.hold(this, socket.writableLength + this.writes * WRITE_BYTES)
    if (this.draining) return
    this.draining = true
    socket.once('drain', () => {
      this.draining = false
      this.writes = 0
      this.settings.backlog.release(this)
      this.handler?.drained()
    })
  }

  /**
   * Whether the client has given a sign of life since this was last asked: it has sent something or,
   * where nothing is read from it, taken something.
   */
  signOfLife(): boolean {
    const { bytesRead } = this
    const taken = this.written - this.socket.writableLength
    const alive = bytesRead !== this.heard || (this.paused && taken > this.taken)
    this.heard = bytesRead
    this.taken = taken
    return alive
  }

  /** Stops or goes on reading from the client. */
  pause(paused: boolean): void {
    if (paused === this.paused) return
    this.paused = paused
    if (this.resting) return
    if (paused) this.ws.pause()
    else this.ws.resume()
  }

  /** Reads on after the others' turn or, if it is not to be heard much, so many ms later. */
  private rest(ms = 0): void {
    this.run = 0
    if (this.resting) return
    this.resting = true
    if (!this.paused) this.ws.pause()
    if (ms > 0) backgroundClock.setTimeout(() => this.readOn(), ms)
    else setImmediate(() => this.readOn())
  }

  /** Begins the closing handshake. */
  close(code: number, reason: string): void {
    // Paused, it would never read the client's answer.
    this.pause(false)
    this.ws.close(code, reason)
  }

  /** Ends it as the application would, and resolves when it is gone. */
  end(code: number, reason: string): Promise<void> {
    const { socket } = this
    this.handler?.close(code, reason)
    return new Promise((resolve) => {
      if (socket.destroyed) resolve()
      else socket.once('close', () => resolve())
    })
  }

  private readOn(): void {
    this.resting = false
    if (!this.paused) this.ws.resume()
  }

  ping(): void {
    this.ws.ping()
  }

  terminate(): void {
    this.ws.terminate()
  }
}
