import { describe, expect, it } from 'vitest'
import { batch } from './batch.js'

/** A schedule whose callbacks run when told to. */
function byHand() {
  const scheduled: (() => void)[] = []
  return { scheduled, schedule: (run: () => void) => void scheduled.push(run) }
}

describe('a batch', () => {
  it('does to each in order, with one callback for all', () => {
    const { scheduled, schedule } = byHand()
    const done: number[] = []
    const later = batch<number>(schedule, (item) => done.push(item))
    for (const item of [1, 2, 3]) later(item)
    expect(done).toEqual([])
    expect(scheduled).toHaveLength(1)
    scheduled.shift()?.()
    expect(done).toEqual([1, 2, 3])
    expect(scheduled).toEqual([])
  })

  it('leaves those that come meanwhile for the next callback', () => {
    const { scheduled, schedule } = byHand()
    const done: number[] = []
    const later = batch<number>(schedule, (item) => {
      done.push(item)
      if (item < 3) later(item + 1)
    })
    later(1)
    for (let round = 0; round < 3; round++) scheduled.shift()?.()
    expect(done).toEqual([1, 2, 3])
  })

  it('throws what is thrown, and does to the others all the same', () => {
    const { scheduled, schedule } = byHand()
    const done: number[] = []
    const later = batch<number>(schedule, (item) => {
      if (item === 2) throw new Error('BOOM')
      done.push(item)
    })
    for (const item of [1, 2, 3, 4]) later(item)
    expect(() => scheduled.shift()?.()).toThrow('BOOM')
    later(5)
    while (scheduled.length) scheduled.shift()?.()
    expect(done).toEqual([1, 3, 4, 5])
  })
})
