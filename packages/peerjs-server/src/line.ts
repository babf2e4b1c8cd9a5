import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'
import type { Frame } from './frame.js'

/** `readyState` of a WebSocket that may be written to. */
const OPEN = 1

/** From so many bytes in one turn of the event loop, they go out at once. */
const FLUSH = 0x10000

export interface BufferLimits {
  /** Most bytes that may wait for one client. */
  readonly maxBufferedBytes: number
  /** Most bytes that may wait for all those together that read too slowly. */
  readonly maxTotalBufferedBytes: number
}

/** What the lines of one broker share: what waits for slow readers, and what goes out at the end of the turn. */
export class Lines {
  private readonly corked: Socket[] = []
  private held = 0

  constructor(readonly limits: BufferLimits) {}

  /** Bytes that wait for clients that read too slowly. */
  get waiting(): number {
    return this.held
  }

  hold(bytes: number): void {
    this.held += bytes
  }

  /** What is written to `socket` until the end of this turn of the event loop goes out in one piece. */
  cork(socket: Socket): void {
    socket.cork()
    if (this.corked.push(socket) === 1) setImmediate(this.uncork)
  }

  private readonly uncork = (): void => {
    for (const socket of this.corked.splice(0)) socket.uncork()
  }
}

/** Something was to be sent to a client that does not read, or reads too slowly. Its connection has been ended. */
export class OverflowError extends Error {
  override readonly name = 'OverflowError'
}

/**
 * The way to one client.
 *
 * With the network socket at hand, frames are written past `ws`. They cannot end up inside of what `ws` writes: without
 * compression it queues nothing and writes each frame in one go (decision 0007). Otherwise `ws` sends them.
 */
export class Line {
  /** Of `lines.waiting`. */
  private held = 0

  /** @param socket what `webSocket` writes to; undefined when that compresses or is not one of `ws` */
  constructor(
    readonly webSocket: WebSocket,
    private readonly socket: Socket | undefined,
    private readonly lines: Lines,
  ) {}

  /** Whether what is sent now can arrive. */
  get open(): boolean {
    return this.webSocket.readyState === OPEN
  }

  /**
   * Sends, or does nothing when the connection is ending.
   * @throws OverflowError when too much waits; what a WebSocket of yours throws
   */
  send({ bytes, start }: Frame): void {
    if (!this.open) return
    const { socket, webSocket, lines } = this
    if (!socket) {
      webSocket.send(bytes.subarray(start), { binary: false }, () => this.hold(webSocket.bufferedAmount))
      this.check(webSocket.bufferedAmount)
      return
    }
    if (socket.writableCorked === 0) lines.cork(socket)
    socket.write(bytes)
    if (socket.writableLength >= FLUSH) {
      socket.uncork()
      this.check(socket.writableLength)
    }
  }

  /** Nobody reads from it any more. */
  release(): void {
    this.hold(0)
  }

  private hold(bytes: number): void {
    this.lines.hold(bytes - this.held)
    this.held = bytes
  }

  private check(waiting: number): void {
    const { lines, socket } = this
    const { maxBufferedBytes, maxTotalBufferedBytes } = lines.limits
    if (this.held === 0 && waiting > 0) socket?.once('drain', () => this.release())
    this.hold(waiting)
    if (waiting <= maxBufferedBytes && lines.waiting <= maxTotalBufferedBytes) return
    this.release()
    this.webSocket.terminate()
    const limit =
      waiting > maxBufferedBytes
        ? `maxBufferedBytes (${maxBufferedBytes}) wait for one client`
        : `maxTotalBufferedBytes (${maxTotalBufferedBytes}) wait for all`
    throw new OverflowError(`disconnected a client that reads too slowly: more bytes than ${limit}`)
  }
}
