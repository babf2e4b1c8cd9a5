import { type Clock, systemClock } from '@protoo-kit/protocol'

/** For timers that alone must not keep a process running. */
export const backgroundClock: Clock = {
  ...systemClock,
  setTimeout(callback, ms) {
    const timer = systemClock.setTimeout(callback, ms)
    ;(timer as NodeJS.Timeout).unref()
    return timer
  },
}
