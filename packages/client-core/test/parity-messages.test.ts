import type { EventEmitter } from 'node:events'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { event, type Implementation, implementations } from './implementations.js'
import { type RawConnection, type RawServer, startRawServer } from './raw-server.js'

let server: RawServer
const peers: { close(): void }[] = []

beforeEach(async () => {
  server = await startRawServer()
})

afterEach(async () => {
  vi.useRealTimers()
  vi.restoreAllMocks()
  for (const peer of peers.splice(0)) peer.close()
  await server.stop()
})

describe.each(implementations)('%s', (name, { Peer, WebSocketTransport }: Implementation) => {
  async function connected(): Promise<{ peer: InstanceType<typeof Peer>; connection: RawConnection }> {
    const peer = new Peer(new WebSocketTransport(server.url))
    peers.push(peer)
    const opened = event(peer, 'open')
    const connection = await server.connection()
    await opened
    return { peer, connection }
  }

  it('C10 sends a request as {request, id, method, data}, and absent data as {}', async () => {
    const { peer, connection } = await connected()
    peer.request('x', { a: 1 }).catch(() => {})
    peer.request('y').catch(() => {})
    const first = await connection.next()
    expect(first).toEqual({ request: true, id: expect.any(Number), method: 'x', data: { a: 1 } })
    expect(Number.isInteger(first.id)).toBe(true)
    expect(await connection.next()).toMatchObject({ method: 'y', data: {} })
    peer.notify('z', { b: 2 })
    peer.notify('w')
    expect(await connection.next()).toEqual({ notification: true, method: 'z', data: { b: 2 } })
    expect(await connection.next()).toEqual({ notification: true, method: 'w', data: {} })
  })

  it('C11 times out after 1500 × (15 + 0.1 × pending) ms', async () => {
    const { peer, connection } = await connected()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] })
    const outcomes: string[] = []
    const note = (label: string) => (error: Error) => outcomes.push(`${label}: ${error.message}`)
    peer.request('first').catch(note('first'))
    await connection.next()
    peer.request('second').catch(note('second'))
    await connection.next()
    await vi.advanceTimersByTimeAsync(22_499)
    expect(outcomes).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(outcomes).toEqual(['first: request timeout'])
    await vi.advanceTimersByTimeAsync(149)
    expect(outcomes).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(outcomes).toEqual(['first: request timeout', 'second: request timeout'])
  })

  it('C12 rejects at once while not open, and after close', async () => {
    server.refuseWith = 503
    const peer = new Peer(new WebSocketTransport(server.url))
    peers.push(peer)
    await expect(peer.request('x')).rejects.toThrow('not connected')
    await expect(peer.notify('x')).rejects.toThrow('not connected')
    await event(peer, 'failed')
    peer.close()
    await expect(peer.request('x')).rejects.toThrow('transport closed')
    await expect(peer.notify('x')).rejects.toThrow('transport closed')
  })

  it.each([
    ['ok', { ok: true, data: { a: 1 } }, { a: 1 }],
    ['ok, truthy', { ok: 1, data: { a: 1 } }, { a: 1 }],
    ['ok without data', { ok: true }, {}],
  ])('C14 resolves to the data of a response that is %s', async (_, response, expected) => {
    const { peer, connection } = await connected()
    const answer = peer.request('x')
    connection.send({ response: true, id: (await connection.next()).id, ...response })
    expect(await answer).toEqual(expected)
  })

  it.each([
    ['ok: false', { ok: false, errorCode: 404, errorReason: 'not here' }],
    ['no ok at all', { errorCode: 404, errorReason: 'not here' }],
  ])('C14 rejects for %s, with the code and the reason', async (_, response) => {
    const { peer, connection } = await connected()
    const answer = peer.request('x')
    connection.send({ response: true, id: (await connection.next()).id, ...response })
    await expect(answer).rejects.toMatchObject({ message: 'not here', code: 404 })
    await expect(answer).rejects.toBeInstanceOf(Error)
  })

  it('C15 ignores a response to nothing', async () => {
    const { peer, connection } = await connected()
    connection.send({ response: true, id: 12345678, ok: true, data: {} })
    await stillAlive(peer, connection)
  })

  it.each<[string, (accept: (data?: object) => void, reject: Reject) => void, object]>([
    ['accept(data)', (accept) => accept({ a: 1 }), { ok: true, data: { a: 1 } }],
    ['accept()', (accept) => accept(), { ok: true, data: {} }],
    ['reject(code, reason)', (_, reject) => reject(403, 'no'), { errorCode: 403, errorReason: 'no' }],
    [
      'reject(code, error)',
      (_, reject) => reject(403, new Error('no')),
      { errorCode: 403, errorReason: 'no' },
    ],
    ['reject(error)', (_, reject) => reject(new Error('no')), { errorCode: 500, errorReason: 'no' }],
    [
      'a throw',
      () => {
        throw new Error('BOOM')
      },
      { errorCode: 500, errorReason: 'Error: BOOM' },
    ], // prettier-ignore
  ])('C16 answers a request with %s', async (_, listener, expected) => {
    const { peer, connection } = await connected()
    peer.on('request', (request, accept, reject) => {
      expect(request).toEqual({ request: true, id: 7, method: 'x', data: { b: 2 } })
      listener(accept as never, reject as Reject)
    })
    connection.send({ request: true, id: 7, method: 'x', data: { b: 2 } })
    expect(await connection.next()).toMatchObject({ response: true, id: 7, ...expected })
  })

  it.each([
    [
      'request before response before notification',
      { request: 1, response: 1, notification: 1, id: 1, method: 'a' },
      'request',
    ],
    ['an empty method', { request: true, id: 1, method: '' }, 'request'],
    ['a notification', { notification: true, method: 'a', data: { c: 3 } }, 'notification'],
  ])('C17 reads %s', async (_, frame, kind) => {
    const { peer, connection } = await connected()
    const received = event(peer, kind)
    connection.send(frame)
    expect((await received)[0]).toMatchObject({ [kind]: true, method: frame.method })
  })

  it('C17 reads falsy data as {}, other data as it is, and strips what it does not know', async () => {
    const { peer, connection } = await connected()
    const received: unknown[] = []
    peer.on('notification', (notification) => received.push(notification))
    for (const data of [undefined, null, 0, '', 'text', [1], { a: 1 }])
      connection.send({ notification: true, method: 'x', data, extra: 1 })
    await stillAlive(peer, connection)
    expect(received).toEqual(
      [{}, {}, {}, {}, 'text', [1], { a: 1 }].map((data) => ({ notification: true, method: 'x', data })),
    )
  })

  it('C17 C18 ignores what is no message', async () => {
    const { peer, connection } = await connected()
    const received = vi.fn()
    peer.on('request', received)
    peer.on('notification', received)
    const texts = ['{', '', '1', '"x"', 'true', '[]', '{}', '{"request":true}', '{"request":true,"id":1}']
    texts.push(
      '{"request":true,"id":"1","method":"x"}',
      '{"notification":true}',
      '{"notification":true,"method":1}',
    )
    for (const text of texts) connection.sendText(text)
    connection.socket.send(Buffer.from('{"notification":true,"method":"binary"}'))
    await stillAlive(peer, connection)
    expect(received).not.toHaveBeenCalled()
  })

  it('C19 survives a listener that throws', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const { peer, connection } = await connected()
    peer.on('notification', () => {
      throw new Error('listener')
    })
    connection.send({ notification: true, method: 'x' })
    await stillAlive(peer, connection)
  })

  it('C20 is closed when made on a closed transport', () => {
    const transport = new WebSocketTransport(server.url)
    transport.close()
    const peer = new Peer(transport)
    expect(peer.closed).toBe(true)
    expect(peer.connected).toBe(false)
  })

  if (name === 'protoo-client@4.0.8') return

  describe('where v4 is wrong', () => {
    it('C10 numbers requests one after another, over connections too', async () => {
      const { peer, connection } = await connected()
      peer.request('x').catch(() => {})
      expect((await connection.next()).id).toBe(1)
      const reopened = event(peer, 'open')
      connection.socket.terminate()
      const next = await server.connection()
      await reopened
      peer.request('y').catch(() => {})
      expect((await next.next()).id).toBe(2)
    })

    it('C13 rejects pending requests before the next macrotask when the connection drops', async () => {
      const { peer, connection } = await connected()
      const outcome = vi.fn()
      peer.request('x').catch(outcome)
      await connection.next()
      const macrotask = new Promise<number>((resolve) => {
        peer.on('disconnected', () => setImmediate(() => resolve(outcome.mock.calls.length)))
      })
      connection.socket.terminate()
      expect(await macrotask).toBe(1)
      expect(outcome.mock.calls[0]?.[0]).toMatchObject({
        name: 'ConnectionLostError',
        code: 'CONNECTION_LOST',
      })
    })

    it('C13 rejects pending requests with peer closed when the server closes on purpose', async () => {
      const { peer, connection } = await connected()
      const pending = expect(peer.request('x')).rejects.toThrow('peer closed')
      await connection.next()
      connection.socket.close(4000)
      await pending
    })

    it('C13 drops an answer that is late for its connection', async () => {
      const { peer, connection } = await connected()
      let accept = () => {}
      const asked = new Promise<void>((resolve) => {
        peer.on('request', (_, accepts) => {
          accept = accepts
          resolve()
        })
      })
      connection.send({ request: true, id: 1, method: 'x' })
      await asked
      const reopened = event(peer, 'open')
      connection.socket.terminate()
      const next = await server.connection()
      await reopened
      accept()
      await peer.notify('after')
      expect(await next.next()).toMatchObject({ method: 'after' })
    })

    it('C16 answers 501 when nobody listens, 500 when a listener rejects, and once', async () => {
      const { peer, connection } = await connected()
      connection.send({ request: true, id: 1, method: 'x' })
      expect(await connection.next()).toMatchObject({ id: 1, ok: false, errorCode: 501 })
      peer.on('request', async (_, accept) => {
        await null
        accept()
        accept()
        throw new Error('too late')
      })
      connection.send({ request: true, id: 2, method: 'x' })
      expect(await connection.next()).toMatchObject({ id: 2, ok: true })
      ;(peer as object as EventEmitter).removeAllListeners('request')
      peer.on('request', async () => {
        throw new Error('BOOM')
      })
      connection.send({ request: true, id: 3, method: 'x' })
      expect(await connection.next()).toMatchObject({ id: 3, errorCode: 500, errorReason: 'Error: BOOM' })
    })

    it('C17 survives the frame null', async () => {
      const { peer, connection } = await connected()
      connection.sendText('null')
      await stillAlive(peer, connection)
    })

    it('C20 tells close to a peer made on a closed transport', async () => {
      const transport = new WebSocketTransport(server.url)
      transport.close()
      await event(new Peer(transport), 'close')
    })

    it('C20 tells open to a peer made on an open transport', async () => {
      const transport = new WebSocketTransport(server.url)
      await server.connection()
      await vi.waitUntil(() => (transport as { status?: { state: string } }).status?.state === 'open')
      const peer = new Peer(transport)
      peers.push(peer)
      expect(peer.connected).toBe(true)
      await event(peer, 'open')
    })
  })
})

type Reject = (error?: Error | number, reason?: string | Error) => void

/** A request there and back: whatever was sent before it has been dealt with. */
async function stillAlive(peer: { request(method: string): Promise<unknown> }, connection: RawConnection) {
  const answer = peer.request('alive')
  let frame = await connection.next()
  while (frame.method !== 'alive') frame = await connection.next()
  connection.send({ response: true, id: frame.id, ok: true, data: {} })
  await answer
}
