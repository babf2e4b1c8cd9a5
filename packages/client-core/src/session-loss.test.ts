import type { AcceptRequest, Welcome } from '@protoo-kit/protocol'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { otherToken, request, SessionHarness } from '../test/session-harness.js'

let harness: SessionHarness

beforeEach(() => {
  harness = new SessionHarness()
})

const sessionLost = { name: 'SessionLostError', code: 'SESSION_LOST' }

/** Drops the connection, and begins a new session on the next one. */
async function lose(): Promise<void> {
  await harness.drop()
  harness.welcome({ token: otherToken })
}

describe('a session that the server does not have any more', () => {
  it('rejects the requests that still wait, and opens anew', async () => {
    const peer = await harness.opened()
    const opened = vi.fn()
    peer.on('open', opened)
    const sent = expect(peer.request('x')).rejects.toMatchObject(sessionLost)
    await harness.drop()
    const queued = expect(peer.request('y')).rejects.toMatchObject(sessionLost)
    harness.welcome({ token: otherToken })
    await Promise.all([sent, queued])
    expect(opened).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ resumed: false, lost: 0 }))
    expect(harness.last().sent).toEqual([])
    await harness.drop()
    expect(harness.offered).toBe(`protoo-resume.${otherToken}.0.3`)
  })

  it('is lost as well when the new one has its token', async () => {
    const peer = await harness.opened()
    const lost = expect(peer.request('x')).rejects.toMatchObject(sessionLost)
    await harness.drop()
    harness.welcome()
    await lost
    expect(harness.last().sent).toEqual([])
  })

  it('has its requests made with retry sent again, after what open listeners send', async () => {
    const peer = await harness.opened()
    peer.on('open', () => peer.notify('join'))
    const sent = peer.request('x', { a: 1 }, { retry: true })
    const lost = expect(peer.request('y')).rejects.toMatchObject(sessionLost)
    await harness.drop()
    const queued = peer.request('z', {}, { retry: true })
    harness.welcome({ token: otherToken })
    await lost
    expect(harness.methods()).toEqual(['join', 'x', 'z'])
    const [, x, z] = harness.messages()
    expect(x).toEqual({ request: true, id: 1, method: 'x', data: { a: 1 } })
    harness.answer(z.id, { z: 1 })
    harness.answer(x.id, { x: 1 })
    expect(await Promise.all([sent, queued])).toEqual([{ x: 1 }, { z: 1 }])
  })

  it('does not repeat those that timed out or were aborted', async () => {
    const peer = await harness.opened()
    const controller = new AbortController()
    const timed = peer.request('x', {}, { retry: true, timeout: 100 })
    const aborted = peer.request('y', {}, { retry: true, signal: controller.signal })
    harness.last().breaks()
    controller.abort(new Error('not wanted'))
    await expect(aborted).rejects.toThrow('not wanted')
    harness.clock.advance(100)
    await expect(timed).rejects.toMatchObject({ name: 'RequestTimeoutError' })
    await harness.pass(0)
    harness.welcome({ token: otherToken })
    expect(harness.messages()).toEqual([])
  })

  it('resumes with what the new session has, and no more', async () => {
    const peer = await harness.opened()
    for (const method of ['a', 'b', 'c']) peer.notify(method)
    await lose()
    peer.notify('d')
    const answer = peer.request('x', {}, { retry: true })
    await harness.resumeAs(otherToken, 1)
    expect(harness.methods()).toEqual(['x'])
    harness.answer(harness.messages()[0].id)
    await answer
  })

  it('never has an id used again', async () => {
    const peer = await harness.opened()
    const ids: number[] = []
    for (let round = 0; round < 3; round++) {
      peer.request('x').catch(() => {})
      peer.request('y').catch(() => {})
      ids.push(...harness.messages().map(({ id }) => id))
      await lose()
    }
    expect(ids).toEqual([1, 2, 3, 4, 5, 6])
  })

  it('gets no answers to its requests any more', async () => {
    const peer = await harness.opened()
    const answers: AcceptRequest[] = []
    peer.on('request', (_, accept) => answers.push(accept))
    harness.says(request(7, 'x'))
    await lose()
    answers[0]?.({ a: 1 })
    expect(harness.messages()).toEqual([])
  })
})

describe('notifications lost', () => {
  it('are those that the server has not acked, and no requests', async () => {
    const peer = await harness.opened()
    for (const method of ['a', 'b', 'c']) peer.notify(method)
    peer.request('x').catch(() => {})
    harness.says({ ack: 1 })
    await harness.drop()
    peer.notify('d')
    harness.welcome({ token: otherToken })
    expect(peer.status).toMatchObject({ resumed: false, lost: 3 })
  })

  it('are told of once', async () => {
    const peer = await harness.opened()
    peer.notify('a')
    await lose()
    expect(peer.status).toMatchObject({ lost: 1 })
    await harness.resumeAs(otherToken, 0)
    expect(peer.status).toMatchObject({ resumed: true, lost: 0 })
    await harness.drop()
    harness.welcome()
    expect(peer.status).toMatchObject({ resumed: false, lost: 0 })
  })

  it('are told of by the next open, however many attempts that takes', async () => {
    const peer = await harness.opened()
    peer.notify('a')
    peer.notify('b')
    await harness.drop(1002)
    harness.last().breaks()
    await harness.pass(2000)
    harness.last().breaks()
    await harness.pass(4000)
    harness.welcome({ token: otherToken })
    expect(peer.status).toMatchObject({ state: 'open', resumed: false, lost: 2 })
  })
})

describe('a session is lost', () => {
  /** Drops after three messages, one of them acked, and lets the server answer thus. */
  async function welcomedWith(fields: Partial<Welcome>) {
    const peer = await harness.opened()
    peer.notify('a')
    peer.notify('b')
    const lost = expect(peer.request('x')).rejects.toMatchObject(sessionLost)
    harness.says({ ack: 1 })
    await harness.drop()
    harness.welcome(fields)
    return { peer, lost }
  }

  it.each<[string, Partial<Welcome>]>([
    ['has more than was sent', { resumed: true, received: 4 }],
    ['has less than it acked', { resumed: true, received: 0 }],
    ['has less than nothing', { resumed: true, received: -1 }],
    ['resumes another one', { resumed: true, received: 2, token: otherToken }],
    ['has messages in a new one', { resumed: false, received: 1, token: otherToken }],
  ])('when the server %s', async (_, fields) => {
    const { peer, lost } = await welcomedWith(fields)
    await lost
    expect(harness.last().closedWith?.[0]).toBe(4000)
    expect(harness.sent()).toEqual([])
    expect(peer.status).toMatchObject({ state: 'waiting', error: sessionLost })
    await harness.pass(1000)
    expect(harness.last().protocols).toEqual(['protoo-session.v1', 'protoo'])
    harness.welcome()
    expect(peer.status).toMatchObject({ state: 'open', resumed: false, lost: 1 })
  })

  it('only then: all that can be is resumed', async () => {
    const { peer, lost } = await welcomedWith({ resumed: true, received: 3 })
    expect(peer.status).toMatchObject({ state: 'open', resumed: true, lost: 0 })
    await harness.drop(1002)
    await lost
  })

  it('or an attempt has failed, when the server has a part of a message', async () => {
    const peer = await harness.opened()
    peer.notify('a')
    peer.notify('b')
    await harness.drop()
    harness.welcome({ resumed: true, received: 0.5 })
    expect(peer.status.state).toBe('waiting')
    expect(harness.sent()).toEqual([])
  })

  it('when the server resumes one that there is not', async () => {
    const peer = await harness.dialled()
    harness.welcome({ resumed: true })
    expect(harness.last().closedWith?.[0]).toBe(4000)
    expect(peer.status).toMatchObject({ state: 'waiting', attempt: 2, everOpen: false })
    await harness.pass(1000)
    expect(harness.offered).toBeUndefined()
  })

  it('when the server picks protoo', async () => {
    const peer = await harness.opened()
    const opened = vi.fn(() => peer.notify('join'))
    peer.on('open', opened)
    peer.notify('a')
    const lost = expect(peer.request('x')).rejects.toMatchObject(sessionLost)
    const again = peer.request('y', {}, { retry: true })
    await harness.drop()
    harness.last().opens('protoo')
    await lost
    expect(opened).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ resumed: false, lost: 1 }))
    expect(harness.sent().map(({ method }) => method)).toEqual(['join', 'y'])
    harness.answer(harness.sent()[1].id, { a: 1 })
    expect(await again).toEqual({ a: 1 })
    harness.last().breaks()
    await expect(peer.notify('b')).rejects.toMatchObject({ name: 'NotConnectedError' })
    await harness.pass(0)
    expect(harness.last().protocols).toEqual(['protoo-session.v1', 'protoo'])
  })

  it('and until the next one sends reject, or wait if they may', async () => {
    const peer = await harness.opened()
    harness.last().breaks(1002)
    await expect(peer.notify('a')).rejects.toMatchObject({ name: 'NotConnectedError' })
    await expect(peer.request('x')).rejects.toMatchObject({ name: 'NotConnectedError' })
    const answer = peer.request('y', {}, { whenOpen: true })
    await harness.pass(0)
    harness.welcome({ token: otherToken })
    expect(harness.methods()).toEqual(['y'])
    harness.answer(harness.messages()[0].id, { a: 1 })
    expect(await answer).toEqual({ a: 1 })
  })
})
