import { describe, expect, it } from 'vitest'
import { Backlog, type Slow } from './backlog.js'
import { LimitHits } from './limit-hits.js'

function setup(limit: number) {
  const hits = new LimitHits()
  const backlog = new Backlog(limit, hits)
  const log: string[] = []
  const client = (name: string): Slow => ({ waiting: 0, overload: (hit) => void log.push(`${name} ${hit}`) })
  return { backlog, log, client }
}

describe('Backlog', () => {
  it('ends those for whom most waits, until the rest is within the limit', () => {
    const { backlog, log, client } = setup(100)
    const [a, b, c] = [client('a'), client('b'), client('c')]
    backlog.hold(a, 40)
    backlog.hold(b, 50)
    expect(backlog.bytes).toBe(90)
    backlog.hold(c, 10)
    expect(log).toEqual([])
    backlog.hold(c, 30)
    expect(log).toEqual(['b totalBufferedBytes'])
    expect(backlog.bytes).toBe(70)
    backlog.hold(a, 101)
    expect(log).toEqual(['b totalBufferedBytes', 'a totalBufferedBytes'])
    expect(backlog.bytes).toBe(30)
  })

  it('counts what waits for a client once, and nothing once it has read it', () => {
    const { backlog, log, client } = setup(100)
    const a = client('a')
    for (let bytes = 10; bytes <= 90; bytes += 10) backlog.hold(a, bytes)
    backlog.release(a)
    backlog.release(a)
    expect(backlog.bytes).toBe(0)
    backlog.hold(a, 100)
    expect(log).toEqual([])
  })
})
