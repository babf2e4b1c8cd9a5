import { once } from 'node:events'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Peer, ProtocolError } from '../src/index.js'
import { both, type Client, connect, type Implementation, lite, serveRoom, stock, turns } from './support.js'

afterEach(() => {
  vi.useRealTimers()
})

async function pair(implementation: Implementation) {
  const bed = await serveRoom(implementation)
  const client = await connect(bed.port)
  return { ...bed, client, peer: await bed.joined() }
}

/** Sends a request and resolves with its answer. */
function ask(client: Client, method = 'x', data: unknown = {}, id = 1) {
  client.send({ request: true, id, method, data })
  return client.next()
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

  it('S17 C16 accept(data) answers ok, and falsy data {}', async () => {
    const { client, peer } = await pair(implementation)
    peer.on('request', (request, accept) => accept(request.data.value))
    expect(await ask(client, 'x', { value: { a: 1 } }, 7)).toEqual({
      response: true,
      id: 7,
      ok: true,
      data: { a: 1 },
    })
    expect(await ask(client, 'x', { value: 0 }, 8)).toEqual({ response: true, id: 8, ok: true, data: {} })
  })

  it.each<[unknown[], number, string]>([
    [[404, 'not here'], 404, 'not here'],
    [[403, new TypeError('not you')], 403, 'not you'],
    [[new Error('broken')], 500, 'broken'],
  ])('S17 C16 reject(%j) answers %i', async (args, errorCode, errorReason) => {
    const { client, peer } = await pair(implementation)
    peer.on('request', (_request, _accept, reject) => Reflect.apply(reject, undefined, args))
    const response = await ask(client)
    expect(response).toMatchObject({ response: true, id: 1, errorCode, errorReason })
    expect(response.ok).toBeFalsy()
  })

  it('S17 C16 answers 500 when a request listener throws', async () => {
    const { client, peer } = await pair(implementation)
    peer.on('request', () => {
      throw new Error('BOOM')
    })
    expect(await ask(client)).toMatchObject({ id: 1, errorCode: 500, errorReason: 'Error: BOOM' })
  })

  it('S17 C17 takes the kind in order, strips unknown fields, and ignores what is no message', async () => {
    const { client, peer } = await pair(implementation)
    const requested = once(peer, 'request')
    for (const frame of [
      '',
      '{',
      '[]',
      '7',
      '"x"',
      '[{"request":true,"id":1,"method":"x"}]',
      '{}',
      '{"request":true}',
    ])
      client.send(frame)
    client.send({ request: true, id: '1', method: 'x' })
    client.send({ request: true, id: 1, method: 7 })
    client.send({ notification: true })
    client.send({ response: true, id: null })
    client.send({
      notification: true,
      response: 1,
      request: 'yes',
      id: -1.5,
      method: '',
      data: [1],
      extra: 1,
    })
    expect((await requested)[0]).toEqual({ request: true, id: -1.5, method: '', data: [1] })
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

  it('S17 error answers carry ok: false, which those of a stock server lack', async () => {
    for (const [implementation, ok] of [
      [lite, false],
      [stock, undefined],
    ] as const) {
      const { client, peer } = await pair(implementation)
      peer.on('request', (_request, _accept, reject) => reject(400, 'no'))
      expect((await ask(client)).ok).toBe(ok)
    }
  })

  it('C16 answers 501 when nobody listens and 500 when an async listener rejects', async () => {
    const { client, peer } = await pair(lite)
    expect(await ask(client)).toEqual({
      response: true,
      id: 1,
      ok: false,
      errorCode: 501,
      errorReason: 'no request listener',
    })
    peer.on('request', async () => {
      throw new Error('later')
    })
    expect(await ask(client)).toMatchObject({ errorCode: 500, errorReason: 'Error: later' })
  })

  it('C16 calls a once() listener once, with the peer as this', async () => {
    const { client, peer } = await pair(lite)
    peer.once('request', function (this: Peer, _request, accept) {
      accept({ id: this.id })
    })
    expect(await ask(client)).toMatchObject({ data: { id: 'ann' } })
    expect(await ask(client)).toMatchObject({ errorCode: 501 })
  })

  it('C16 answers once, where a stock server answers twice', async () => {
    const { client, peer } = await pair(lite)
    peer.on('request', (_request, accept, reject) => {
      accept({ first: true })
      accept({ second: true })
      reject(500, 'third')
    })
    expect(await ask(client, 'x', {}, 1)).toMatchObject({ id: 1, data: { first: true } })
    expect(await ask(client, 'x', {}, 2)).toMatchObject({ id: 2, data: { first: true } })
  })

  it('handle() answers one method, before request listeners, until undone', async () => {
    const { client, peer } = await pair(lite)
    peer.on('request', (_request, accept) => accept({ by: 'listener' }))
    const undo = peer.handle('sum', async ({ a, b }, { method }) => ({ sum: a + b, method }))
    expect(await ask(client, 'sum', { a: 1, b: 2 })).toMatchObject({
      ok: true,
      data: { sum: 3, method: 'sum' },
    })
    expect(await ask(client, 'other')).toMatchObject({ data: { by: 'listener' } })
    expect(() => peer.handle('sum', () => ({}))).toThrow('has a handler already')
    undo()
    expect(await ask(client, 'sum')).toMatchObject({ data: { by: 'listener' } })
  })

  it('C17 reports what is no message as protocolerror', async () => {
    const { client, peer } = await pair(lite)
    const codes: string[] = []
    peer.on('protocolerror', (error: ProtocolError) => codes.push(error.code))
    for (const frame of ['{', 'null', '{}', '{"request":true}', Buffer.from('x')]) client.send(frame)
    await ask(client)
    expect(codes).toEqual([
      'INVALID_JSON',
      'INVALID_MESSAGE',
      'INVALID_MESSAGE',
      'INVALID_MESSAGE',
      'BINARY_FRAME',
    ])
  })
})
