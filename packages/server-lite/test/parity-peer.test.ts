import { once } from 'node:events'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { both, connect, type Implementation, lite, serveRoom, stock, turns } from './support.js'

afterEach(() => {
  vi.useRealTimers()
})

async function pair(implementation: Implementation) {
  const bed = await serveRoom(implementation)
  const client = await connect(bed.port)
  return { ...bed, client, peer: await bed.joined() }
}

/** A promise's fate, without handling it twice. */
function fate(promise: Promise<unknown>) {
  const state: { settled?: unknown } = {}
  promise.then(
    (value) => {
      state.settled = value
    },
    (error) => {
      state.settled = error
    },
  )
  return state
}

describe.each(both)('%s', (_name, implementation) => {
  it('S14 has id, closed, and data whose properties can be set and which cannot be replaced', async () => {
    const { peer } = await pair(implementation)
    expect(peer.id).toBe('ann')
    expect(peer.closed).toBe(false)
    expect(peer.data).toEqual({})
    peer.data.name = 'Ann'
    expect(peer.data.name).toBe('Ann')
    expect(() => Reflect.set(peer, 'data', {})).toThrow('cannot override data object')
  })

  it('S14 request() sends a request and resolves with the data of its answer', async () => {
    const { client, peer } = await pair(implementation)
    const answered = peer.request('sum', { a: 1 })
    const request = await client.next()
    expect(request).toEqual({ request: true, id: expect.any(Number), method: 'sum', data: { a: 1 } })
    client.send({ response: true, id: 123456789, ok: true, data: { wrong: true } })
    client.send({ response: true, id: request.id, ok: true, data: { b: 2 } })
    expect(await answered).toEqual({ b: 2 })
  })

  it('S14 absent data is sent, and read, as {}', async () => {
    const { client, peer } = await pair(implementation)
    const answered = peer.request('x')
    const { id, data } = await client.next()
    expect(data).toEqual({})
    client.send({ response: true, id, ok: true })
    expect(await answered).toEqual({})
    await peer.notify('y')
    expect(await client.next()).toEqual({ notification: true, method: 'y', data: {} })
    const notified = once(peer, 'notification')
    client.send({ notification: true, method: 'z' })
    expect((await notified)[0]).toEqual({ notification: true, method: 'z', data: {} })
  })

  it.each([{ ok: false }, {}])(
    'S14 S17 request() rejects with the code and reason of an answer %j',
    async (extra) => {
      const { client, peer } = await pair(implementation)
      const answered = peer.request('x')
      const { id } = await client.next()
      client.send({ response: true, id, ...extra, errorCode: 404, errorReason: 'not here' })
      await expect(answered).rejects.toMatchObject({ code: 404, message: 'not here' })
    },
  )

  it('S14 request() times out after 30 s, and 0.2 s more per request in flight', async () => {
    const { peer } = await pair(implementation)
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    const first = fate(peer.request('x'))
    await turns(2)
    const second = fate(peer.request('x'))
    await turns(2)
    await vi.advanceTimersByTimeAsync(29_999)
    expect(first.settled).toBeUndefined()
    await vi.advanceTimersByTimeAsync(1)
    expect(first.settled).toMatchObject({ message: 'request timeout' })
    await vi.advanceTimersByTimeAsync(199)
    expect(second.settled).toBeUndefined()
    await vi.advanceTimersByTimeAsync(11)
    expect(second.settled).toMatchObject({ message: 'request timeout' })
  })

  it('S14 notify() resolves with undefined when written', async () => {
    const { client, peer } = await pair(implementation)
    expect(await peer.notify('hello', { to: 'you' })).toBeUndefined()
    expect(await client.next()).toEqual({ notification: true, method: 'hello', data: { to: 'you' } })
  })

  it('S14 notify() rejects when it cannot be written', async () => {
    const { client, peer } = await pair(implementation)
    const closed = once(peer, 'close')
    client.ws.terminate()
    // Enough to fill every buffer on the way.
    const results = await Promise.allSettled(
      [1, 2, 3].map(() => peer.notify('x', { text: 'x'.repeat(4_000_000) })),
    )
    expect(results.at(-1)?.status).toBe('rejected')
    await closed
  })

  it('S14 after close request() and notify() reject with transport closed', async () => {
    const { peer } = await pair(implementation)
    peer.close()
    await expect(peer.request('x')).rejects.toThrow('transport closed')
    await expect(peer.notify('x')).rejects.toThrow('transport closed')
  })

  it('S15 close() rejects what is pending, says so once, leaves the room and sends 4000', async () => {
    const { client, peer, room } = await pair(implementation)
    const pending = fate(peer.request('x'))
    await client.next()
    let closes = 0
    peer.on('close', () => {
      closes++
      expect(room.hasPeer('ann')).toBe(false)
    })
    peer.close()
    peer.close()
    expect(closes).toBe(1)
    expect(peer.closed).toBe(true)
    expect(await client.closed).toEqual({ code: 4000, reason: 'closed by protoo-server' })
    expect(pending.settled).toMatchObject({ message: 'peer closed' })
    expect(closes).toBe(1)
  })

  it.each([1000, 1001, 4000, 4321])('S15 is closed by a client that closes with %i', async (code) => {
    const { client, peer, room } = await pair(implementation)
    const closed = once(peer, 'close')
    client.ws.close(code)
    await closed
    expect(peer.closed).toBe(true)
    expect(room.hasPeer('ann')).toBe(false)
  })

  it('S15 is closed by a connection that breaks', async () => {
    const { client, peer, room } = await pair(implementation)
    const closed = once(peer, 'close')
    client.ws.terminate()
    await closed
    expect(room.peers).toEqual([])
  })

  it('has no limit of listeners', async () => {
    const { peer, room } = await pair(implementation)
    expect(peer.getMaxListeners()).toBe(Number.POSITIVE_INFINITY)
    expect(room.getMaxListeners()).toBe(Number.POSITIVE_INFINITY)
  })
})

describe('server-lite, improved', () => {
  it('S14 ids count up from 1', async () => {
    const { client, peer } = await pair(lite)
    for (const id of [1, 2, 3]) {
      const answered = peer.request('x')
      expect((await client.next()).id).toBe(id)
      client.send({ response: true, id, ok: true })
      await answered
    }
  })

  it('S14 connected is true until closed, and close says why', async () => {
    const { client, peer } = await pair(lite)
    expect(peer.connected).toBe(true)
    const closed = once(peer, 'close')
    client.ws.close(4321, 'enough')
    expect(await closed).toEqual([{ cause: 'remote', code: 4321, reason: 'enough' }])
    expect(peer.connected).toBe(false)
  })

  it('S14 close() takes a code and a reason', async () => {
    const { client, peer } = await pair(lite)
    peer.close(1012, 'restarting')
    expect(await client.closed).toEqual({ code: 1012, reason: 'restarting' })
  })

  it('S14 request() takes a timeout and a signal', async () => {
    const { peer } = await pair(lite)
    await expect(peer.request('x', {}, { timeout: 5 })).rejects.toMatchObject({
      name: 'RequestTimeoutError',
      code: 408,
    })
    const abort = new AbortController()
    const aborted = peer.request('x', {}, { signal: abort.signal })
    abort.abort(new Error('enough'))
    await expect(aborted).rejects.toThrow('enough')
  })

  it('S15 a lost connection rejects what is pending at once, which hangs on a stock server', async () => {
    for (const [implementation, settled] of [
      [lite, expect.objectContaining({ name: 'ConnectionLostError' })],
      [stock, undefined],
    ] as const) {
      const { client, peer } = await pair(implementation)
      vi.useFakeTimers({ toFake: ['setTimeout'] })
      const pending = fate(peer.request('x'))
      await client.next()
      const closed = once(peer, 'close')
      client.ws.terminate()
      await closed
      await turns()
      expect(pending.settled).toEqual(settled)
      vi.useRealTimers()
    }
  })
})
