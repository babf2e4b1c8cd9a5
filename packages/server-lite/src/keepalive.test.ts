import { FakeClock } from '@protoo-kit/protocol/testing'
import { describe, expect, it } from 'vitest'
import { Keepalive } from './keepalive.js'

function setup(settings = {}) {
  const clock = new FakeClock()
  const keepalive = new Keepalive({ interval: 1000, gracePeriod: 200, drop: true, ...settings }, clock)
  const log: string[] = []
  const watch = (name: string) => {
    const connection = {
      bytesRead: 0,
      ping: () => log.push(`ping ${name} ${clock.now()}`),
      terminate: () => log.push(`drop ${name} ${clock.now()}`),
    }
    keepalive.watch(connection)
    return connection
  }
  return { clock, keepalive, log, watch }
}

describe('Keepalive', () => {
  it('pings after the interval and drops after the grace period', () => {
    const { clock, log, watch } = setup()
    watch('a')
    clock.advance(999)
    expect(log).toEqual([])
    clock.advance(1)
    expect(log).toEqual(['ping a 1000'])
    clock.advance(199)
    expect(log).toHaveLength(1)
    clock.advance(1)
    expect(log).toEqual(['ping a 1000', 'drop a 1200'])
    clock.advance(10_000)
    expect(log).toHaveLength(2)
  })

  it('starts anew with whatever arrives, an answer to a ping included', () => {
    const { clock, log, watch } = setup()
    const a = watch('a')
    clock.advance(900)
    a.bytesRead++
    clock.advance(999)
    expect(log).toEqual([])
    clock.advance(51)
    expect(log).toHaveLength(1)
    expect(log[0]).toMatch(/^ping/)
    a.bytesRead++
    clock.advance(950)
    expect(log).toHaveLength(1)
    clock.advance(100)
    expect(log).toHaveLength(2)
    expect(log[1]).toMatch(/^ping/)
  })

  it('pings at most 5 % of the interval late, however many connections there are', () => {
    const { clock, log, watch } = setup()
    const heard: number[] = []
    const connections = Array.from({ length: 100 }, (_, index) => {
      clock.advance(7)
      return watch(String(index))
    })
    for (const connection of connections) {
      clock.advance(3)
      connection.bytesRead++
      heard.push(clock.now())
    }
    clock.advance(1050)
    const pings = log.filter((line) => line.startsWith('ping'))
    expect(pings).toHaveLength(100)
    for (const line of pings) {
      const [, index, at = 0] = line.split(' ').map(Number)
      const due = 1000 + (heard[Number(index)] ?? 0)
      expect(at).toBeGreaterThanOrEqual(due)
      expect(at).toBeLessThanOrEqual(due + 50)
    }
  })

  it('pings in time with a grace period longer than the interval', () => {
    const { clock, log, watch } = setup({ gracePeriod: 100_000 })
    watch('silent')
    clock.advance(1000)
    watch('late')
    clock.advance(1050)
    expect(log).toEqual(['ping silent 1000', 'ping late 2000'])
  })

  it('drops in time with a grace period that is short', () => {
    const { clock, log, watch } = setup({ gracePeriod: 5 })
    watch('a')
    clock.advance(1005)
    expect(log).toEqual(['ping a 1000', 'drop a 1005'])
  })

  it('goes on pinging when it is not to drop', () => {
    const { clock, log, watch } = setup({ drop: false })
    watch('a')
    clock.advance(3000)
    expect(log).toEqual(['ping a 1000', 'ping a 2000', 'ping a 3000'])
  })

  it('has one timer for all connections, and none without any', () => {
    const { clock, keepalive, log, watch } = setup()
    expect(clock.pending).toBe(0)
    const connections = ['a', 'b', 'c'].map(watch)
    expect(clock.pending).toBe(1)
    for (const connection of connections) keepalive.forget(connection)
    expect(clock.pending).toBe(0)
    clock.advance(5000)
    expect(log).toEqual([])
    watch('d')
    clock.advance(5000)
    expect(log).toEqual(['ping d 6000', 'drop d 6200'])
    expect(clock.pending).toBe(0)
  })
})
