import { beforeEach, describe, expect, it, vi } from 'vitest'
import { fakeWake } from '../test/harness.js'
import { notification, SessionHarness } from '../test/session-harness.js'

let harness: SessionHarness

beforeEach(() => {
  harness = new SessionHarness()
})

describe('close()', () => {
  it('ends the session with 4000', async () => {
    const peer = await harness.opened()
    peer.close()
    expect(harness.last().closedWith).toEqual([4000, undefined])
    expect(peer.status).toMatchObject({ state: 'closed', cause: 'local' })
  })

  it('does so when it was resumed, too', async () => {
    const peer = await harness.opened()
    await harness.resume(0)
    peer.close()
    expect(harness.last().closedWith).toEqual([4000, undefined])
  })

  it('takes a code and a reason of its own', async () => {
    const peer = await harness.opened()
    peer.close(4100, 'bye')
    expect(harness.last().closedWith).toEqual([4100, 'bye'])
  })

  it('does so in place of a code after which the server would wait for it', async () => {
    const peer = await harness.opened()
    peer.close(1000, 'done')
    expect(harness.last().closedWith).toEqual([4000, 'done'])
  })

  it('gives no code where there is no session, as in v4 (C8)', async () => {
    const plain = await harness.dialled()
    harness.last().opens('protoo')
    plain.close()
    expect(harness.last().closedWith).toEqual([undefined, undefined])
    const connecting = await harness.dialled()
    connecting.close()
    expect(harness.last().closedWith).toEqual([undefined, undefined])
  })

  it('rejects what waits, while disconnected as well', async () => {
    const peer = await harness.opened()
    const sent = expect(peer.request('x')).rejects.toMatchObject({ name: 'PeerClosedError' })
    harness.last().breaks()
    const queued = expect(peer.request('y', {}, { retry: true })).rejects.toThrow('peer closed')
    peer.close()
    await Promise.all([sent, queued])
    await expect(peer.notify('z')).rejects.toThrow('transport closed')
    await harness.pass(60_000)
    expect(harness.sockets).toHaveLength(1)
    expect(() => peer.reconnect()).toThrow('peer closed')
  })

  it('leaves nothing to be heard', async () => {
    const peer = await harness.opened()
    const heard = vi.fn()
    peer.on('notification', heard).on('protocolerror', heard)
    peer.close()
    const { length } = harness.last().sent
    harness.says(notification('x'))
    harness.says({ ack: 0, echo: true })
    harness.says({ ack: 99 })
    await harness.pass(60_000)
    expect(heard).not.toHaveBeenCalled()
    expect(harness.last().sent).toHaveLength(length)
    expect(peer.status).toMatchObject({ state: 'closed', cause: 'local' })
  })

  it('changes nothing when the socket refuses the code', async () => {
    const peer = await harness.opened()
    const socket = harness.last()
    const { close } = socket
    socket.close = () => {
      throw new RangeError('invalid code')
    }
    expect(() => peer.close(42)).toThrow(RangeError)
    socket.close = close
    const answer = peer.request('x')
    await harness.resume(0)
    harness.answer(1, { a: 1 })
    expect(await answer).toEqual({ a: 1 })
  })

  it('may be called by any listener', async () => {
    for (const event of ['open', 'disconnected', 'notification'] as const) {
      const peer = await harness.dialled()
      peer.on(event, () => peer.close())
      harness.welcome()
      harness.says(notification('x'))
      if (event === 'disconnected') harness.last().breaks()
      expect(peer.status).toMatchObject({ state: 'closed', cause: 'local' })
      expect(harness.clock.pending).toBe(0)
    }
  })
})

describe('leaving the page', () => {
  it('ends the session with 4000', async () => {
    const wake = fakeWake()
    const peer = await harness.opened({ wake })
    const closed = vi.fn()
    peer.on('close', closed)
    wake.ring('leave')
    expect(harness.last().closedWith).toEqual([4000, undefined])
    expect(closed).toHaveBeenCalledTimes(1)
    expect(peer.status).toMatchObject({ state: 'closed', cause: 'local' })
    expect([wake.listeners.size, harness.clock.pending]).toEqual([0, 0])
  })

  it('while disconnected ends it here', async () => {
    const wake = fakeWake()
    const peer = await harness.opened({ wake })
    harness.last().breaks()
    wake.ring('leave')
    expect(peer.closed).toBe(true)
    await harness.pass(60_000)
    expect(harness.sockets).toHaveLength(1)
  })

  it('does nothing where there is none', async () => {
    const wake = fakeWake()
    const peer = await harness.dialled({ wake })
    wake.ring('leave')
    expect(peer.status.state).toBe('connecting')
    expect(harness.last().closedWith).toBeUndefined()
    harness.last().opens('protoo')
    wake.ring('leave')
    expect(peer.status.state).toBe('open')
    harness.last().breaks(1011)
    wake.ring('leave')
    expect(peer.status.state).toBe('waiting')
  })
})

describe('a wake source', () => {
  it('is subscribed to as long as there is a session, open or not', async () => {
    const wake = fakeWake()
    const peer = await harness.opened({ wake })
    expect(wake.listeners.size).toBe(1)
    harness.last().breaks()
    expect(wake.listeners.size).toBe(1)
    await harness.pass(0)
    harness.welcome({ resumed: true, received: 0 })
    expect(wake.listeners.size).toBe(1)
    peer.close()
    expect(wake.listeners.size).toBe(0)
  })

  it('is left alone while open without one', async () => {
    const wake = fakeWake()
    await harness.opened({ wake })
    await harness.drop()
    harness.last().opens('protoo')
    expect(wake.listeners.size).toBe(0)
  })

  it.each([4000, 4001])('is left alone once the server closed with %i', async (code) => {
    const wake = fakeWake()
    const peer = await harness.opened({ wake })
    harness.last().breaks(code)
    expect(peer.closed).toBe(true)
    expect([wake.listeners.size, harness.clock.pending]).toEqual([0, 0])
  })
})

describe('a peer whose retries are spent', () => {
  async function exhausted(wake = fakeWake()) {
    const peer = await harness.opened({ wake, retry: { retries: 0, minUptime: 0 } })
    const request = expect(peer.request('x')).rejects.toMatchObject({ name: 'PeerClosedError' })
    await harness.drop()
    harness.last().breaks()
    await harness.pass(0)
    await request
    expect(peer.status).toMatchObject({ state: 'closed', cause: 'exhausted' })
    return peer
  }

  it('leaves no timer and no subscription behind', async () => {
    const wake = fakeWake()
    await exhausted(wake)
    expect([wake.listeners.size, harness.clock.pending]).toEqual([0, 0])
  })

  it('can be used again after reconnect()', async () => {
    const peer = await exhausted()
    peer.reconnect()
    await harness.pass(0)
    // As a server does: it resumes where it is asked to.
    harness.welcome({ resumed: harness.offered !== undefined })
    expect(peer.status.state).toBe('open')
    await expect(peer.notify('y')).resolves.toBeUndefined()
    const answer = peer.request('z')
    harness.answer(2, { a: 1 })
    expect(await answer).toEqual({ a: 1 })
  })
})
