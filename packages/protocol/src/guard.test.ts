import { beforeEach, describe, expect, it, vi } from 'vitest'
import { guard } from './guard.js'

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

describe('a result', () => {
  const onError = vi.fn()

  beforeEach(() => {
    onError.mockClear()
  })

  // biome-ignore lint/suspicious/noThenProperty: a thenable is what this test is about
  const thenable = { then: (resolve: (value: unknown) => void) => resolve('later') }

  it.each([Promise.resolve('later'), thenable, Object.assign(() => {}, thenable)])(
    'is what is promised by %o',
    async (promise) => {
      const results: unknown[] = []
      guard(
        () => promise,
        onError,
        (result) => results.push(result),
      )
      await promise
      expect(results).toEqual(['later'])
    },
  )

  // biome-ignore lint/suspicious/noThenProperty: a thenable is what this test is about
  it.each([undefined, null, 0, '', 'then', true, Symbol('x'), {}, { then: 1 }, () => {}])(
    'is %o itself, at once',
    (value) => {
      const results: unknown[] = []
      guard(
        () => value,
        onError,
        (result) => results.push(result),
      )
      expect(results).toEqual([value])
      expect(onError).not.toHaveBeenCalled()
    },
  )

  it('is none when there is an error', async () => {
    const onResult = vi.fn()
    guard(
      () => {
        throw 'BOOM'
      },
      onError,
      onResult,
    )
    guard(() => Promise.reject('BOOM'), onError, onResult)
    await Promise.resolve()
    expect(onError.mock.calls).toEqual([['BOOM'], ['BOOM']])
    expect(onResult).not.toHaveBeenCalled()
  })
})
