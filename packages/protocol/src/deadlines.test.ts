import { describe, expect, it } from 'vitest'
import { createDeadlines } from './deadlines.js'
import { FakeClock } from './testing.js'

/** Deadlines kept in a list, and when the sweeps were. */
function setup(clock = new FakeClock()) {
  const open = new Set<number>()
  const sweeps: number[] = []
  let timersSet = 0
  const counting = new Proxy(clock, {
    get(target, key) {
      if (key === 'setTimeout') timersSet++
      const value: unknown = Reflect.get(target, key)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  const schedule = createDeadlines(counting, (now) => {
    sweeps.push(now)
    for (const deadline of open) if (deadline <= now) open.delete(deadline)
    return Math.min(...open)
  })
  return {
    clock,
    sweeps,
    open,
    schedule,
    timersSet: () => timersSet,
    add(deadline: number) {
      open.add(deadline)
      schedule(deadline)
    },
  }
}

describe('createDeadlines()', () => {
  it('sweeps at the deadline', () => {
    const { clock, sweeps, add } = setup(new FakeClock(500))
    add(1500)
    expect(clock.next).toBe(1000)
    clock.advance(999)
    expect(sweeps).toEqual([])
    clock.advance(1)
    expect(sweeps).toEqual([1500])
    expect(clock.pending).toBe(0)
  })

  it('has one timer for 10,000 deadlines, and sets it once', () => {
    const { clock, open, add, timersSet } = setup()
    for (let i = 0; i < 10_000; i++) add(1000 + i)
    expect(clock.pending).toBe(1)
    expect(timersSet()).toBe(1)
    clock.advance(20_000)
    expect(open.size).toBe(0)
    expect(clock.pending).toBe(0)
  })

  it('sweeps at least 10 ms apart, however close the deadlines', () => {
    const { clock, sweeps, add } = setup()
    for (let i = 0; i < 100; i++) add(1000 + i)
    clock.advance(5000)
    expect(sweeps).toEqual([1000, 1010, 1020, 1030, 1040, 1050, 1060, 1070, 1080, 1090, 1100])
  })

  it('moves the timer forward for an earlier deadline, and not back for a later one', () => {
    const { clock, sweeps, add } = setup()
    add(1000)
    add(2000)
    expect(clock.next).toBe(1000)
    add(300)
    expect(clock.next).toBe(300)
    expect(clock.pending).toBe(1)
    clock.advance(2000)
    expect(sweeps).toEqual([300, 1000, 2000])
  })

  it('goes on to the next deadline when the earliest was met in time', () => {
    const { clock, sweeps, open, add } = setup()
    add(1000)
    add(3000)
    open.delete(1000)
    clock.advance(1000)
    expect(sweeps).toEqual([1000])
    expect(clock.next).toBe(2000)
  })

  it('sweeps soon for a deadline that has passed', () => {
    const { clock, sweeps, add } = setup(new FakeClock(500))
    add(100)
    clock.advance(0)
    expect(sweeps).toEqual([500])
  })

  it('has no timer after a call without a deadline', () => {
    const { clock, sweeps, add, schedule } = setup()
    add(1000)
    schedule()
    expect(clock.pending).toBe(0)
    clock.advance(5000)
    expect(sweeps).toEqual([])
  })

  it('can be used again after that', () => {
    const { clock, sweeps, add, schedule } = setup()
    add(1000)
    schedule()
    add(2000)
    clock.advance(5000)
    expect(sweeps).toEqual([2000])
  })

  it('needs no timer for Infinity, and leaves that of the others alone', () => {
    const { clock, sweeps, add } = setup()
    add(Infinity)
    expect(clock.pending).toBe(0)
    add(1000)
    add(Infinity)
    clock.advance(5000)
    expect(sweeps).toEqual([1000])
    expect(clock.pending).toBe(0)
  })
})
