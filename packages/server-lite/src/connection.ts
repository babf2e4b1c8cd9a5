import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { SessionSocket } from '@protoo-kit/protocol'
import { FrameWriter, frameTexts, type WriteCallback } from '@protoo-kit/protocol/node'
import { createLogger } from './logger.js'

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

/** What is used of a `ws` WebSocket. */
export interface WebSocketLike {
  readonly readyState: number
  /** Flushed before a close frame is sent. */
  writer?: { flush(): void } | undefined
  ping(): void
  close(code: number, reason: string): void
  pause(): void
  resume(): void
  /** Destroys the socket; `close` comes later. */
  terminate(): void
  on(event: 'message', listener: (data: Buffer, isBinary: boolean) => void): unknown
  on(event: 'close', listener: (code: number, reason: Buffer) => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
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
}

export interface ConnectionLimits {
  /** Most bytes of payload in one frame. */
  readonly fragmentationThreshold: number
  /** Most bytes that may wait to be sent; more terminates the connection. */
  readonly maxBufferedBytes: number
}

export type SendCallback = WriteCallback

/** A text that several clients get, framed once for each fragmentation threshold among them. */
export class SharedText {
  private readonly frames = new Map<number, Buffer>()

  constructor(readonly text: string) {}

  framed(threshold: number): Buffer {
    const frames = this.frames.get(threshold) ?? frameTexts([this.text], { threshold, masked: false })
    this.frames.set(threshold, frames)
    return frames
  }
}

/** `WS:[ip]:port`, or `WSS:…` over TLS. To be asked for early: a socket forgets its address when it closes. */
export function nameOf(socket: Socket): string {
  return `${socket instanceof TLSSocket ? 'WSS' : 'WS'}:[${socket.remoteAddress}]:${socket.remotePort}`
}

/** One WebSocket with a client, from the 101 to its end. */
export class Connection extends FrameWriter implements SessionSocket {
  readonly name: string
  /** Whether anything was written since somebody last looked, and set it to `false`. */
  spoke = true
  /** Likewise of what has arrived, as far as {@link onBytes} says so. */
  heard = true
  /** Whether what was written waits for the client to read. */
  draining = false
  /** Whether {@link bufferedAmount} is asked before each message. */
  paced = false
  private handler: ConnectionHandler | undefined
  private paused = false
  /** Bytes that may wait before a session holds its messages back. */
  private readonly room: number
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
    super(socket, { threshold: limits.fragmentationThreshold, masked: false })
    this.name = nameOf(socket)
    ws.writer = this
    // Below the socket's mark it would not tell when it has room again.
    this.room = Math.max(limits.maxBufferedBytes / 2, socket.writableHighWaterMark)
    ws.on('message', (data, isBinary) =>
      this.handler?.arrived(isBinary ? data : data.toString(), data.length),
    )
    ws.on('close', (code, reason) => this.handler?.lost(this.fault ?? code, reason.toString()))
    ws.on('error', (error: Error & { code?: string }) => {
      logger.warn('error [%s]: %s', this.name, error)
      if (error.code?.startsWith('WS_ERR_')) this.fault = FAULTS[error.code] ?? 1002
    })
    socket.on('drain', () => {
      this.draining = false
      this.handler?.drained()
    })
  }

  /** Whether a frame written now can reach the client. */
  get writable(): boolean {
    return this.ws.readyState === OPEN
  }

  /** Infinite from half of what may wait: the rest of a replay is not to end its connection. */
  get bufferedAmount(): number {
    const { waiting } = this
    return waiting < this.room ? waiting : Number.POSITIVE_INFINITY
  }

  attach(handler: ConnectionHandler): void {
    this.handler = handler
  }

  /** From now on nobody hears of it, while it closes. */
  detach(): void {
    this.handler = undefined
    this.pause(false)
  }

  /** Calls back when the first bytes arrive, and with all that follow. */
  onBytes(listener: () => void): void {
    this.socket.on('data', listener)
  }

  /**
   * Sends one message, unless the connection is ending. A client for which too much waits then is
   * disconnected, which `lost` tells later (1006).
   */
  send(text: string, done?: SendCallback): void {
    if (!this.writable) return
    const { shared, waiting: before } = this
    const { fragmentationThreshold: threshold, maxBufferedBytes } = this.limits
    this.spoke = true
    this.write(shared?.text === text ? shared.framed(threshold) : text, done)
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
    if (socket.writableNeedDrain) this.draining = true
  }

  /**
   * Whether the client has given a sign of life since this was last asked: it has sent something or,
   * where nothing is read from it, taken something.
   */
  signOfLife(): boolean {
    const taken = this.written - this.socket.writableLength
    const alive = this.heard || (this.paused && taken > this.taken)
    this.heard = false
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

  ping(): void {
    this.ws.ping()
  }

  terminate(): void {
    this.ws.terminate()
  }
}
