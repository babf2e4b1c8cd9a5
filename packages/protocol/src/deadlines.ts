import type { Clock } from './clock.js'

/** ms from one sweep to the next that it finds due, so that deadlines close together cost one pass. */
const MIN_SPACING = 10

/**
 * One timer for any number of deadlines. A timer per request costs several
 * percent of a busy server, and nearly every request is answered long before
 * its deadline: so the timer is set for the earliest one, left alone when that
 * request settles, and on firing looks for the next.
 *
 * @param sweep ends what is due at `now` and returns the earliest deadline left, or Infinity
 * @returns sees to a sweep at `deadline` (on the monotonic clock) or shortly after; without one, to no more sweeps
 */
export function createDeadlines(clock: Clock, sweep: (now: number) => number): (deadline?: number) => void {
  let timer: unknown
  let due = Infinity
  return function schedule(deadline) {
    // No comparison with `undefined` holds: without a deadline the timer ends, and none is set.
    if ((deadline as number) >= due) return
    clock.clearTimeout(timer)
    due = deadline as number
    if (due < Infinity)
      timer = clock.setTimeout(() => {
        due = Infinity
        const now = clock.monotonic()
        schedule(Math.max(sweep(now), now + MIN_SPACING))
      }, due - clock.monotonic())
  }
}
