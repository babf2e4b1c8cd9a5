import { describe, expect, it } from 'vitest'
import { called, counts, createSocket, message, openSession, resume } from '../test/session-fixture.js'
import { attachSocket, flushMessages, forgetMessage, keepMessage, receiveFrame, sendAck } from './session.js'

describe('attachSocket()', () => {
  it.each([
    [0, ['a', 'b', 'c']],
    [1, ['b', 'c']],
    [2, ['c']],
    [3, []],
  ])('replays what comes after %i of 3', (received, replay) => {
    const { session, socket } = openSession('a', 'b', 'c')
    const next = resume(session, received)
    expect(called(next.sent)).toEqual(replay)
    expect(called(socket.sent)).toEqual(['a', 'b', 'c'])
    expect(counts(session)).toMatchObject({ acked: received, sent: 3, waiting: 0 })
  })

  it('sends nothing by itself, so that the first frame can go out before', () => {
    const { session } = openSession('a')
    const socket = createSocket()
    attachSocket(session, socket, 0)
    expect(socket.sent).toEqual([])
    expect(counts(session).waiting).toBe(1)
  })

  it('replays again and again, and then sends what is new', () => {
    const { session } = openSession('a', 'b')
    for (let i = 0; i < 3; i++) expect(called(resume(session, 0).sent)).toEqual(['a', 'b'])
    keepMessage(session, message('c'))
    expect(called(resume(session, 1).sent)).toEqual(['b', 'c'])
  })

  it.each([0, 4, -1, Infinity, -Infinity, Number.NaN])('refuses %d when 1 of 3 is acked', (received) => {
    const { session, socket } = openSession('a', 'b', 'c')
    receiveFrame(session, '{"ack":1}')
    const before = counts(session)
    const next = createSocket()
    expect(attachSocket(session, next, received)).toBe(false)
    expect(counts(session)).toEqual(before)
    keepMessage(session, message('d'))
    flushMessages(session)
    expect(next.sent).toEqual([])
    expect(called(socket.sent)).toEqual(['a', 'b', 'c', 'd'])
  })

  it('goes on after it refused', () => {
    const { session } = openSession('a', 'b')
    attachSocket(session, createSocket(), 3)
    expect(called(resume(session, 1).sent)).toEqual(['b'])
  })
})

describe('flushMessages()', () => {
  const full = 1_000_000

  it('waits while a megabyte waits in the socket', () => {
    const { session, socket } = openSession()
    keepMessage(session, message('a'))
    socket.bufferedAmount = full
    flushMessages(session)
    expect(socket.sent).toEqual([])
    expect(counts(session).waiting).toBe(1)
    socket.bufferedAmount = full - 1
    flushMessages(session)
    expect(called(socket.sent)).toEqual(['a'])
  })

  it('stops in the middle of a replay when the socket is full, and nothing new goes out before the rest', () => {
    const { session } = openSession('a', 'b', 'c')
    const sent: string[] = []
    const socket = {
      bufferedAmount: 0,
      send(text: string) {
        sent.push(text)
        this.bufferedAmount += full / 2
      },
    }
    attachSocket(session, socket, 0)
    flushMessages(session)
    keepMessage(session, message('new'))
    flushMessages(session)
    expect(called(sent)).toEqual(['a', 'b'])
    socket.bufferedAmount = 0
    flushMessages(session)
    socket.bufferedAmount = 0
    flushMessages(session)
    expect(called(sent)).toEqual(['a', 'b', 'c', 'new'])
  })

  it('leaves acks alone, which go out on a full socket, too', () => {
    const { session, socket } = openSession()
    socket.bufferedAmount = Infinity
    keepMessage(session, message('a'))
    flushMessages(session)
    sendAck(session)
    expect(socket.sent).toEqual(['{"ack":0}'])
  })

  it('can still take back what waits', () => {
    const { session, socket } = openSession()
    socket.bufferedAmount = full
    forgetMessage(session, keepMessage(session, message('a')))
    socket.bufferedAmount = 0
    flushMessages(session)
    expect(socket.sent).toEqual(['{}'])
  })
})

describe('without a socket', () => {
  it('nothing is handed over any more', () => {
    const { session, socket } = openSession('a')
    session.socket = undefined
    keepMessage(session, message('b'))
    flushMessages(session)
    sendAck(session, true)
    expect(called(socket.sent)).toEqual(['a'])
    expect(counts(session)).toMatchObject({ sent: 2, waiting: 1 })
  })
})
