import type { RetryOptions } from './backoff.js'

/**
 * What `createPeer()` retries with: without end, and so that thousands of clients do not come back all at once. What of it is
 * `undefined` counts as not given.
 */
export function todaysRetry(given: RetryOptions | number[] = {}): RetryOptions | number[] {
  if (Array.isArray(given)) return given
  const { retries = Infinity, maxTimeout = 8000, factor = 1.2, jitter = true } = given
  const { minTimeout = Math.min(1500, maxTimeout) } = given
  return { ...given, retries, minTimeout, maxTimeout, factor, jitter }
}
