import { describe, expect, it } from 'vitest'
import { called, counts, createSocket, message, openSession, resume } from '../test/session-fixture.js'
import { BufferFullError } from './errors.js'
import { createErrorResponse, createRequest, encode } from './message.js'
import {
  attachSocket,
  createSession,
  flushMessages,
  forgetMessage,
  keepMessage,
  receiveFrame,
  type Session,
  unackedNotifications,
} from './session.js'

describe('what is sent', () => {
  it('has a number each, from 1 on, and goes out in order', () => {
    const { session, socket } = openSession()
    expect(['a', 'b', 'c'].map((method) => keepMessage(session, message(method)))).toEqual([1, 2, 3])
    expect(socket.sent).toEqual([])
    expect(counts(session)).toMatchObject({ sent: 3, waiting: 3 })
    flushMessages(session)
    expect(called(socket.sent)).toEqual(['a', 'b', 'c'])
    expect(counts(session)).toMatchObject({ sent: 3, waiting: 0, acked: 0 })
  })

  it('keeps its number when those before it are acked', () => {
    const { session } = openSession('a', 'b')
    receiveFrame(session, '{"ack":2}')
    expect(keepMessage(session, message('c'))).toBe(3)
  })

  it('is kept before there is a connection, and while there is none', () => {
    const session = createSession()
    keepMessage(session, message('a'))
    flushMessages(session)
    const first = resume(session, 0)
    expect(called(first.sent)).toEqual(['a'])
    session.socket = undefined
    keepMessage(session, message('b'))
    flushMessages(session)
    expect(called(first.sent)).toEqual(['a'])
    expect(called(resume(session, 1).sent)).toEqual(['b'])
  })

  it('is counted before the socket has it, since sending may be what ends the connection', () => {
    const session = createSession()
    const sent: string[] = []
    attachSocket(
      session,
      {
        bufferedAmount: 0,
        send(text) {
          sent.push(text)
          session.socket = undefined
        },
      },
      0,
    )
    for (const method of ['a', 'b']) keepMessage(session, message(method))
    flushMessages(session)
    expect(called(sent)).toEqual(['a'])
    expect(called(resume(session, 0).sent)).toEqual(['a', 'b'])
  })

  it('goes out once when sending makes it flush again', () => {
    const session = createSession()
    const sent: string[] = []
    attachSocket(
      session,
      {
        bufferedAmount: 0,
        send(text) {
          sent.push(text)
          flushMessages(session)
        },
      },
      0,
    )
    for (const method of ['a', 'b', 'c']) keepMessage(session, message(method))
    flushMessages(session)
    expect(called(sent)).toEqual(['a', 'b', 'c'])
  })

  it('counts the notifications that may be lost with it', () => {
    const { session } = openSession('a', 'b')
    keepMessage(session, encode(createRequest(1, 'c')))
    keepMessage(session, encode(createErrorResponse(1, 400, '{"notification"')))
    expect(unackedNotifications(session)).toBe(2)
    receiveFrame(session, '{"ack":1}')
    expect(unackedNotifications(session)).toBe(1)
  })
})

/** @returns keeps a message, within bounds */
function within(session: Session, maxMessages: number, maxBytes: number) {
  return (text: string, exempt?: boolean) => keepMessage(session, text, exempt, maxMessages, maxBytes)
}

describe('the bounds', () => {
  it('are so many messages', () => {
    const session = createSession()
    const keep = within(session, 2, Infinity)
    keep('{1}')
    keep('{2}')
    expect(() => keep('{3}')).toThrow(BufferFullError)
    expect(counts(session)).toMatchObject({ sent: 2, bytes: 12 })
    attachSocket(session, createSocket(), 0)
    flushMessages(session)
    receiveFrame(session, '{"ack":1}')
    expect(keep('{3}')).toBe(3)
    expect(() => keep('{4}')).toThrow(BufferFullError)
  })

  it('are so many bytes, two per character', () => {
    const session = createSession()
    const keep = within(session, Infinity, 20)
    keep('12345678')
    expect(() => keep('123')).toThrow(BufferFullError)
    expect(counts(session)).toMatchObject({ sent: 1, bytes: 16 })
    expect(keep('12')).toBe(2)
    expect(session.bytes).toBe(20)
  })

  it('hold whatever a message is made of', () => {
    const session = createSession()
    const keep = within(session, Infinity, 20)
    keep('✓'.repeat(10))
    expect(session.bytes).toBe(20)
  })

  it('do not hold for what is exempt, which counts all the same', () => {
    const session = createSession()
    const keep = within(session, 1, 10)
    keep('12345')
    expect(keep('answer', true)).toBe(2)
    expect(counts(session)).toMatchObject({ sent: 2, bytes: 22 })
    expect(() => keep('1')).toThrow(BufferFullError)
  })

  it('hold on a connection as they do without one', () => {
    const session = createSession()
    const keep = within(session, 1, Infinity)
    const socket = createSocket()
    attachSocket(session, socket, 0)
    keep('{}')
    flushMessages(session)
    expect(() => keep('{}')).toThrow(BufferFullError)
    expect(socket.sent).toEqual(['{}'])
  })

  it('are 131,072 messages and 16 MiB by default', () => {
    const many = createSession()
    for (let i = 0; i < 131_072; i++) keepMessage(many, '{}')
    expect(() => keepMessage(many, '{}')).toThrow(BufferFullError)
    const long = createSession()
    keepMessage(long, 'x'.repeat(2 ** 23))
    expect(() => keepMessage(long, 'x')).toThrow(BufferFullError)
  })
})

describe('the bytes that are kept', () => {
  it('come back to 0 when all is acked, taken back or not', () => {
    const { session } = openSession('a', 'bcd', 'efghi')
    forgetMessage(session, 2)
    forgetMessage(session, 2)
    receiveFrame(session, '{"ack":1}')
    forgetMessage(session, 1)
    forgetMessage(session, 3)
    expect(session.bytes).toBe(2 * '{}{}'.length)
    receiveFrame(session, '{"ack":3}')
    expect(session.bytes).toBe(0)
  })

  it('come back to 0 when a resume tells that all was received', () => {
    const { session } = openSession('a', 'b')
    resume(session, 2)
    expect(counts(session)).toMatchObject({ bytes: 0, waiting: 0, sent: 2, acked: 2 })
  })

  it('make room when a message is taken back', () => {
    const session = createSession()
    const keep = within(session, Infinity, 100)
    const number = keep('x'.repeat(50))
    expect(() => keep('y')).toThrow(BufferFullError)
    forgetMessage(session, number)
    expect(keep('y'.repeat(40))).toBe(2)
  })
})

describe('forgetMessage()', () => {
  it('sends {} for what no socket was given yet', () => {
    const { session, socket } = openSession()
    keepMessage(session, message('a'))
    forgetMessage(session, keepMessage(session, message('b')))
    keepMessage(session, message('c'))
    flushMessages(session)
    expect(socket.sent).toEqual([message('a'), '{}', message('c')])
  })

  it('replays {} for what was lost with its connection', () => {
    const { session, socket } = openSession('a', 'b', 'c')
    forgetMessage(session, 2)
    expect(called(socket.sent)).toEqual(['a', 'b', 'c'])
    expect(resume(session, 1).sent).toEqual(['{}', message('c')])
  })

  it.each([0, -1, 1, 4, 1.5, Number.NaN])('does nothing for %d, when 1 of 3 is acked', (number) => {
    const { session } = openSession('a', 'b', 'c')
    receiveFrame(session, '{"ack":1}')
    const { bytes } = session
    forgetMessage(session, number)
    expect(session.bytes).toBe(bytes)
    expect(called(resume(session, 1).sent)).toEqual(['b', 'c'])
  })

  it('takes a notification that was taken back off those that may be lost', () => {
    const { session } = openSession('a', 'b')
    forgetMessage(session, 1)
    expect(unackedNotifications(session)).toBe(1)
  })
})
