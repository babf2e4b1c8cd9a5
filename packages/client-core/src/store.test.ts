import { afterEach, describe, expect, it, vi } from 'vitest'
import { Listeners } from './store.js'

function listeners() {
  const first = vi.fn()
  const last = vi.fn()
  return { first, last, all: new Listeners(first, last) }
}

afterEach(() => {
  vi.restoreAllMocks()
})

describe('Listeners', () => {
  it('says when the first comes and when the last goes', () => {
    const { first, last, all } = listeners()
    const stops = [all.subscribe(() => {}), all.subscribe(() => {})]
    expect(first).toHaveBeenCalledTimes(1)
    stops[0]?.()
    expect(last).not.toHaveBeenCalled()
    stops[1]?.()
    expect(last).toHaveBeenCalledTimes(1)
    all.subscribe(() => {})
    expect(first).toHaveBeenCalledTimes(2)
  })

  it('calls one that is added twice twice, and takes it off once', () => {
    const { last, all } = listeners()
    const heard = vi.fn()
    const stop = all.subscribe(heard)
    all.subscribe(heard)
    all.notify()
    expect(heard).toHaveBeenCalledTimes(2)
    stop()
    stop()
    all.notify()
    expect(heard).toHaveBeenCalledTimes(3)
    expect(last).not.toHaveBeenCalled()
  })

  it('does not call one that has left meanwhile, nor one that has just come', () => {
    const { all } = listeners()
    const left = vi.fn()
    const come = vi.fn()
    all.subscribe(() => {
      stop()
      all.subscribe(come)
    })
    const stop = all.subscribe(left)
    all.notify()
    expect(left).not.toHaveBeenCalled()
    expect(come).not.toHaveBeenCalled()
  })

  it('goes on after one that throws, and one whose promise rejects', async () => {
    const report = vi.spyOn(console, 'error').mockReturnValue()
    const { all } = listeners()
    const heard = vi.fn()
    all.subscribe(() => {
      throw new Error('first')
    })
    all.subscribe(async () => {
      throw new Error('second')
    })
    all.subscribe(heard)
    all.notify()
    await Promise.resolve()
    expect(heard).toHaveBeenCalledTimes(1)
    expect(report.mock.calls.map(([, error]) => error.message)).toEqual(['first', 'second'])
  })
})
