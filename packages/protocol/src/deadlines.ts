import type { Clock } from './clock.js'

/** ms. Sweeps are at least this far apart, so that many deadlines close together cost one pass. */
const MIN_SPACING = 10

/**
 * One timer for any number of deadlines. A timer per request costs several
 * percent of a busy server, and nearly every request is answered long before
 * its deadline: so the timer is set for the earliest one, left alone when that
 * request settles, and on firing looks for the next.
 *
 * @param sweep ends what is due at `now` and returns the earliest deadline left, or Infinity
 * @returns sees to a sweep at `deadline` (on the monotonic clock) or shortly after; `Infinity` for no sweep at all
 */
export function createDeadlines(clock: Clock, sweep: (now: number) => number): (deadline: number) => void {
  let timer: unknown
  let due = Infinity
  return function schedule(deadline) {
    if (deadline >= due && deadline < Infinity) return
    clock.clearTimeout(timer)
    due = deadline
    if (due === Infinity) return
    timer = clock.setTimeout(() => {
      due = Infinity
      const now = clock.monotonic()
      schedule(Math.max(sweep(now), now + MIN_SPACING))
    }, due - clock.monotonic())
  }
}
