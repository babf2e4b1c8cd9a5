import type { AcceptRequest, RejectRequest } from '@protoo-kit/protocol'
import { beforeEach, describe, expect, it } from 'vitest'
import { notification, otherToken, request, SessionHarness } from '../test/session-harness.js'

let harness: SessionHarness

beforeEach(() => {
  harness = new SessionHarness()
})

/** Bytes from which on a socket counts as full. */
const FULL = 1_000_000

describe('a socket that does not say what waits in it, as on React Native', () => {
  it('is given everything at once', async () => {
    const peer = await harness.opened()
    Reflect.deleteProperty(harness.last(), 'bufferedAmount')
    void peer.notify('a')
    void peer.notify('b')
    expect(harness.methods()).toEqual(['a', 'b'])
  })
})

describe('a socket that is closing', () => {
  it('is handed nothing, of which a browser would complain; the next one is', async () => {
    const peer = await harness.opened()
    Object.defineProperty(harness.last(), 'readyState', { value: 2 })
    await peer.notify('a')
    await harness.pass(1000)
    expect(harness.messages()).toEqual([])
    expect(peer.connected).toBe(true)
  })

  it('gets no ack either', async () => {
    await harness.opened()
    harness.last().sent.length = 0
    Object.defineProperty(harness.last(), 'readyState', { value: 2 })
    harness.says(notification('late'))
    await harness.pass(2000)
    expect(harness.last().sent).toEqual([])
  })
})

describe('a socket that is full', () => {
  it('is handed nothing more until it has room', async () => {
    const peer = await harness.opened()
    harness.last().bufferedAmount = FULL
    await peer.notify('a')
    peer.notify('b')
    await harness.pass(1000)
    expect(harness.messages()).toEqual([])
    harness.last().bufferedAmount = FULL - 1
    await harness.pass(100)
    peer.notify('c')
    expect(harness.methods()).toEqual(['a', 'b', 'c'])
  })

  it('is looked at again when a frame comes, although no timer ran', async () => {
    const peer = await harness.opened()
    harness.last().bufferedAmount = FULL
    peer.notify('a')
    harness.last().bufferedAmount = 0
    harness.says({ ack: 0 })
    expect(harness.methods()).toEqual(['a'])
  })

  it('takes a few of many messages at a time, in order', async () => {
    const peer = await harness.opened()
    const socket = harness.last()
    const { send } = socket
    socket.send = (text) => {
      send.call(socket, text)
      socket.bufferedAmount += FULL / 2
    }
    for (const method of ['a', 'b', 'c', 'd', 'e']) peer.notify(method)
    expect(harness.methods()).toEqual(['a', 'b'])
    socket.bufferedAmount = 0
    await harness.pass(100)
    expect(harness.methods()).toEqual(['a', 'b', 'c', 'd'])
    socket.bufferedAmount = 0
    await harness.pass(100)
    expect(harness.methods()).toEqual(['a', 'b', 'c', 'd', 'e'])
  })

  it('gets acks all the same', async () => {
    await harness.opened()
    harness.last().bufferedAmount = FULL
    harness.says(notification('x'))
    await harness.pass(1000)
    expect(harness.acks().at(-1)).toEqual({ ack: 1 })
  })

  it('gets {} for a request that was given up meanwhile', async () => {
    const peer = await harness.opened()
    harness.last().bufferedAmount = FULL
    const result = peer.request('x', {}, { timeout: 100 })
    await harness.pass(100)
    await expect(result).rejects.toMatchObject({ name: 'RequestTimeoutError' })
    harness.last().bufferedAmount = 0
    await harness.pass(100)
    expect(harness.messages()).toEqual([{}])
  })

  it('is not looked at for ever: what waits when it drops is replayed', async () => {
    const peer = await harness.opened()
    harness.last().bufferedAmount = FULL
    peer.notify('a')
    peer.notify('b')
    await harness.resume(0)
    expect(harness.methods()).toEqual(['a', 'b'])
  })

  it('slows a replay down as well, which goes on when there is room', async () => {
    const peer = await harness.opened()
    peer.notify('a')
    await harness.drop()
    harness.last().bufferedAmount = FULL
    harness.welcome({ resumed: true, received: 0 })
    expect(peer.connected).toBe(true)
    expect(harness.messages()).toEqual([])
    harness.last().bufferedAmount = 0
    await harness.pass(1000)
    expect(harness.methods()).toEqual(['a'])
  })
})

describe('what is kept for the server has bounds', () => {
  const full = { name: 'BufferFullError', code: 'BUFFER_FULL' }
  /** Two bytes a character count, and 16 MiB are kept. */
  const big = { text: 'x'.repeat(2 ** 20) }
  const roomy = { maxMessageBytes: 2 ** 24 }

  it.each(['connected', 'disconnected'])('in bytes while %s, until it has acked', async (how) => {
    const peer = await harness.opened({}, roomy)
    if (how === 'disconnected') await harness.drop()
    for (let n = 0; n < 7; n++) await peer.notify('x', big)
    await expect(peer.notify('x', big)).rejects.toMatchObject(full)
    await expect(peer.request('x', big)).rejects.toMatchObject(full)
    await expect(peer.request('x', big, { retry: true, whenOpen: true })).rejects.toMatchObject(full)
    await peer.notify('small')
    if (how === 'disconnected') harness.welcome({ resumed: true, received: 1 })
    else harness.says({ ack: 1 })
    await peer.notify('x', big)
    await expect(peer.notify('x', big)).rejects.toMatchObject(full)
    expect(peer.connected).toBe(true)
    await harness.resume(9)
    expect(harness.messages()).toEqual([])
  })

  it('in messages', async () => {
    const peer = await harness.opened()
    for (let n = 0; n < 2 ** 17; n++) peer.notify('x')
    await expect(peer.notify('x')).rejects.toMatchObject(full)
    await expect(peer.request('x')).rejects.toMatchObject(full)
    harness.says({ ack: 2 ** 17 })
    await peer.notify('x')
  })

  it('except for answers', async () => {
    const peer = await harness.opened({}, roomy)
    peer.handle('y', () => big)
    for (let n = 0; n < 7; n++) await peer.notify('x', big)
    harness.says(request(7, 'y'))
    expect(harness.messages().at(-1)).toEqual({ response: true, id: 7, ok: true, data: big })
    await harness.resume(7)
    expect(harness.messages()).toEqual([{ response: true, id: 7, ok: true, data: big }])
  })

  it('and a request that was given up takes no room', async () => {
    const peer = await harness.opened({}, roomy)
    const controller = new AbortController()
    const aborted = peer.request('x', big, { signal: controller.signal })
    for (let n = 0; n < 6; n++) await peer.notify('x', big)
    await expect(peer.notify('x', big)).rejects.toMatchObject(full)
    controller.abort(new Error('not wanted'))
    await expect(aborted).rejects.toThrow('not wanted')
    await peer.notify('x', big)
  })
})

describe('a message longer than the server takes', () => {
  const limit = { maxMessageBytes: 200 }
  const tooLarge = {
    name: 'MessageTooLargeError',
    code: 'MESSAGE_TOO_LARGE',
    message: 'message over 200 bytes',
  }
  const room = 2000 - JSON.stringify({ notification: true, method: 'x', data: { text: '' } }).length

  it.each([
    ['x', 1],
    ['ü', 2],
    ['€', 3],
    ['😀', 4],
  ])('rejects, in bytes of UTF-8 and not in characters (%s)', async (character, bytes) => {
    const peer = await harness.opened({}, { maxMessageBytes: 2000 })
    const count = Math.floor(room / bytes)
    await peer.notify('x', { text: character.repeat(count) })
    await expect(peer.notify('x', { text: character.repeat(count + 1) })).rejects.toMatchObject({
      ...tooLarge,
      message: 'message over 2000 bytes',
    })
    expect(harness.messages()).toHaveLength(1)
  })

  it('is not counted, and the peer goes on', async () => {
    const peer = await harness.opened({}, limit)
    const text = '€'.repeat(100)
    await expect(peer.notify('x', { text })).rejects.toMatchObject(tooLarge)
    await expect(peer.request('x', { text })).rejects.toMatchObject(tooLarge)
    await harness.drop()
    await expect(peer.notify('x', { text })).rejects.toMatchObject(tooLarge)
    peer.notify('a')
    harness.welcome({ resumed: true, received: 0 })
    expect(harness.methods()).toEqual(['a'])
    harness.says({ ack: 1 })
    expect(peer.connected).toBe(true)
    expect(harness.clock.next).toBeGreaterThan(0)
  })

  it('rejects when a session with a lower limit follows, although made with retry', async () => {
    const peer = await harness.opened()
    const result = peer.request('x', { text: 'x'.repeat(200) }, { retry: true })
    await harness.drop()
    harness.welcome({ token: otherToken, ...limit })
    await expect(result).rejects.toMatchObject(tooLarge)
    expect(harness.messages()).toEqual([])
  })

  it.each<[string, (accept: AcceptRequest, reject: RejectRequest) => void]>([
    ['an answer', (accept) => accept({ text: '€'.repeat(100) })],
    ['a refusal', (_, reject) => reject(404, '€'.repeat(100))],
  ])('that is %s is sent as a 500', async (_, respond) => {
    const peer = await harness.opened({}, limit)
    peer.on('request', (_request, accept, reject) => respond(accept, reject))
    harness.says(request(7, 'x'))
    const [answer, ...others] = harness.messages()
    expect(answer).toMatchObject({ response: true, id: 7, ok: false, errorCode: 500 })
    expect(answer.errorReason).toContain('message over 200 bytes')
    expect(others).toEqual([])
  })
})
