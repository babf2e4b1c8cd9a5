import { beforeEach, describe, expect, it, vi } from 'vitest'
import { settled, url } from '../test/harness.js'
import { otherToken, SessionHarness } from '../test/session-harness.js'
import { Peer } from './peer.js'
import { WebSocketTransport } from './websocket-transport.js'

let harness: SessionHarness

beforeEach(() => {
  harness = new SessionHarness()
})

describe('a connection with a session that closes with', () => {
  it.each([1000, 1001, 1005, 1006, 1011, 1012, 1013, 1015])(
    '%i has dropped, and is resumed',
    async (code) => {
      const peer = await harness.opened()
      const answer = peer.request('x')
      await harness.drop(code)
      expect(harness.offered).toBeDefined()
      harness.welcome({ resumed: true, received: 1 })
      harness.answer(1, { a: 1 })
      expect(await answer).toEqual({ a: 1 })
    },
  )

  it.each([1002, 1003, 1007, 1008, 1009, 1010, 3000, 4500, 4999])(
    '%i ends the session, and a new one is begun',
    async (code) => {
      const peer = await harness.opened()
      const lost = expect(peer.request('x')).rejects.toMatchObject({ name: 'SessionLostError' })
      const again = peer.request('y', {}, { retry: true })
      harness.last().breaks(code, 'oops')
      await lost
      expect(peer.status).toMatchObject({
        state: 'waiting',
        error: { name: 'SessionLostError', message: `closed with ${code} oops` },
      })
      await harness.pass(0)
      expect(harness.last().protocols).toEqual(['protoo-session.v1', 'protoo'])
      harness.welcome({ token: otherToken })
      expect(peer.status).toMatchObject({ state: 'open', resumed: false })
      expect(harness.methods()).toEqual(['y'])
      harness.answer(2, { a: 1 })
      expect(await again).toEqual({ a: 1 })
    },
  )

  it('the same before its first frame does the same', async () => {
    const peer = await harness.opened()
    const lost = expect(peer.request('x')).rejects.toMatchObject({ name: 'SessionLostError' })
    await harness.drop()
    harness.last().opens('protoo-session.v1')
    harness.last().breaks(1009)
    await lost
    await harness.pass(1000)
    expect(harness.offered).toBeUndefined()
  })

  it('4008 is dialled again after the full delay, without luck', async () => {
    const retry = { jitter: true, minTimeout: 1000, minUptime: 0 } as const
    const peer = await harness.opened({ retry, random: () => 0.25 })
    harness.last().breaks(1006)
    expect(peer.status).toMatchObject({ state: 'waiting', retryAt: harness.clock.now() + 362.5 })
    await harness.pass(363)
    harness.welcome({ resumed: true, received: 0 })
    harness.last().breaks(4008)
    expect(peer.status).toMatchObject({ state: 'waiting', retryAt: harness.clock.now() + 1000 })
  })
})

describe('a server that closes on purpose', () => {
  it.each([
    [4000, 'kicked'],
    [4001, 'replaced'],
  ])('with %i: closed, %s', async (code, cause) => {
    const peer = await harness.opened()
    const closed = vi.fn()
    peer.on('close', closed)
    const rejected = expect(peer.request('x', {}, { retry: true })).rejects.toThrow('peer closed')
    harness.last().breaks(code, 'bye')
    await rejected
    expect(peer.status).toMatchObject({ state: 'closed', cause, code, reason: 'bye' })
    expect(closed).toHaveBeenCalledTimes(1)
    await harness.pass(60_000)
    expect(harness.sockets).toHaveLength(1)
    expect(harness.clock.pending).toBe(0)
  })

  it.each([
    [4000, 'kicked'],
    [4001, 'replaced'],
  ])('with %i, when it is asked to resume: closed, %s', async (code, cause) => {
    const peer = await harness.opened()
    const rejected = expect(peer.request('x')).rejects.toThrow('peer closed')
    await harness.drop()
    harness.last().opens('protoo-session.v1')
    harness.last().breaks(code)
    await rejected
    expect(peer.status).toMatchObject({ state: 'closed', cause })
  })

  it('is not dialled again after 4000, not even on demand', async () => {
    const peer = await harness.opened()
    harness.last().breaks(4000)
    expect(() => peer.reconnect()).toThrow('peer closed')
  })

  it('can be dialled again on demand after 4001, for a new session', async () => {
    const peer = await harness.opened()
    peer.notify('a')
    harness.last().breaks(4001)
    await expect(peer.notify('b')).rejects.toThrow('transport closed')
    peer.reconnect()
    await settled()
    expect(harness.last().protocols).toEqual(['protoo-session.v1', 'protoo'])
    harness.welcome({ token: otherToken })
    expect(peer.status).toMatchObject({ state: 'open', resumed: false, lost: 1 })
    const answer = peer.request('x')
    harness.answer(1, { a: 1 })
    expect(await answer).toEqual({ a: 1 })
  })
})

describe('a server that refuses the credentials (4003)', () => {
  async function authorized(source = () => url, authToken = () => 'ann') {
    const { clock, fake } = harness
    const options = { clock, WebSocket: fake.WebSocket, session: true, retry: { minUptime: 0 }, authToken }
    const peer = new Peer(new WebSocketTransport(source, options))
    await settled()
    return peer
  }

  function refuses(): void {
    harness.last().opens('protoo-session.v1')
    harness.last().breaks(4003, 'no')
  }

  it('is dialled once more, with url and credentials asked anew', async () => {
    let count = 0
    const peer = await authorized(
      () => `${url}/${++count}`,
      () => `ann${count}`,
    )
    refuses()
    expect(peer.status.state).toBe('waiting')
    await harness.pass(1000)
    expect(harness.last()).toMatchObject({ url: `${url}/2` })
    expect(harness.last().protocols.at(-1)).toBe('protoo-auth.YW5uMg')
    harness.welcome()
    expect(peer.connected).toBe(true)
  })

  it('is dialled no more when it does so twice in a row', async () => {
    const peer = await authorized()
    refuses()
    await harness.pass(1000)
    refuses()
    expect(peer.status).toMatchObject({ state: 'closed', cause: 'refused', code: 4003, reason: 'no' })
    await harness.pass(60_000)
    expect(harness.sockets).toHaveLength(2)
    expect(harness.clock.pending).toBe(0)
  })

  it('can be dialled again on demand then', async () => {
    const peer = await authorized()
    refuses()
    await harness.pass(1000)
    refuses()
    peer.reconnect()
    await settled()
    harness.welcome()
    expect(peer.connected).toBe(true)
    const answer = peer.request('x')
    harness.answer(1, { a: 1 })
    expect(await answer).toEqual({ a: 1 })
  })

  it('is still asked to resume the session, and may', async () => {
    const peer = await authorized()
    harness.welcome()
    const answer = peer.request('x')
    await harness.drop()
    refuses()
    await harness.pass(1000)
    expect(harness.offered).toBeDefined()
    harness.welcome({ resumed: true, received: 1 })
    harness.answer(1, { a: 1 })
    expect(await answer).toEqual({ a: 1 })
  })

  it('has a second chance each time that it accepted some', async () => {
    const peer = await authorized()
    for (let round = 0; round < 3; round++) {
      harness.welcome({ resumed: round > 0 })
      harness.last().breaks(4003)
      expect(peer.status.state).toBe('waiting')
      await harness.pass(0)
    }
    refuses()
    expect(peer.status).toMatchObject({ state: 'closed', cause: 'refused' })
  })

  it('ends the session with its second no', async () => {
    const peer = await authorized()
    harness.welcome()
    const rejected = expect(peer.request('x')).rejects.toThrow('peer closed')
    await harness.drop()
    refuses()
    await harness.pass(1000)
    refuses()
    await rejected
    peer.reconnect()
    await settled()
    expect(harness.offered).toBeUndefined()
  })
})

describe('on a plain connection', () => {
  it.each([4001, 4003, 1002])('%i is like any drop', async (code) => {
    const peer = await harness.dialled()
    for (let round = 0; round < 3; round++) {
      harness.last().opens('protoo')
      const lost = expect(peer.request('x')).rejects.toMatchObject({ name: 'ConnectionLostError' })
      harness.last().breaks(code)
      await lost
      expect(peer.status.state).toBe('waiting')
      await harness.pass(0)
    }
    expect(harness.sockets).toHaveLength(4)
  })

  it('4008 is not followed by a dial at once, as other drops are with the timing of v4', async () => {
    const peer = await harness.dialled()
    harness.last().opens('protoo')
    harness.last().breaks(4008)
    await harness.pass(999)
    expect(peer.status.state).toBe('waiting')
    await harness.pass(1)
    expect(harness.sockets).toHaveLength(2)
  })

  it('4000 is on purpose, as ever', async () => {
    const peer = await harness.dialled()
    harness.last().opens('protoo')
    harness.last().breaks(4000)
    expect(peer.status).toMatchObject({ state: 'closed', cause: 'kicked' })
  })
})
