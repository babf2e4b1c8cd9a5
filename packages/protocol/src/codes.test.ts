import { describe, expect, it } from 'vitest'
import { CLOSED_ON_PURPOSE, CloseCode, ErrorCode, endsSession, isRetryable } from './codes.js'

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

describe('endsSession()', () => {
  it('is so for faults in what was sent and for all codes of this protocol and of applications', () => {
    const ending = Array.from({ length: 4000 }, (_, index) => 1000 + index).filter(endsSession)
    const faults = [1002, 1003, 1007, 1008, 1009, 1010]
    expect(ending).toEqual([...faults, ...Array.from({ length: 2000 }, (_, index) => 3000 + index)])
  })

  it.each([1000, 1001, 1005, 1006, 1011, 1012, 1013, 1014, 1015])('%i is a drop', (code) => {
    expect(endsSession(code)).toBe(false)
  })

  it('is not so for a socket that tells no code', () => {
    expect(endsSession(0)).toBe(false)
  })
})
