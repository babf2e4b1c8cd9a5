import type { AcceptRequest } from '@protoo-kit/protocol'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { notification, request, SessionHarness } from '../test/session-harness.js'

let harness: SessionHarness

beforeEach(() => {
  harness = new SessionHarness()
})

describe('a resumed session', () => {
  it('opens again, and says that it was resumed', async () => {
    const peer = await harness.dialled()
    const events: unknown[] = []
    peer.on('open', (event) => events.push(event)).on('disconnected', () => events.push('disconnected'))
    harness.welcome()
    await harness.resume(0)
    expect(events).toMatchObject([{ resumed: false, lost: 0 }, 'disconnected', { resumed: true, lost: 0 }])
    expect(peer.connected).toBe(true)
  })

  it('needs no second confirmation', async () => {
    await harness.opened()
    await harness.resume(0)
    expect(harness.sent()).toEqual([])
  })

  it('replays what the server does not have, in order, before what open listeners send', async () => {
    const peer = await harness.opened()
    peer.on('open', () => peer.notify('late'))
    peer.notify('a')
    peer.notify('b')
    peer.notify('c')
    await harness.resume(1)
    expect(harness.methods()).toEqual(['b', 'c', 'late'])
  })

  it('replays nothing that the server has', async () => {
    const peer = await harness.opened()
    peer.notify('a')
    peer.notify('b')
    await harness.resume(2)
    expect(harness.messages()).toEqual([])
  })

  it('replays from where the last ack left off', async () => {
    const peer = await harness.opened()
    for (const method of ['a', 'b', 'c', 'd']) peer.notify(method)
    harness.says({ ack: 2 })
    await harness.resume(3)
    expect(harness.methods()).toEqual(['d'])
    await harness.resume(3)
    expect(harness.methods()).toEqual(['d'])
    await harness.resume(4)
    expect(harness.methods()).toEqual([])
  })

  it('replays the very text that was sent first', async () => {
    const peer = await harness.opened()
    peer.notify('x', { text: 'ü€😀' })
    const [first] = harness.last().sent
    await harness.resume(0)
    expect(harness.last().sent).toEqual([first])
  })

  it('outlives failed attempts', async () => {
    const peer = await harness.opened()
    peer.notify('a')
    await harness.drop()
    for (const wait of [1000, 2000, 4000]) {
      harness.last().breaks()
      await harness.pass(wait)
    }
    harness.welcome({ resumed: true, received: 0 })
    expect(peer.status).toMatchObject({ state: 'open', resumed: true })
    expect(harness.methods()).toEqual(['a'])
  })
})

describe('a request in flight over a drop', () => {
  it('is answered on the next connection, once', async () => {
    const peer = await harness.opened()
    const settled = vi.fn()
    const answer = peer.request('x')
    answer.then(settled)
    await harness.resume(1)
    expect(harness.messages()).toEqual([])
    harness.answer(1, { n: 1 })
    expect(await answer).toEqual({ n: 1 })
    harness.answer(1, { n: 2 })
    await harness.resume(1)
    expect(harness.messages()).toEqual([])
    expect(settled).toHaveBeenCalledExactlyOnceWith({ n: 1 })
  })

  it('is sent again when the server did not get it, with the same id', async () => {
    const peer = await harness.opened()
    const answer = peer.request('x', { a: 1 })
    await harness.resume(0)
    expect(harness.messages()).toEqual([{ request: true, id: 1, method: 'x', data: { a: 1 } }])
    harness.answer(1, { b: 2 })
    expect(await answer).toEqual({ b: 2 })
  })

  it('made with retry is not sent twice', async () => {
    const peer = await harness.opened()
    const answer = peer.request('x', {}, { retry: true })
    await harness.resume(1)
    expect(harness.messages()).toEqual([])
    harness.answer(1)
    await answer
  })

  it('survives any number of drops', async () => {
    const peer = await harness.opened()
    const answer = peer.request('x')
    for (let round = 0; round < 5; round++) await harness.resume(round && 1)
    harness.answer(1, { a: 1 })
    expect(await answer).toEqual({ a: 1 })
  })
})

describe('while disconnected', () => {
  it('what is sent is kept, and goes out after the replay, in order', async () => {
    const peer = await harness.opened()
    peer.notify('a')
    peer.notify('b')
    harness.last().breaks()
    peer.notify('c')
    const answer = peer.request('d')
    await harness.pass(0)
    peer.notify('e')
    harness.welcome({ resumed: true, received: 1 })
    peer.notify('f')
    expect(harness.methods()).toEqual(['b', 'c', 'd', 'e', 'f'])
    harness.answer(1, { a: 1 })
    expect(await answer).toEqual({ a: 1 })
  })

  it('notify resolves at once', async () => {
    const peer = await harness.opened()
    harness.last().breaks()
    await expect(peer.notify('a')).resolves.toBeUndefined()
    expect(peer.status.state).toBe('waiting')
  })

  it('nothing is sent on a connection that is still being made', async () => {
    const peer = await harness.opened()
    await harness.drop()
    harness.last().opens('protoo-session.v1')
    await peer.notify('a')
    await harness.pass(1000)
    expect(harness.sent()).toEqual([])
  })

  it('the server can be answered', async () => {
    const peer = await harness.opened()
    const answers: AcceptRequest[] = []
    peer.on('request', (_, accept) => answers.push(accept))
    harness.says(request(7, 'x'))
    harness.says(request(8, 'y'))
    harness.last().breaks()
    answers[0]?.({ a: 1 })
    await harness.pass(0)
    harness.welcome({ resumed: true, received: 0 })
    expect(harness.messages()).toEqual([{ response: true, id: 7, ok: true, data: { a: 1 } }])
    answers[1]?.({ b: 2 })
    expect(harness.messages().at(-1)).toEqual({ response: true, id: 8, ok: true, data: { b: 2 } })
  })
})

describe('a socket that was left', () => {
  it.each(['dropped', 'silent'])('(%s) is neither counted nor heard', async (how) => {
    const peer = await harness.opened()
    const heard = vi.fn()
    peer.on('notification', heard).on('protocolerror', heard)
    const old = harness.last()
    const late = () => {
      old.receives(notification('late'))
      old.receives('nonsense')
      old.receives('{"ack":99}')
      old.breaks(4000)
    }
    if (how === 'dropped') old.breaks()
    else harness.clock.advance(30_000)
    late()
    await harness.pass(0)
    late()
    expect(harness.sockets).toHaveLength(2)
    expect(harness.received).toBe(0)
    harness.welcome({ resumed: true, received: 0 })
    late()
    expect(heard).not.toHaveBeenCalled()
    expect(peer.status).toMatchObject({ state: 'open', resumed: true })
    harness.says(notification('x'))
    expect(heard).toHaveBeenCalledTimes(1)
    await harness.drop()
    expect(harness.received).toBe(1)
  })

  it('is sent nothing', async () => {
    const peer = await harness.opened()
    const old = harness.last()
    const before = old.sent.length
    await harness.drop()
    peer.notify('a')
    harness.welcome({ resumed: true, received: 0 })
    peer.notify('b')
    harness.says({ ack: 0, echo: true })
    expect(old.sent).toHaveLength(before)
  })
})
