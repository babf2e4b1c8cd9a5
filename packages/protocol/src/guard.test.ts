import { describe, expect, it, vi } from 'vitest'
import { guard, isThenable } from './guard.js'

describe('guard()', () => {
  it('calls at once and reports nothing when all goes well', async () => {
    const call = vi.fn(() => 'done')
    const onError = vi.fn()
    guard(call, onError)
    guard(async () => 'done', onError)
    expect(call).toHaveBeenCalledTimes(1)
    await Promise.resolve()
    expect(onError).not.toHaveBeenCalled()
  })

  it('reports what is thrown, at once', () => {
    const error = new Error('BOOM')
    const onError = vi.fn()
    guard(() => {
      throw error
    }, onError)
    expect(onError.mock.calls).toEqual([[error]])
  })

  it('reports what a promise rejects with', async () => {
    const error = new Error('BOOM')
    const onError = vi.fn()
    guard(() => Promise.reject(error), onError)
    await vi.waitFor(() => expect(onError.mock.calls).toEqual([[error]]))
  })

  it('takes a promise of another make', () => {
    const onError = vi.fn()
    const foreign = {
      // biome-ignore lint/suspicious/noThenProperty: a thenable is what this test is about
      then: (_: unknown, reject: (error: unknown) => void) => reject('BOOM'),
    }
    guard(() => foreign, onError)
    expect(onError.mock.calls).toEqual([['BOOM']])
  })

  it('reports a `then` that throws', () => {
    const onError = vi.fn()
    const broken = {
      // biome-ignore lint/suspicious/noThenProperty: a thenable is what this test is about
      get then(): unknown {
        throw 'BOOM'
      },
    }
    guard(() => broken, onError)
    expect(onError.mock.calls).toEqual([['BOOM']])
  })
})

describe('isThenable()', () => {
  // biome-ignore lint/suspicious/noThenProperty: a thenable is what this test is about
  it.each([Promise.resolve(), { then() {} }, Object.assign(() => {}, { then() {} })])('%o is', (value) => {
    expect(isThenable(value)).toBe(true)
  })

  // biome-ignore lint/suspicious/noThenProperty: a thenable is what this test is about
  it.each([undefined, null, 0, '', 'then', true, Symbol('x'), {}, { then: 1 }, () => {}])(
    '%o is not',
    (value) => {
      expect(isThenable(value)).toBe(false)
    },
  )
})
