import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import { createBackoff, type RetryOptions } from './backoff.js'

// What v4 uses, and so what ours is held against.
const nodeRetry: { timeouts(options: object): number[] } = createRequire(
  createRequire(import.meta.url).resolve('protoo-client'),
)('retry')

const waits = (retry: RetryOptions | number[] | undefined, count: number, random = 0) => {
  const backoff = createBackoff(retry)
  return Array.from({ length: count }, (_, index) => backoff.delay(index + 1, random, false))
}

describe('createBackoff', () => {
  it('waits 1, 2, 4, 8, 8 … s ten times by default (C3, C4)', () => {
    expect(waits(undefined, 10)).toEqual([1000, 2000, 4000, 8000, 8000, 8000, 8000, 8000, 8000, 8000])
    expect(createBackoff()).toMatchObject({ retries: 10, minUptime: 5000 })
  })

  it.each<RetryOptions>([
    { retries: 5 },
    { retries: 8, factor: 3, minTimeout: 7 },
    { retries: 6, maxTimeout: 5000 },
    { retries: 4, factor: 1 },
  ])('completes %o with the defaults of node-retry (C3)', (options) => {
    expect(waits(options, options.retries ?? 0)).toEqual(nodeRetry.timeouts(options))
  })

  it('randomizes from 1 to 2 times (C3)', () => {
    const options = { retries: 3, randomize: true }
    expect(waits(options, 3, 0)).toEqual([1000, 2000, 4000])
    expect(waits(options, 3, 0.999)).toEqual([1999, 3998, 7996])
  })

  it('takes an array of delays, and as many retries (C3)', () => {
    expect(createBackoff([10, 5, 20]).retries).toBe(3)
    expect(waits([10, 5, 20], 4)).toEqual([10, 5, 20, 20])
  })

  it('takes an empty array for no retries: what it waits after short connections is the default (C3)', () => {
    expect(createBackoff([]).retries).toBe(0)
    expect(waits([], 3)).toEqual([1000, 2000, 4000])
  })

  it('repeats the last wait for ever with forever (C3)', () => {
    const backoff = createBackoff({ retries: 2, forever: true })
    expect(backoff.retries).toBe(Infinity)
    expect([1, 2, 3, 100].map((failures) => backoff.delay(failures, 0, false))).toEqual([
      1000, 2000, 2000, 2000,
    ])
  })

  it('works with retries: Infinity, where v4 hangs (C3)', () => {
    expect(waits({ retries: Infinity, maxTimeout: 3000 }, 4)).toEqual([1000, 2000, 3000, 3000])
  })

  it('waits nothing after a lasting connection, unless it jitters', () => {
    expect(createBackoff().delay(0, 0.5, true)).toBe(0)
    expect(createBackoff({ jitter: true }).delay(0, 0.5, true)).toBe(575)
  })

  it('waits up to half as long again with jitter, once an attempt has failed', () => {
    expect(waits({ jitter: true, maxTimeout: 4000 }, 4, 0)).toEqual([1000, 2000, 4000, 4000])
    expect(waits({ jitter: true, maxTimeout: 4000 }, 4, 0.5)).toEqual([1250, 2500, 5000, 5000])
    expect(waits({ jitter: true, maxTimeout: 4000 }, 4, 1)).toEqual([1500, 3000, 6000, 6000])
  })

  it('spreads the first attempt after a connection with jitter, however short that was', () => {
    const backoff = createBackoff({ jitter: true })
    for (const failures of [0, 1])
      expect([0, 0.5, 1].map((random) => backoff.delay(failures, random, true))).toEqual([150, 575, 1000])
    // But not of one short connection after the other.
    expect(backoff.delay(2, 0, true)).toBe(2000)
  })

  it.each<RetryOptions | number[]>([
    { minTimeout: 2000, maxTimeout: 1000 },
    { maxTimeout: 999 },
    { retries: -1 },
    { retries: Number.NaN },
    { factor: Number.NaN },
    { minTimeout: -5 },
    { minUptime: Number.NaN },
    [10, Number.NaN],
    [10, -1],
  ])('throws a TypeError for %o (C3)', (options) => {
    expect(() => createBackoff(options)).toThrow(TypeError)
  })
})
