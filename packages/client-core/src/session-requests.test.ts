import { beforeEach, describe, expect, it, vi } from 'vitest'
import { settled, url } from '../test/harness.js'
import { otherToken, SessionHarness, welcomeFrame } from '../test/session-harness.js'
import { Peer } from './peer.js'
import { WebSocketTransport } from './websocket-transport.js'

let harness: SessionHarness

beforeEach(() => {
  harness = new SessionHarness()
})

const timeout = { name: 'RequestTimeoutError', code: 408 }

describe('before the first open', () => {
  it('requests and notifications reject, and whenOpen waits', async () => {
    const peer = await harness.dialled()
    const answer = peer.request('x', {}, { whenOpen: true })
    await expect(peer.request('y')).rejects.toMatchObject({ name: 'NotConnectedError' })
    await expect(peer.notify('z')).rejects.toMatchObject({ name: 'NotConnectedError' })
    harness.last().breaks()
    await harness.pass(1000)
    harness.welcome()
    expect(harness.methods()).toEqual(['x'])
    harness.answer(1, { a: 1 })
    expect(await answer).toEqual({ a: 1 })
  })
})

describe('more requests than the server lets wait', () => {
  const tooMany = { name: 'RequestError', code: 429, message: 'too many requests' }

  it('reject as the server would reject them, until one has its outcome', async () => {
    const peer = await harness.opened({}, { maxRequests: 2 })
    const first = peer.request('x')
    const second = peer.request('x', {}, { timeout: 100 })
    await expect(peer.request('y')).rejects.toMatchObject(tooMany)
    await peer.notify('z')
    await expect(peer.request('y')).rejects.toMatchObject(tooMany)
    expect(harness.methods()).toEqual(['x', 'x', 'z'])
    harness.answer(1, { a: 1 })
    expect(await first).toEqual({ a: 1 })
    const third = peer.request('y', {}, { signal: AbortSignal.timeout(2 ** 30) })
    await expect(peer.request('y')).rejects.toMatchObject(tooMany)
    harness.answer(3, { b: 1 })
    expect(await third).toEqual({ b: 1 })
    const late = expect(second).rejects.toMatchObject(timeout)
    await harness.pass(100)
    await late
    expect(peer.status.state).toBe('open')
  })

  it('reject also while disconnected, where those before them are kept', async () => {
    const peer = await harness.opened({}, { maxRequests: 1 })
    await harness.drop()
    const kept = peer.request('x')
    await expect(peer.request('y', {}, { whenOpen: true })).rejects.toMatchObject(tooMany)
    harness.welcome({ resumed: true, received: 0 })
    expect(harness.methods()).toEqual(['x'])
    harness.answer(1, {})
    expect(await kept).toEqual({})
  })

  it('is what the server of the present session says', async () => {
    const peer = await harness.opened({}, { maxRequests: 1 })
    await harness.drop()
    harness.welcome({ token: otherToken, maxRequests: 2 })
    peer.request('x').catch(() => {})
    peer.request('x').catch(() => {})
    await expect(peer.request('y')).rejects.toMatchObject(tooMany)
    expect(harness.methods()).toEqual(['x', 'x'])
  })
})

describe('a request whose time is up while disconnected', () => {
  it('rejects then, and {} stands in for it in the replay', async () => {
    const peer = await harness.opened()
    peer.notify('a')
    const result = peer.request('x', {}, { timeout: 100 })
    peer.notify('b')
    await harness.drop()
    await harness.pass(99)
    expect(peer.status.state).toBe('connecting')
    await harness.pass(1)
    await expect(result).rejects.toMatchObject(timeout)
    harness.welcome({ resumed: true, received: 1 })
    expect(harness.messages()).toMatchObject([{}, { method: 'b' }])
    expect(harness.messages()[0]).toEqual({})
  })

  it('does so too when it was made while disconnected', async () => {
    const peer = await harness.opened()
    await harness.drop()
    peer.notify('a')
    const result = peer.request('x', {}, { timeout: 100 })
    peer.notify('b')
    await harness.pass(100)
    await expect(result).rejects.toMatchObject(timeout)
    harness.welcome({ resumed: true, received: 0 })
    expect(harness.last().sent.map((text) => JSON.parse(text).method ?? text)).toEqual(['a', '{}', 'b'])
  })

  it('rejects in the usual time by default', async () => {
    const peer = await harness.opened()
    const result = expect(peer.request('x')).rejects.toMatchObject(timeout)
    harness.last().breaks()
    harness.clock.advance(22_500)
    await result
  })

  it('changes nothing for those that the server has', async () => {
    const peer = await harness.opened()
    const result = peer.request('x', {}, { timeout: 100 })
    peer.notify('a')
    await harness.drop()
    await harness.pass(100)
    await expect(result).rejects.toMatchObject(timeout)
    harness.welcome({ resumed: true, received: 1 })
    expect(harness.methods()).toEqual(['a'])
    // The server has answered it all the same.
    harness.answer(1)
    await harness.drop()
    expect(harness.received).toBe(1)
  })

  it('is given no second chance by retry', async () => {
    const peer = await harness.opened()
    const result = peer.request('x', {}, { timeout: 100, retry: true })
    await harness.drop()
    await harness.pass(100)
    await expect(result).rejects.toMatchObject(timeout)
    harness.welcome({ resumed: true, received: 0 })
    expect(harness.last().sent).toEqual(['{}'])
  })
})

describe('a request whose time is up while connected', () => {
  it('is replayed as {}', async () => {
    const peer = await harness.opened()
    const result = peer.request('x', {}, { timeout: 100 })
    await harness.pass(100)
    await expect(result).rejects.toMatchObject(timeout)
    await harness.resume(0)
    expect(harness.last().sent).toEqual(['{}'])
  })
})

describe('a request that is aborted', () => {
  it.each([
    ['while disconnected', true],
    ['while connected', false],
  ])('%s rejects at once, and is replayed as {}', async (_, before) => {
    const peer = await harness.opened()
    const controller = new AbortController()
    peer.notify('a')
    const result = peer.request('x', {}, { signal: controller.signal })
    peer.notify('b')
    if (before) await harness.drop()
    controller.abort(new Error('not wanted'))
    await expect(result).rejects.toThrow('not wanted')
    if (!before) await harness.drop()
    harness.welcome({ resumed: true, received: 0 })
    expect(harness.last().sent.map((text) => JSON.parse(text).method ?? text)).toEqual(['a', '{}', 'b'])
  })

  it('leaves those beside it alone', async () => {
    const peer = await harness.opened()
    const controller = new AbortController()
    const first = peer.request('x', {}, { timeout: Infinity })
    const result = peer.request('y', {}, { signal: controller.signal })
    const last = peer.request('z', {}, { timeout: Infinity })
    harness.says({ ack: 1 })
    harness.last().breaks()
    controller.abort()
    await expect(result).rejects.toMatchObject({ name: 'AbortError' })
    await harness.pass(0)
    harness.welcome({ resumed: true, received: 1 })
    expect(harness.messages()).toMatchObject([{}, { method: 'z', id: 3 }])
    harness.answer(1, { n: 1 })
    harness.answer(3, { n: 3 })
    expect(await Promise.all([first, last])).toEqual([{ n: 1 }, { n: 3 }])
  })
})

describe('a request that the server refuses', () => {
  it('rejects over a drop as well', async () => {
    const peer = await harness.opened()
    const result = peer.request('x')
    await harness.resume(1)
    harness.says({ response: true, id: 1, ok: false, errorCode: 404, errorReason: 'no such room' })
    await expect(result).rejects.toMatchObject({ code: 404, message: 'no such room' })
  })
})

describe('a peer made later than its transport', () => {
  const later = () =>
    new WebSocketTransport(url, {
      clock: harness.clock,
      WebSocket: harness.fake.WebSocket,
      session: true,
      retry: { minUptime: 0 },
    })

  it.each(['protoo-session.v1', 'protoo'])('can make a request at once over %s', async (protocol) => {
    const transport = later()
    await settled()
    if (protocol === 'protoo') harness.last().opens(protocol)
    else harness.welcome()
    const peer = new Peer(transport)
    const opened = vi.fn()
    peer.on('open', opened)
    const outcome = vi.fn()
    peer.request('x').then(outcome, outcome)
    await settled()
    harness.answer(1, { a: 1 })
    await settled()
    expect(opened).toHaveBeenCalledTimes(1)
    expect(outcome).toHaveBeenCalledExactlyOnceWith({ a: 1 })
  })

  it('can send when it was made while disconnected, and the session was resumed since', async () => {
    const transport = later()
    await settled()
    harness.welcome()
    harness.last().breaks()
    const peer = new Peer(transport)
    await harness.pass(0)
    harness.last().opens('protoo-session.v1')
    harness.last().receives(welcomeFrame({ resumed: true }))
    expect(peer.status).toMatchObject({ state: 'open', resumed: true })
    await peer.notify('a')
    expect(harness.methods()).toEqual(['a'])
  })
})
