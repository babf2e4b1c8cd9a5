import { afterEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from './clock.js'

afterEach(() => {
  vi.useRealTimers()
})

describe('systemClock', () => {
  it('tells the time of day and a time that does not step back', () => {
    expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(1000)
    const before = systemClock.monotonic()
    expect(systemClock.monotonic()).toBeGreaterThanOrEqual(before)
  })

  it('runs a timer after its delay, and not when cleared', () => {
    vi.useFakeTimers()
    const run = vi.fn()
    const cleared = vi.fn()
    systemClock.setTimeout(run, 1000)
    systemClock.clearTimeout(systemClock.setTimeout(cleared, 1000))
    vi.advanceTimersByTime(999)
    expect(run).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(run).toHaveBeenCalledTimes(1)
    expect(cleared).not.toHaveBeenCalled()
  })

  it('clears what is no timer without a word', () => {
    expect(() => systemClock.clearTimeout(undefined)).not.toThrow()
  })

  it.each([2 ** 31, 2 ** 40, Number.MAX_VALUE, Infinity])(
    'does not fire at once for a delay of %d ms',
    async (ms) => {
      const fired = vi.fn()
      const timer = systemClock.setTimeout(fired, ms)
      await new Promise((resolve) => setTimeout(resolve, 20))
      systemClock.clearTimeout(timer)
      expect(fired).not.toHaveBeenCalled()
    },
  )
})
