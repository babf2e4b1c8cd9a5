import { describe, expect, it, vi } from 'vitest'
import { FakeClock, memoryPair } from './testing.js'

describe('FakeClock', () => {
  it('stands still until told to move', () => {
    const clock = new FakeClock(1000)
    expect([clock.now(), clock.monotonic()]).toEqual([1000, 1000])
    clock.advance(250)
    expect([clock.now(), clock.monotonic()]).toEqual([1250, 1250])
  })

  it('runs timers in the order of their times, each at its own, and ties as they were set', () => {
    const clock = new FakeClock()
    const log: string[] = []
    const note = (name: string) => () => log.push(`${name} at ${clock.now()}`)
    clock.setTimeout(note('c'), 30)
    clock.setTimeout(note('a'), 10)
    clock.setTimeout(note('b'), 20)
    clock.setTimeout(note('b again'), 20)
    clock.setTimeout(note('late'), 31)
    clock.advance(30)
    expect(log).toEqual(['a at 10', 'b at 20', 'b again at 20', 'c at 30'])
    expect(clock.pending).toBe(1)
    expect(clock.next).toBe(1)
  })

  it('runs a timer that another one sets on the way', () => {
    const clock = new FakeClock()
    const inner = vi.fn()
    clock.setTimeout(() => clock.setTimeout(inner, 10), 10)
    clock.advance(19)
    expect(inner).not.toHaveBeenCalled()
    clock.advance(1)
    expect(inner).toHaveBeenCalledTimes(1)
  })

  it('runs what is due or overdue when moved by 0', () => {
    const clock = new FakeClock()
    const run = vi.fn()
    clock.setTimeout(run, 0)
    clock.setTimeout(run, -5)
    expect(run).not.toHaveBeenCalled()
    clock.advance(0)
    expect(run).toHaveBeenCalledTimes(2)
  })

  it('forgets a cleared timer, also when another one clears it', () => {
    const clock = new FakeClock()
    const run = vi.fn()
    const timer = clock.setTimeout(run, 10)
    clock.setTimeout(() => clock.clearTimeout(timer), 5)
    clock.clearTimeout(undefined)
    clock.advance(20)
    expect(run).not.toHaveBeenCalled()
    expect(clock.pending).toBe(0)
    expect(clock.next).toBeUndefined()
  })
})

describe('memoryPair()', () => {
  it('delivers both ways, in order, and not at once', async () => {
    const { ends } = memoryPair()
    const log: string[] = []
    ends[0].onframe = (text) => log.push(`0 got ${text}`)
    ends[1].onframe = (text) => log.push(`1 got ${text}`)
    ends[0].send('a')
    ends[0].send('b')
    ends[1].send('c')
    expect(log).toEqual([])
    await Promise.resolve()
    expect(log).toEqual(['1 got a', '1 got b', '0 got c'])
  })

  it('loses what is under way when cut, and all that comes after', async () => {
    const { ends, cut } = memoryPair()
    const onframe = vi.fn()
    ends[1].onframe = onframe
    ends[0].send('lost')
    cut()
    ends[0].send('lost too')
    await Promise.resolve()
    expect(onframe).not.toHaveBeenCalled()
  })

  it('loses what nobody listens to', async () => {
    const { ends } = memoryPair()
    ends[0].send('lost')
    await Promise.resolve()
    const onframe = vi.fn()
    ends[1].onframe = onframe
    await Promise.resolve()
    expect(onframe).not.toHaveBeenCalled()
  })
})
