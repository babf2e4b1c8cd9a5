/**
 * Chance that can be had again: the same names give the same numbers. Whoever decides something has a
 * random of its own, so that what one of them decides does not depend on when another one does.
 *
 * @param {(string | number)[]} names the seed, and what is decided by it
 */
export function createRandom(...names) {
  let state = hash(names.join('/'))

  /** From 0 up to 1. mulberry32, by Tommy Ettinger: public domain. */
  function fraction() {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }

  return {
    fraction,
    /** A whole number, both ends included. */
    between: (/** @type {number} */ low, /** @type {number} */ high) =>
      low + Math.floor(fraction() * (high - low + 1)),
    chance: (/** @type {number} */ share) => fraction() < share,
    /**
     * @template T
     * @param {readonly (readonly [weight: number, value: T])[]} choices
     * @returns {T}
     */
    pick(choices) {
      const total = choices.reduce((sum, [weight]) => sum + weight, 0)
      const at = fraction() * total
      let passed = 0
      for (const [weight, value] of choices) {
        passed += weight
        if (at < passed) return value
      }
      throw new RangeError('nothing to choose from')
    },
  }
}

/** @typedef {ReturnType<typeof createRandom>} Random */

/**
 * FNV-1a.
 *
 * @param {string} text
 */
function hash(text) {
  let value = 0x811c9dc5
  for (let index = 0; index < text.length; index++)
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193)
  return value | 0
}
