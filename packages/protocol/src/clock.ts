/** Where time comes from, so that tests can hold it still. */
export interface Clock {
  /** Milliseconds since the epoch: for what a person is shown. */
  now(): number
  /** Milliseconds from an arbitrary start, never stepping back: for deadlines. */
  monotonic(): number
  /** @param ms any number; `Infinity` is as long as a timer can wait */
  setTimeout(callback: () => void, ms: number): unknown
  clearTimeout(timer: unknown): void
}

/** ms, 23 days. Timers take little more: a longer delay would fire at once. */
const MAX_DELAY = 2e9

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout: (callback, ms) => setTimeout(callback, Math.min(ms, MAX_DELAY)),
  // The handle's type differs between runtimes, and it never leaves these two functions.
  clearTimeout: (timer) => clearTimeout(timer as Parameters<typeof clearTimeout>[0]),
}
