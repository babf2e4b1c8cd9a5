import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Lease, quarantine } from './lease.js'

let lapses: string[]
let lease: Lease

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  lapses = []
  lease = new Lease(1600, () => lapses.push(lease.node))
})

afterEach(() => {
  lease.end()
  vi.useRealTimers()
})

it('holds from when it was asked for, and a sixteenth less than Redis keeps it', () => {
  expect(lease.current).toBe(false)
  lease.prolong(lease.node, performance.now() - 100)
  vi.advanceTimersByTime(1399)
  expect(lease.current).toBe(true)
  vi.advanceTimersByTime(1)
  expect(lease.current).toBe(false)
})

it('tells once that it is over, and goes on under another name', () => {
  const { node } = lease
  lease.prolong(lease.node, performance.now())
  vi.advanceTimersByTime(10_000)
  lease.end()
  expect(lapses).toEqual([node])
  expect(lease.node).not.toBe(node)
  expect(lease.begun).toBe(false)
})

it('is not begun by what was asked under the name before', () => {
  const { node } = lease
  lease.prolong(node, performance.now())
  lease.end()
  lease.prolong(node, performance.now())
  expect([lease.begun, lease.current]).toEqual([false, false])
})

it('goes on as long as it is prolonged', () => {
  for (let n = 0; n < 10; n++) {
    lease.prolong(lease.node, performance.now())
    vi.advanceTimersByTime(1000)
  }
  expect([lapses, lease.current]).toEqual([[], true])
})

it('is over at once when Redis says so, or answers too late', () => {
  lease.prolong(lease.node, performance.now() - 1500)
  expect(lapses.length).toBe(1)
  lease.prolong(lease.node, performance.now())
  lease.end()
  expect(lapses.length).toBe(2)
})

it('a Redis that has started gives no ids out for a lease', () => {
  const server = (uptime: number) => ({ runId: '', uptime, ahead: 0 })
  expect(quarantine(server(0), 1000, 1600, 1000)).toBe(1600)
  expect(quarantine(server(1000), 1000, 1600, 1100)).toBe(500)
  expect(quarantine(server(9000), 1000, 1600, 1000)).toBe(0)
})
