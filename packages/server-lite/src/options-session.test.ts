import { describe, expect, it } from 'vitest'
import { resolveOptions } from './options.js'

const DEFAULTS = {
  window: 30_000,
  heartbeat: 15_000,
  maxBufferBytes: 16 * 1024 * 1024,
  maxBufferMessages: 131_072,
  maxTotalBufferBytes: 256 * 1024 * 1024,
  maxSessions: 10_000,
  maxMessageBytes: 1024 * 1024,
  maxRequests: 1000,
  authorize: undefined,
}

describe('the option session', () => {
  it.each([undefined, false])('is off when %s', (session) => {
    expect(resolveOptions({ session }).session).toBeUndefined()
  })

  it.each([[true], [{}], [{ window: undefined, authorize: undefined }]])(
    'has its defaults when %j',
    (session) => {
      expect(resolveOptions({ session }).session).toEqual(DEFAULTS)
    },
  )

  it('takes what it is given, and the longest message from maxReceivedMessageSize', () => {
    const authorize = () => true
    const session = {
      window: 1,
      heartbeat: 2.5,
      maxBufferBytes: 3,
      maxBufferMessages: 4,
      maxTotalBufferBytes: 5,
      maxSessions: 6,
      authorize,
    }
    expect(resolveOptions({ session, maxReceivedMessageSize: 7 }).session).toEqual({
      ...session,
      // Whole numbers travel.
      heartbeat: 3,
      maxMessageBytes: 7,
      maxRequests: 1000,
    })
  })

  it.each([
    [5, 5],
    // Infinity cannot be written in JSON.
    [Number.POSITIVE_INFINITY, Number.MAX_SAFE_INTEGER],
  ])('tells the client of %d requests in flight as %d', (requestsInFlight, maxRequests) => {
    expect(resolveOptions({ session: true, limits: { requestsInFlight } }).session).toMatchObject({
      maxRequests,
    })
  })

  it.each([1, 'yes', 0, '', () => true, Symbol('on')])('is a TypeError when it is %s', (session) => {
    const options: object = { session }
    expect(() => resolveOptions(options)).toThrow(TypeError)
    expect(() => resolveOptions(options)).toThrow('session must be true, false or an object')
  })

  it.each([
    ...['window', 'heartbeat'].flatMap((name) =>
      ['30000', 0, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31, true, {}].map((value) => [name, value]),
    ),
    ...['maxBufferBytes', 'maxBufferMessages', 'maxTotalBufferBytes', 'maxSessions'].flatMap((name) =>
      ['10', 0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, false, []].map((value) => [
        name,
        value,
      ]),
    ),
    ['authorize', true],
    ['authorize', {}],
    ['authorize', 'yes'],
  ])('is a TypeError that names %s when that is %j', (name, value) => {
    const options: object = { session: { [String(name)]: value } }
    expect(() => resolveOptions(options)).toThrow(TypeError)
    expect(() => resolveOptions(options)).toThrow(String(name))
  })

  it('says what a number should be, and what it was', () => {
    expect(() => resolveOptions({ session: { window: -1 } })).toThrow(
      'window must be a number of milliseconds from 1 to 2147483647, not -1',
    )
    expect(() => resolveOptions({ session: { maxSessions: 0 } })).toThrow(
      'maxSessions must be a positive whole number of sessions, not 0',
    )
    expect(() => resolveOptions({ session: { maxBufferMessages: 0 } })).toThrow('whole number of messages')
    expect(() => resolveOptions({ session: { maxBufferBytes: 0 } })).toThrow('whole number of bytes')
  })
})
