import { RequestError } from '@protoo-kit/protocol'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { PeerHarness, settled } from '../test/harness.js'

let harness: PeerHarness

beforeEach(() => {
  harness = new PeerHarness()
})

describe('requests', () => {
  it('reject at once when the connection drops, and say how', async () => {
    const peer = await harness.opened()
    const result = peer.request('x')
    harness.last().breaks(1011, 'oops')
    await expect(result).rejects.toMatchObject({
      name: 'ConnectionLostError',
      message: 'closed with 1011 oops',
    })
  })

  it('made with retry are repeated on the next connection, after what open listeners send', async () => {
    const peer = await harness.opened()
    const result = peer.request('x', { a: 1 }, { retry: true })
    peer.on('open', () => peer.notify('join'))
    await harness.reopen()
    expect(harness.sent().map(({ method }) => method)).toEqual(['join', 'x'])
    harness.answer(harness.sent()[1].id, { b: 2 })
    expect(await result).toEqual({ b: 2 })
  })

  it('made with whenOpen wait for the first open, and others reject', async () => {
    const peer = await harness.dialled()
    const result = peer.request('x', {}, { whenOpen: true })
    await expect(peer.request('y')).rejects.toMatchObject({
      name: 'NotConnectedError',
      code: 'NOT_CONNECTED',
    })
    harness.last().opens()
    harness.answer(harness.sent()[0].id, { ok: 1 })
    expect(await result).toEqual({ ok: 1 })
  })

  it('time out while waiting for a connection', async () => {
    const peer = await harness.dialled()
    const result = peer.request('x', {}, { whenOpen: true, timeout: 100 })
    harness.clock.advance(100)
    await expect(result).rejects.toMatchObject({ name: 'RequestTimeoutError', code: 408 })
    harness.last().opens()
    expect(harness.sent()).toEqual([])
  })

  it('without a time limit leave those of others alone', async () => {
    const peer = await harness.opened()
    const limited = peer.request('x', {}, { timeout: 100 })
    peer.request('y', {}, { timeout: Infinity }).catch(() => {})
    harness.clock.advance(100)
    await expect(limited).rejects.toThrow('request timeout')
  })

  it('are given up through their signal, and their late answer is ignored', async () => {
    const peer = await harness.opened()
    const controller = new AbortController()
    const result = peer.request('x', {}, { signal: controller.signal })
    controller.abort(new Error('not wanted'))
    await expect(result).rejects.toThrow('not wanted')
    harness.answer(harness.sent()[0].id)
    expect(harness.sent()).toHaveLength(1)
  })

  it('settle when writing their data closes the peer, or aborts them', async () => {
    const peer = await harness.opened()
    const controller = new AbortController()
    const aborting = { toJSON: () => controller.abort(new Error('not wanted')) }
    await expect(peer.request('x', aborting, { signal: controller.signal })).rejects.toThrow('not wanted')
    const closing = { toJSON: () => peer.close() }
    await expect(peer.request('x', closing, { timeout: Infinity })).rejects.toThrow('transport closed')
    expect(harness.clock.pending).toBe(0)
  })

  it('leave no timer behind when the peer closes', async () => {
    const peer = await harness.opened()
    const results = Promise.allSettled([peer.request('x'), peer.request('y', {}, { retry: true })])
    peer.close()
    expect(harness.clock.pending).toBe(0)
    expect((await results).map((result) => result.status)).toEqual(['rejected', 'rejected'])
  })
})

describe('handle', () => {
  it('answers one method, before request listeners are asked', async () => {
    const peer = await harness.opened()
    const listener = vi.fn((_request, accept) => accept({ by: 'listener' }))
    peer.on('request', listener)
    const stop = peer.handle('add', ({ a, b }) => ({ sum: a + b }))
    const ask = (id: number, data: object) =>
      harness.last().receives(JSON.stringify({ request: true, id, method: 'add', data }))
    ask(1, { a: 1, b: 2 })
    stop()
    ask(2, {})
    expect(harness.sent().map(({ data }) => data)).toEqual([{ sum: 3 }, { by: 'listener' }])
  })

  it('refuses with the RequestError of its handler, data included', async () => {
    const peer = await harness.opened()
    peer.handle('x', async () => {
      throw new RequestError(404, 'no such room', { room: 'a' })
    })
    harness.last().receives(JSON.stringify({ request: true, id: 1, method: 'x' }))
    await settled()
    expect(harness.sent()).toEqual([
      {
        response: true,
        id: 1,
        ok: false,
        errorCode: 404,
        errorReason: 'no such room',
        errorData: { room: 'a' },
      },
    ])
  })

  it('throws for a second handler of one method', async () => {
    const peer = await harness.opened()
    peer.handle('x', () => {})
    expect(() => peer.handle('x', () => {})).toThrow('"x" has a handler already')
  })
})
