/** When to dial again. The names and the timing are v4's (and so node-retry's); times in ms. */
export interface RetryOptions {
  /**
   * How many failed attempts in a row are followed by another: N retries make
   * N + 1 attempts (C4), then the peer closes. Default 10, `Infinity` in `createPeer()`.
   */
  retries?: number
  /** What each wait is multiplied by. Default 2. */
  factor?: number
  /** The first wait. Default 1000. */
  minTimeout?: number
  /** The longest wait. Default 8000 when `retry` is not given at all, otherwise none (C3). */
  maxTimeout?: number
  /** Multiplies each wait by a random number from 1 to 2. Default `false`. */
  randomize?: boolean
  /** Never gives up; past `retries` the last wait is repeated. Default `false`. */
  forever?: boolean
  /**
   * Keeps the clients of a restarted server from coming back all at once: the first attempt after a drop comes
   * at a random time within `minTimeout` (in the last 85 % of it), and each later wait is up to half as long again. Default `false`
   * (v4's timing, at once after a drop), `true` in `createPeer()`.
   */
  jitter?: boolean
  /**
   * A connection that was open for less than this counts as a failed attempt for the next
   * wait: a server that accepts and at once closes is not hammered. Default 5000; 0 as in v4.
   */
  minUptime?: number
}

/** The retry options made ready. */
export interface Backoff {
  retries: number
  minUptime: number
  /**
   * @param failures how many attempts in a row led to no lasting connection
   * @param random from 0 to 1
   * @param lost whether there was a connection, however short, and not an attempt that failed
   * @returns ms to wait before the next one
   */
  delay(failures: number, random: number, lost: boolean): number
}

/**
 * @throws TypeError for numbers that make no sense, `maxTimeout < minTimeout` among them (C3)
 */
export function createBackoff(retry: RetryOptions | number[] = { maxTimeout: 8000 }): Backoff {
  const delays = Array.isArray(retry) ? retry : []
  // An array has none of these but its length: what is read from it is the defaults.
  const {
    factor = 2,
    minTimeout = 1000,
    maxTimeout = Infinity,
    randomize,
    forever,
    jitter,
    length = 10,
    retries = length,
    minUptime = 5000,
  } = retry as RetryOptions & { length?: number }
  const numbers = [factor, maxTimeout - minTimeout, minTimeout, retries, minUptime, ...delays]
  if (!numbers.every((value) => value >= 0))
    throw new TypeError('retry options must be >= 0, maxTimeout >= minTimeout')
  return {
    retries: forever ? Infinity : retries,
    minUptime,
    delay(failures, random, lost) {
      // Past its retries `forever` repeats the last wait, as node-retry does.
      const index = Math.max(Math.min(failures, forever ? retries : failures) - 1, 0)
      const wait =
        delays[index] ??
        delays.at(-1) ??
        Math.min((randomize ? 1 + random : 1) * minTimeout * factor ** index, maxTimeout)
      return jitter ? wait * (failures > +lost ? 1 + random / 2 : 0.15 + random * 0.85) : failures && wait
    },
  }
}
