import { describe, expect, it } from 'vitest'
import { counts, createSocket, openSession } from '../test/session-fixture.js'
import { attachSocket, flushMessages, keepMessage, receiveFrame, type Session, sendAck } from './session.js'

const notification = '{"notification":true,"method":"a","data":{}}'

/** Sends so many messages. */
function say(session: Session, times: number): void {
  for (let i = 0; i < times; i++) keepMessage(session, notification)
  flushMessages(session)
}

describe('counting', () => {
  it.each<[what: string, frame: unknown]>([
    ['a request', '{"request":true,"id":1,"method":"a","data":{}}'],
    ['a response', '{"response":true,"id":1,"ok":true,"data":{}}'],
    ['a notification', notification],
    ['a kind that nobody knows', '{"yell":true,"method":"a"}'],
    ['a method that nobody knows', '{"request":true,"id":1,"method":"constructor"}'],
    ['fields in another order', '{"method":"a","notification":true}'],
    ['malformed JSON', '{"notification":true'],
    ['half an ack', '{"ack":1'],
    ['an empty text', ''],
    ['null', 'null'],
    ['a number', '1'],
    ['a text', '"ack"'],
    ['an array', '[{"ack":1}]'],
    ['an ack in a message', '{"data":{"ack":1}}'],
    ['a request that has an ack, too', '{"request":true,"id":1,"method":"a","ack":1}'],
    ['an echo first', '{"echo":true,"ack":0}'],
    ['white space first', ' {"ack":0}'],
    ['white space before the name', '{ "ack":0}'],
    ['an escape in the name', '{"\\u0061ck":0}'],
    ['an ack that is no JSON', '{"ack":0'],
    ['an ack behind a name like that of a kind', '{"note":1,"ack":1}'],
    ['an ack that is a response, too', '{"response":1,"ack":1}'],
    ['what a prototype would have', '{"__proto__":{"ack":1}}'],
    ['an object with white space', '{ }'],
    ['an ArrayBuffer', new ArrayBuffer(3)],
    ['bytes that spell an ack', new TextEncoder().encode('{"ack":0}')],
    ['no text at all', undefined],
  ])('takes %s for a message', (_, frame) => {
    const { session } = openSession()
    expect(receiveFrame(session, frame)).toBe(true)
    expect(counts(session)).toMatchObject({ received: 1, owed: 1 })
  })

  it('counts {}, which stands in for a message, and has it dispatched to nobody', () => {
    const { session } = openSession()
    expect(receiveFrame(session, '{}')).toBeUndefined()
    expect(session.received).toBe(1)
  })

  it.each([
    ['an ack', '{"ack":0}'],
    ['an ack with an echo', '{"ack":0,"echo":true}'],
    ['white space behind the name', '{"ack" : 0 }\r\n'],
    ['another field', '{"ack":0,"since":1}'],
    ['a kind that is false', '{"ack":0,"request":false}'],
    ['kinds that are nothing', '{"ack":0,"request":0,"response":null,"notification":""}'],
    ['an ack that is a request, too', '{"ack":0,"request":true,"id":1,"method":"a"}'],
    ['a session that is a notification, too', '{"session":{},"notification":true,"method":"a"}'],
    ['what begins like one', '{"acknowledged":0}'],
    ['a session', '{"session":{}}'],
    ['a session that is null', '{"session":null}'],
    ['both', '{"session":{},"ack":0}'],
  ])('does not count %s', (_, frame) => {
    const { session } = openSession()
    expect(receiveFrame(session, frame)).toBeUndefined()
    expect(session.received).toBe(0)
  })

  it('never throws for a text that is deep', () => {
    const { session } = openSession()
    expect(receiveFrame(session, '['.repeat(200_000))).toBe(true)
    expect(receiveFrame(session, `{"data":${'['.repeat(50_000)}${']'.repeat(50_000)}}`)).toBe(true)
    expect(session.received).toBe(2)
  })
})

describe('an ack that is sent', () => {
  it('goes out by itself after 64 messages', () => {
    const { session, socket } = openSession()
    for (let i = 0; i < 63; i++) receiveFrame(session, notification)
    expect(socket.sent).toEqual([])
    expect(session.owed).toBe(63)
    receiveFrame(session, '{')
    expect(socket.sent).toEqual(['{"ack":64}'])
    expect(session.owed).toBe(0)
    for (let i = 0; i < 64; i++) receiveFrame(session, '{}')
    expect(socket.sent).toEqual(['{"ack":64}', '{"ack":128}'])
  })

  it('puts the next one off', () => {
    const { session, socket } = openSession()
    for (let i = 0; i < 40; i++) receiveFrame(session, notification)
    sendAck(session)
    for (let i = 0; i < 63; i++) receiveFrame(session, notification)
    expect(socket.sent).toEqual(['{"ack":40}'])
  })

  it('may ask for one', () => {
    const { session, socket } = openSession()
    receiveFrame(session, notification)
    sendAck(session, true)
    expect(socket.sent).toEqual(['{"ack":1,"echo":true}'])
    expect(session.owed).toBe(0)
  })

  it('goes nowhere without a socket', () => {
    const { session, socket } = openSession()
    session.socket = undefined
    sendAck(session)
    expect(socket.sent).toEqual([])
  })

  it('is not owed for what a resume has told', () => {
    const { session } = openSession()
    receiveFrame(session, notification)
    expect(session.owed).toBe(1)
    attachSocket(session, createSocket(), 0)
    expect(session.owed).toBe(0)
  })
})

describe('an ack that arrives', () => {
  it('is answered by a plain one when it asks for it', () => {
    const { session, socket } = openSession()
    receiveFrame(session, notification)
    expect(receiveFrame(session, '{"ack":0,"echo":true}')).toBeUndefined()
    expect(socket.sent).toEqual(['{"ack":1}'])
  })

  it.each(['{"ack":0}', '{"ack":0,"echo":false}', '{"session":{}}'])('%s is never answered', (frame) => {
    const { session, socket } = openSession()
    for (let i = 0; i < 200; i++) receiveFrame(session, frame)
    expect(socket.sent).toEqual([])
  })

  it('lets go of what the other end has', () => {
    const { session } = openSession()
    say(session, 3)
    expect(receiveFrame(session, '{"ack":2}')).toBeUndefined()
    expect(counts(session)).toMatchObject({ acked: 2, sent: 3, waiting: 0, bytes: notification.length * 2 })
    receiveFrame(session, '{"ack":3}')
    expect(counts(session)).toMatchObject({ acked: 3, sent: 3, bytes: 0 })
  })

  it.each([1, 0, -1, -(2 ** 40)])('is ignored when it is lower than before: %i after 2', (ack) => {
    const { session } = openSession()
    say(session, 3)
    receiveFrame(session, '{"ack":2}')
    expect(receiveFrame(session, JSON.stringify({ ack }))).toBeUndefined()
    expect(counts(session)).toMatchObject({ acked: 2, sent: 3, bytes: notification.length * 2 })
  })

  it.each([
    '3',
    '4',
    '1e3',
    '9007199254740993',
    '1e400',
    '-1e400',
    '1.5',
    '0.5',
    '-0.5',
    '"1"',
    'true',
    '[]',
    '{}',
  ])('is a violation when it is %s after two messages, and changes nothing', (ack) => {
    const { session, socket } = openSession()
    say(session, 2)
    socket.sent.length = 0
    expect(receiveFrame(session, `{"ack":${ack},"echo":true}`)).toBe(false)
    expect(counts(session)).toMatchObject({ acked: 0, sent: 2, received: 0 })
    expect(socket.sent).toEqual([])
  })

  it('is a control frame when it is null, and a violation', () => {
    const { session } = openSession()
    expect(receiveFrame(session, '{"ack":null}')).toBe(false)
    expect(session.received).toBe(0)
  })

  it('is a violation when it is for what no socket was given', () => {
    const { session, socket } = openSession()
    socket.bufferedAmount = Infinity
    say(session, 1)
    expect(receiveFrame(session, '{"ack":1}')).toBe(false)
  })

  it('is a violation when it is for what only the socket before was given', () => {
    const { session } = openSession()
    say(session, 2)
    attachSocket(session, createSocket(), 1)
    expect(receiveFrame(session, '{"ack":2}')).toBe(false)
    flushMessages(session)
    expect(receiveFrame(session, '{"ack":2}')).toBeUndefined()
  })
})
