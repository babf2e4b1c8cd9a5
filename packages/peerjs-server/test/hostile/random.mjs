/** Numbers that a seed determines (mulberry32). */
export class Random {
  /** @param {number} seed */
  constructor(seed) {
    this.state = seed >>> 0
  }

  /** @returns {number} from 0 to 1 */
  next() {
    this.state = (this.state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  /** @param {number} end */
  below(end) {
    return Math.floor(this.next() * end)
  }

  /**
   * @template Item
   * @param {readonly Item[]} items at least one
   */
  pick(items) {
    return /** @type {Item} */ (items[this.below(items.length)])
  }

  /** @param {number} length */
  bytes(length) {
    return Buffer.from(Array.from({ length }, () => this.below(256)))
  }
}
