/**
 * One direction of a connection through the demo network.
 *
 * @typedef {'open' | 'slow' | 'frozen'} Passage
 */

/** Bytes that wait on the way; then nothing more is read. */
const MAX_WAITING = 64 * 1024
/** ms that everything takes longer in one direction, when slow. */
const DELAY = 1000
/** Bytes per second, when slow. */
const RATE = 4000

export class Lane {
  /** @type {{ chunk: Buffer, due: number }[]} */
  #waiting = []
  #bytes = 0
  /** When the last one of those that wait is through, if slow. */
  #lastDue = 0
  /** @type {NodeJS.Timeout | undefined} */
  #timer
  /** What the sender did last: `end` said that no more comes, `gone` that it is no longer there. @type {'on' | 'end' | 'gone'} */
  #sender = 'on'
  #from
  #to
  #passage

  /**
   * @param {import('node:net').Socket} from
   * @param {import('node:net').Socket} to
   * @param {Passage} passage
   * @param {Buffer} first what goes before anything from `from`
   */
  constructor(from, to, passage, first = Buffer.alloc(0)) {
    this.#from = from
    this.#to = to
    this.#passage = passage
    if (first.length > 0) this.#take(first)
    from.on('data', (chunk) => this.#take(chunk))
    from.on('end', () => this.#over('end'))
    from.on('close', () => this.#over('gone'))
    to.on('drain', () => this.#move())
    to.on('close', () => clearTimeout(this.#timer))
    this.#move()
  }

  set passage(/** @type {Passage} */ passage) {
    this.#passage = passage
    this.#move()
  }

  /** @param {Buffer} chunk */
  #take(chunk) {
    const due = Math.max(this.#lastDue, performance.now() + DELAY) + (chunk.length / RATE) * 1000
    this.#lastDue = due
    this.#waiting.push({ chunk, due })
    this.#bytes += chunk.length
    this.#move()
  }

  /** @param {'end' | 'gone'} how */
  #over(how) {
    this.#sender = how
    this.#move()
  }

  /** Hands on what may go on, and reads on if there is room. */
  #move() {
    clearTimeout(this.#timer)
    if (this.#to.destroyed) return
    if (this.#passage === 'frozen') return void this.#from.pause()

    for (let next = this.#waiting[0]; next; next = this.#waiting[0]) {
      const wait = this.#passage === 'slow' ? next.due - performance.now() : 0
      if (wait > 0) {
        this.#timer = setTimeout(() => this.#move(), wait)
        break
      }
      if (this.#to.writableNeedDrain) break
      this.#waiting.shift()
      this.#bytes -= next.chunk.length
      this.#to.write(next.chunk)
    }

    if (this.#bytes >= MAX_WAITING) this.#from.pause()
    else this.#from.resume()
    if (this.#waiting.length > 0) return
    this.#lastDue = 0
    if (this.#sender === 'end') this.#to.end()
    if (this.#sender === 'gone') this.#to.destroySoon()
  }
}
