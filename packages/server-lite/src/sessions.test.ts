import { describe, expect, it } from 'vitest'
import { Line, setup } from '../test/session-fakes.js'

const MIB = 2 ** 20
const text = (length: number) => `"${'x'.repeat(length - 2)}"`

describe('Sessions', () => {
  it('has one timer while there is something to look after, and none otherwise', () => {
    const { clock, begin } = setup()
    expect(clock.pending).toBe(0)
    const first = begin()
    const second = begin()
    expect(clock.pending).toBe(1)
    first.line.drops(4000)
    second.line.drops()
    clock.advance(29_000)
    expect(clock.pending).toBe(1)
    expect(second.log).toEqual(['disconnected'])
    clock.advance(1500)
    expect(second.log).toEqual(['disconnected', 'closed remote 1006'])
    expect(clock.pending).toBe(0)
  })

  it('finds a session by its token while it lasts, and by no other', () => {
    const { sessions, begin } = setup()
    const { transport, token, line } = begin()
    const resume = { token, received: 0, attempt: 1 }
    expect(sessions.find(resume)).toBe(transport)
    expect(sessions.find({ ...resume, token: token.toUpperCase() })).toBeUndefined()
    expect(sessions.find({ ...resume, token: token.slice(1) })).toBeUndefined()
    line.drops(4000)
    expect(sessions.find(resume)).toBeUndefined()
  })

  it('keeps no token anywhere', () => {
    const { sessions, begin } = setup()
    const { token } = begin()
    const seen = new Set<unknown>()
    const texts: string[] = []
    const visit = (value: unknown): void => {
      if (typeof value === 'string') texts.push(value)
      if (typeof value !== 'object' || value === null || seen.has(value) || Buffer.isBuffer(value)) return
      seen.add(value)
      if (value instanceof Map) for (const [key, entry] of value) [key, entry].forEach(visit)
      for (const key of Reflect.ownKeys(value)) {
        visit(key)
        visit(Reflect.get(value, key))
      }
    }
    visit(sessions)
    expect(texts.length).toBeGreaterThan(20)
    expect(texts.filter((found) => found.includes(token))).toEqual([])
  })

  it('ends one that waits after its window, to half a second', () => {
    for (const window of [1000, 30_000, 3_600_000]) {
      const { clock, begin } = setup({ window })
      const { line, log } = begin()
      line.drops()
      clock.advance(window - 1)
      expect(log).toEqual(['disconnected'])
      clock.advance(501)
      expect(log).toEqual(['disconnected', 'closed remote 1006'])
    }
  })

  it('begins the window anew with each drop', () => {
    const { clock, begin } = setup()
    const { line, log, transport, token } = begin()
    line.drops()
    clock.advance(29_000)
    const next = new Line()
    transport.resume(next.connection, { token, received: 0, attempt: 1 })
    next.drops()
    clock.advance(29_000)
    expect(log).toEqual(['disconnected', 'resumed', 'disconnected'])
  })

  it('tells for one window that the application closed a session, and then nothing', () => {
    const { clock, sessions, begin } = setup()
    const { transport, token, line } = begin()
    const resume = { token, received: 0, attempt: 1 }
    line.drops()
    transport.close(4000, 'kicked')
    clock.advance(29_999)
    expect(sessions.closing(resume)).toMatchObject({ code: 4000, reason: 'kicked' })
    clock.advance(1)
    expect(sessions.closing(resume)).toBeUndefined()
    clock.advance(500)
    expect(clock.pending).toBe(0)
  })

  it('tells nothing once the client has answered the close', () => {
    for (const [code, told] of [
      [4000, false],
      // The client closed for a reason of its own, at the same time.
      [1005, true],
      [1006, true],
    ] as const) {
      const { sessions, begin } = setup()
      const { transport, token, line } = begin()
      transport.close(4000, 'kicked')
      line.drops(code)
      expect(sessions.closing({ token, received: 0, attempt: 1 }) !== undefined).toBe(told)
    }
  })

  it('remembers as many closed sessions as may wait: the oldest gives way', () => {
    const { sessions, begin } = setup({ maxSessions: 2 })
    const closed = [1, 2, 3].map(() => {
      const { transport, token } = begin()
      transport.close(4000, '')
      return { token, received: 0, attempt: 1 }
    })
    expect(closed.map((resume) => sessions.closing(resume) !== undefined)).toEqual([false, true, true])
  })

  it('lets so many wait; a further one ends at once, and none is evicted', () => {
    const { begin } = setup({ maxSessions: 2 })
    const all = [begin(), begin(), begin(), begin()]
    for (const { line } of all) line.drops()
    expect(all.map(({ log }) => log)).toEqual([
      ['disconnected'],
      ['disconnected'],
      ['closed remote 1006'],
      ['closed remote 1006'],
    ])
  })

  it('lets another wait when one is back, has ended or was closed', () => {
    const { begin } = setup({ maxSessions: 1 })
    const [first, second, third, fourth] = [begin(), begin(), begin(), begin()]
    first.line.drops()
    first.transport.resume(new Line().connection, { token: first.token, received: 0, attempt: 1 })
    second.line.drops()
    expect(second.log).toEqual(['disconnected'])
    second.transport.close()
    third.line.drops()
    expect(third.log).toEqual(['disconnected'])
    third.transport.expire()
    fourth.line.drops()
    expect(fourth.log).toEqual(['disconnected'])
  })
})

describe('what all sessions keep together', () => {
  it('has a bound: beyond it the one that keeps most ends, whoever was sent to', () => {
    const { begin } = setup({ maxTotalBufferBytes: 4 * MIB })
    const [first, second, third] = [begin(), begin(), begin()]
    first.transport.sendText(text(MIB))
    second.transport.sendText(text(MIB / 2))
    third.transport.sendText(text(MIB))
    expect([first.log, second.log, third.log]).toEqual([['closed local 4008'], [], []])
    expect(first.line.ws.calls).toEqual(['close 4008'])
    expect(() => second.transport.sendText(text(1.5 * MIB))).toThrow('buffer full')
    expect([second.log, third.log]).toEqual([['closed local 4008'], []])
  })

  it('is less again after acks, and when a session ends in whatever way', () => {
    const { clock, begin } = setup({ maxTotalBufferBytes: 2 * MIB + 100 })
    const fill = () => {
      const session = begin()
      session.transport.sendText(text(MIB))
      expect(session.log).toEqual([])
      return session
    }
    fill().line.drops(4000)
    const acking = fill()
    acking.line.says('{"ack":1}')
    fill().transport.close()
    fill().transport.expire()
    const waiting = fill()
    waiting.line.drops()
    clock.advance(31_000)
    const taken = fill()
    taken.transport.forget(1)
    const over = fill()
    expect(() => over.transport.sendText(text(MIB))).toThrow('buffer full')
    fill()
  })

  it('is no more than before when a message is taken back after the session has ended', () => {
    const { begin } = setup({ maxTotalBufferBytes: 2 * MIB })
    for (let round = 0; round < 5; round++) {
      const { transport, line, log } = begin()
      const numbers = [transport.sendText(text(MIB / 2)), transport.sendText(text(MIB / 2))]
      expect(log).toEqual([])
      line.drops(4000)
      for (const number of numbers) transport.forget(number)
    }
  })
})

describe('the bounds of one session', () => {
  it.each([
    ['messages', { maxBufferMessages: 3 }, 10],
    ['bytes', { maxBufferBytes: 60 }, 10],
  ])('hold while it waits: %s', (_what, settings, length) => {
    const { begin } = setup(settings)
    const { transport, line, log } = begin()
    line.drops()
    for (let index = 0; index < 3; index++) transport.sendText(text(length))
    expect(() => transport.sendText(text(length))).toThrow('buffer full')
    expect(log).toEqual(['disconnected', 'closed local 4008'])
  })

  it('hold while it is connected: for one that reads and never acks', () => {
    const { begin } = setup({ maxBufferMessages: 3 })
    const { transport, line, log } = begin()
    for (let index = 0; index < 3; index++) transport.sendText('1')
    expect(line.sent()).toEqual(['1', '1', '1'])
    expect(() => transport.sendText('1')).toThrow('buffer full')
    expect(log).toEqual(['closed local 4008'])
    expect(line.ws.calls).toEqual(['close 4008'])
    expect(() => transport.sendText('1')).toThrow('closed')
  })
})
