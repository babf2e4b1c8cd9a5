import { describe, expect, it } from 'vitest'
import { CLOSED_ON_PURPOSE, CloseCode, ErrorCode, isRetryable } from './codes.js'

describe('codes', () => {
  it('C6 closed on purpose is 4000', () => {
    expect(CLOSED_ON_PURPOSE).toBe(4000)
    expect(CloseCode.Closed).toBe(CLOSED_ON_PURPOSE)
  })

  it('are what PROTOCOL.md §5 says', () => {
    expect(CloseCode).toEqual({ Closed: 4000, Replaced: 4001, NotAllowed: 4003, Overloaded: 4008 })
    expect(ErrorCode).toEqual({
      BadRequest: 400,
      Timeout: 408,
      TooManyRequests: 429,
      InternalError: 500,
      NotImplemented: 501,
      Unavailable: 503,
    })
  })
})

describe('isRetryable()', () => {
  it.each([1000, 1001, 1005, 1006, 1009, 1011, 1012, 3000, 4002, 4008, 4999])('C5 %i is', (code) => {
    expect(isRetryable(code)).toBe(true)
  })

  it.each([4000, 4001, 4003])('C6 %i is not', (code) => {
    expect(isRetryable(code)).toBe(false)
  })
})
