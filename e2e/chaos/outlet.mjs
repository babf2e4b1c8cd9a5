import { setImmediate, setTimeout } from 'node:timers/promises'

/**
 * How bytes are handed on: after up to `delay` ms, and the first `split` bytes in pieces of a few bytes each.
 *
 * @typedef {{ delay: number, split: number }} Manner
 */

/** Writes to one end of a line, in order, in the line's manner. */
export class Outlet {
  /** @type {Buffer[]} */
  queue = []
  /** @type {Promise<void>} */
  idle = Promise.resolve()
  busy = false
  stopped = false

  /**
   * @param {import('node:net').Socket} socket
   * @param {import('./random.mjs').Random} random
   */
  constructor(socket, random) {
    this.socket = socket
    this.random = random
    /** @type {Manner} */
    this.manner = { delay: 0, split: 0 }
  }

  /** @param {Buffer} bytes */
  write(bytes) {
    if (this.stopped) return
    this.queue.push(bytes)
    if (!this.busy) this.idle = this.run()
  }

  /** Closes the socket after what is to be written. */
  async end() {
    await this.idle
    if (!this.stopped) this.socket.end()
  }

  /** Writes no more, whatever waits. */
  stop() {
    this.stopped = true
  }

  async run() {
    const { queue, manner, random, socket } = this
    this.busy = true
    while (queue.length > 0 && !this.stopped) {
      if (manner.delay > 0) await setTimeout(random.between(0, manner.delay))
      let bytes = Buffer.concat(queue.splice(0))
      while (manner.split > 0 && bytes.length > 0 && !this.stopped) {
        const length = random.between(1, 12)
        manner.split -= length
        socket.write(bytes.subarray(0, length))
        bytes = bytes.subarray(length)
        // The next piece is a segment of its own.
        await setImmediate()
      }
      if (bytes.length > 0 && !this.stopped) socket.write(bytes)
    }
    this.busy = false
  }
}
