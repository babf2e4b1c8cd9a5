import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { SessionSocket } from '@protoo-kit/protocol'
import { type FrameOptions, FrameWriter, frameTexts, type WriteCallback } from '@protoo-kit/protocol/node'
import { createLogger } from './logger.js'
import type { WebSocketHandler } from './server-websocket.js'

const logger = createLogger('Connection')

/** `readyState` of a WebSocket that may be written to. */
const OPEN = 1

/** Close codes of the errors for which `ws` closes; 1002 of all others. */
const FAULTS: Readonly<Record<string, number>> = {
  WS_ERR_INVALID_UTF8: 1007,
  WS_ERR_TOO_MANY_BUFFERED_PARTS: 1008,
  WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH: 1009,
  WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: 1009,
}

/** What is used of a WebSocket. */
export interface WebSocketLike {
  readonly readyState: number
  handle(handler: WebSocketHandler): void
  ping(): void
  close(code: number, reason: string): void
  pause(): void
  resume(): void
  /** Destroys the socket; `close` comes later. */
  terminate(): void
}

/** Who is told what happens on a connection: the transport that it carries. */
export interface ConnectionHandler {
  /**
   * @param frame a text as a string, or a binary frame as anything else
   * @param length its bytes on the wire
   */
  arrived(frame: unknown, length: number): void
  /** What was written has gone out. */
  drained(): void
  /** The client closed it, or it broke. */
  lost(code: number, reason: string): void
  /** It is to end, by this server's decision. */
  close(code: number, reason: string): void
}

export interface ConnectionLimits {
  /** How frames are written. */
  readonly frames: FrameOptions
  /** Most bytes that may wait to be sent; more terminates the connection. */
  readonly maxBufferedBytes: number
}

export type SendCallback = WriteCallback

/** A text that several clients get, framed once for each server among theirs. */
export class SharedText {
  private readonly frames = new Map<FrameOptions, Buffer>()

  private withPlace: SharedText | undefined

  /** @param place where those stand who have had it and all before */
  constructor(
    readonly text: string,
    private readonly place?: string,
  ) {}

  /** The same for clients that say where they stand when they come back (`seq`, PROTOCOL.md §7.6). */
  get placed(): SharedText {
    if (this.place === undefined) return this
    this.withPlace ??= new SharedText(`${this.text.slice(0, -1)},"seq":"${this.place}"}`)
    return this.withPlace
  }

  framed(options: FrameOptions): Buffer {
    const frames = this.frames.get(options) ?? frameTexts([this.text], options)
    this.frames.set(options, frames)
    return frames
  }
}

/** `WS:[ip]:port`, or `WSS:…` over TLS. A socket that has closed knows its address only if it was asked before. */
export function nameOf(socket: Socket): string {
  return `${socket instanceof TLSSocket ? 'WSS' : 'WS'}:[${socket.remoteAddress}]:${socket.remotePort}`
}

/** One WebSocket with a client, from the 101 to its end. */
export class Connection extends FrameWriter implements SessionSocket, WebSocketHandler {
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
  /** Bytes received when somebody last looked. */
  private heard = -1
  /** Bytes written so far, and those of them that had gone out when it was last looked at. */
  private written = 0
  private taken = 0
  /** What `ws` closed it with because of a frame; it says 1006 then, as if the network had broken. */
  private fault: number | undefined
  private shared: SharedText | undefined

  /** @param socket what `ws` writes to */
  constructor(
    private readonly ws: WebSocketLike,
    socket: Socket,
    private readonly limits: ConnectionLimits,
  ) {
    super(socket, limits.frames)
    // It keeps its address from now on.
    void socket.remoteAddress
    ws.handle(this)
  }

  get name(): string {
    return nameOf(this.socket)
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
    const { waiting, socket } = this
    // Below the socket's mark it would not tell when it has room again.
    const room = Math.max(this.limits.maxBufferedBytes / 2, socket.writableHighWaterMark)
    return waiting < room ? waiting : Number.POSITIVE_INFINITY
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
    this.handler?.arrived(isBinary ? data : data.toString(), data.length)
  }

  /** What was gathered goes before the close frame. */
  closing(): void {
    this.flush()
  }

  closed(code: number, reason: Buffer): void {
    this.watch?.forget(this)
    this.handler?.lost(this.fault ?? code, reason.toString())
  }

  failed(error: Error & { code?: string }): void {
    logger.warn('error [%s]: %s', this.name, error)
    if (error.code?.startsWith('WS_ERR_')) this.fault = FAULTS[error.code] ?? 1002
  }

  /**
   * Sends one message, unless the connection is ending. A client for which too much waits then is
   * disconnected, which `lost` tells later (1006).
   */
  send(text: string, done?: SendCallback): void {
    if (!this.writable) return
    const { shared, waiting: before } = this
    const { frames, maxBufferedBytes } = this.limits
    this.spoke = true
    this.write(shared?.text === text ? shared.framed(frames) : text, done)
    // A session sends no more than there is room for, except for one message, however long.
    if ((this.paced ? before : this.waiting) <= maxBufferedBytes) return
    logger.warn('terminated: more than %d bytes wait to be sent [%s]', maxBufferedBytes, this.name)
    this.ws.terminate()
  }

  /** What `send` sends of a text that others get as well is framed once for all. */
  sharing(shared: SharedText, send: () => void): void {
    this.shared = shared
    send()
    this.shared = undefined
  }

  protected override put(frames: Buffer, done: SendCallback | undefined): void {
    const { socket } = this
    this.written += frames.length
    socket.write(frames, done)
    if (!socket.writableNeedDrain || this.draining) return
    this.draining = true
    socket.once('drain', () => {
      this.draining = false
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
    if (paused) this.ws.pause()
    else this.ws.resume()
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

  ping(): void {
    this.ws.ping()
  }

  terminate(): void {
    this.ws.terminate()
  }
}
