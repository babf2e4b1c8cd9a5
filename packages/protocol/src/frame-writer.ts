import type { Socket } from 'node:net'
import { ConnectionLostError } from './errors.js'
import { type FrameOptions, frameTexts } from './frame.js'

export type WriteCallback = (error?: Error | null) => void

/** Bytes, about, that are gathered at most before they are written: from then on the other end has something to do meanwhile. */
const GATHER = 1024

/** Those that have something to write when the code that runs now, and what it has settled, is done. */
let due: FrameWriter[] = []

/** Cheaper than a microtask of `queueMicrotask`, which makes a resource of its own for each. */
const settled = Promise.resolve()

/** Called directly, `nextTick` would come before the promises. */
function flushSoon(): void {
  process.nextTick(flushDue)
}

function flushDue(): void {
  const writers = due
  due = []
  for (const writer of writers) writer.flush()
}

/**
 * Writes text messages to the socket of a WebSocket. What one turn of the event loop sends goes out in
 * one piece when the turn is over (`process.nextTick`: after the promises that it has settled, before
 * anything else), or as soon as it is much. A system call for each message costs more than all else that is done
 * for it; and a lone message waits for nothing.
 *
 * The messages go past `ws`, straight to the socket, which is also what lets a broadcast share one buffer. They cannot end up
 * inside of what `ws` writes: without compression that queues nothing and writes each frame in one
 * go, and it is never given a message to send, only control frames (ping, pong, close), which may
 * stand between any two frames (RFC 6455 §5.4).
 */
export abstract class FrameWriter {
  /** Texts, and frames that others get as well. */
  private gathered: (string | Buffer)[] | undefined
  private gatheredLength = 0
  private callbacks: WriteCallback[] | undefined
  private corked = false

  constructor(
    protected readonly socket: Socket,
    private readonly frameOptions: FrameOptions,
  ) {}

  /** Whether a message may still be written: no close frame has been. */
  abstract get writable(): boolean

  /** Bytes, about, that have not gone out yet. */
  get waiting(): number {
    return this.socket.writableLength + this.gatheredLength
  }

  /**
   * @param message a text, or what `frameTexts()` made of one
   * @param done called when it has gone out, or cannot any more
   */
  write(message: string | Buffer, done?: WriteCallback): void {
    if (this.gathered) this.gathered.push(message)
    else {
      this.gathered = [message]
      this.flushLater()
    }
    this.gatheredLength += message.length
    if (done) {
      this.callbacks ??= []
      this.callbacks.push(done)
    }
    if (this.gatheredLength >= GATHER) this.flush()
  }

  /** The socket is corked: what it holds goes out in one piece with what is gathered. */
  uncorkLater(): void {
    this.corked = true
    this.flushLater()
  }

  /** Writes what was gathered: to be called before a close frame is sent. */
  flush(): void {
    this.writeGathered()
    if (!this.corked) return
    this.corked = false
    this.socket.uncork()
  }

  private writeGathered(): void {
    const { gathered, callbacks } = this
    if (!gathered) return
    this.gathered = undefined
    this.gatheredLength = 0
    this.callbacks = undefined
    const done: WriteCallback | undefined =
      callbacks &&
      ((error) => {
        for (const callback of callbacks) callback(error)
      })
    if (this.writable) this.put(frameTexts(gathered, this.frameOptions), done)
    else done?.(new ConnectionLostError('connection is being closed'))
  }

  private flushLater(): void {
    if (due.push(this) === 1) settled.then(flushSoon)
  }

  protected put(frames: Buffer, done: WriteCallback | undefined): void {
    this.socket.write(frames, done)
  }
}
