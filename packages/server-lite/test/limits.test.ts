import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import type { LimitOptions } from '../src/index.js'
import { drop, enter, resume, serveSessions } from './session-client.js'
import { type Client, connect, lite, serveRoom } from './support.js'

/** So slow a rate that only the burst counts, however slow the machine. */
const RATE = { messagesPerSecond: 0.001, messageBurst: 5 }

async function serveLimited(limits: LimitOptions) {
  const bed = await serveRoom(lite, { limits })
  const client = await connect(bed.port)
  const peer = await bed.joined()
  const notified: string[] = []
  peer.on('notification', ({ method }) => notified.push(method))
  peer.handle('echo', (data) => data)
  return { ...bed, client, peer, notified }
}

async function ask(client: Client, id: number, method = 'echo', data: unknown = { id }) {
  client.send({ request: true, id, method, data })
  return client.next()
}

describe('messages per second', () => {
  it('above it requests are answered 429, and notifications dropped and counted', async () => {
    const { client, server, notified } = await serveLimited(RATE)
    for (let id = 1; id <= 4; id++) expect(await ask(client, id)).toMatchObject({ id, ok: true })
    client.send({ notification: true, method: 'in time' })
    client.send({ notification: true, method: 'late' })
    expect(await ask(client, 5)).toEqual({
      response: true,
      id: 5,
      ok: false,
      errorCode: 429,
      errorReason: 'too many messages',
    })
    expect(notified).toEqual(['in time'])
    expect(server.limitHits).toEqual({ messagesPerSecond: 2 })
  })

  it('who goes on is closed with 4008, and the peer told so', async () => {
    const { client, peer, server, notified } = await serveLimited(RATE)
    const closed = once(peer, 'close')
    for (let index = 0; index < 20; index++) client.send({ notification: true, method: String(index) })
    expect(await client.closed).toEqual({ code: 4008, reason: 'too many messages' })
    expect((await closed)[0]).toMatchObject({ cause: 'local', code: 4008 })
    expect(notified).toEqual(['0', '1', '2', '3', '4'])
    expect(server.limitHits).toEqual({ messagesPerSecond: 6 })
  })

  it('what is no message counts too', async () => {
    const { client, peer } = await serveLimited(RATE)
    let errors = 0
    peer.on('protocolerror', () => errors++)
    for (const frame of ['{', 'null', '[]', '', '5', '{}', '{}', '{}', '{}', '{}', '{}']) client.send(frame)
    expect((await client.closed).code).toBe(4008)
    expect(errors).toBe(5)
  })

  it('answers that were asked for do not count, and others do', async () => {
    const { client, peer } = await serveLimited(RATE)
    for (let round = 0; round < 50; round++) {
      const answered = peer.request('question', { round })
      const { id } = await client.next()
      client.send({ response: true, id, ok: true, data: { round } })
      expect(await answered).toEqual({ round })
    }
    // Many at once, each more than a burst.
    const answers = Array.from({ length: 50 }, (_, round) => peer.request('question', { round }))
    for (let round = 0; round < 50; round++) {
      const { id, data } = await client.next()
      client.send({ response: true, id, ok: true, data })
    }
    expect(await Promise.all(answers)).toHaveLength(50)
    expect(await ask(client, 1)).toMatchObject({ ok: true })
    for (let index = 0; index < 20; index++) client.send({ response: true, id: index, ok: true })
    expect((await client.closed).code).toBe(4008)
  })

  it('in a session a refused message is counted as received, so that a replay begins in the right place', async () => {
    const bed = await serveSessions({}, { limits: RATE })
    const { client, peer } = await enter(bed)
    const got: string[] = []
    peer.on('notification', ({ method }) => got.push(method))
    for (let index = 0; index < 8; index++) client.notify(String(index))
    expect((await client.sync()).ack).toBe(8)
    expect(got).toEqual(['0', '1', '2', '3', '4'])
    await drop(client, peer)
    const again = await resume(bed.port, client)
    expect(again.welcome).toMatchObject({ resumed: true, received: 8 })
    expect(bed.server.limitHits).toEqual({ messagesPerSecond: 3 })
  })

  it('what a session sends again comes at once, and is not limited', async () => {
    const bed = await serveSessions({}, { limits: RATE })
    const { client, peer } = await enter(bed)
    const got: string[] = []
    peer.on('notification', ({ method }) => got.push(method))
    await drop(client, peer)
    const again = await resume(bed.port, client)
    for (let index = 0; index < 1000; index++) again.notify(String(index))
    again.send({ ack: again.received, echo: true })
    while ((await again.acks.next()).ack < 1000);
    expect(got).toEqual(Array.from({ length: 1000 }, (_, index) => String(index)))
    expect(bed.server.limitHits).toEqual({})
  })
})

describe('pings', () => {
  it('of one turn have one pong, the latest', async () => {
    const { client } = await serveLimited({})
    const pongs: string[] = []
    client.ws.on('pong', (data) => pongs.push(data.toString()))
    client.cork(() => {
      for (let index = 0; index < 50; index++) client.ws.ping(String(index))
    })
    while (pongs.at(-1) !== '49') await once(client.ws, 'pong')
    expect(pongs.length).toBeLessThan(50)
    client.ws.ping('again')
    expect(String((await once(client.ws, 'pong'))[0])).toBe('again')
  })

  it.each(['ping', 'pong'] as const)(
    'and pongs count as messages: who sends a %s too many is closed with 4008',
    async (kind) => {
      const { client, server } = await serveLimited(RATE)
      for (let index = 0; index < 20; index++) client.ws[kind]()
      expect((await client.closed).code).toBe(4008)
      expect(server.limitHits).toEqual({ messagesPerSecond: 6 })
    },
  )
})

describe('requests in flight', () => {
  it('one more than may wait is answered 429, until one of them is answered', async () => {
    const { client, peer, server } = await serveLimited({ requestsInFlight: 2 })
    const answers: (() => void)[] = []
    peer.handle('wait', () => new Promise<object>((resolve) => answers.push(() => resolve({}))))
    peer.on('request', (_request, accept) => answers.push(() => accept()))
    client.send({ request: true, id: 1, method: 'wait' })
    client.send({ request: true, id: 2, method: 'listened to' })
    expect(await ask(client, 3)).toMatchObject({ id: 3, errorCode: 429 })
    for (const answer of answers.splice(0)) answer()
    expect(await client.next()).toMatchObject({ ok: true })
    expect(await client.next()).toMatchObject({ ok: true })
    for (let id = 4; id < 10; id++) expect(await ask(client, id)).toMatchObject({ id, ok: true })
    expect(server.limitHits).toEqual({ requestsInFlight: 1 })
  })

  it('all ways to answer count as one answer', async () => {
    const { client, peer } = await serveLimited({ requestsInFlight: 1 })
    peer.handle('throws', () => {
      throw new Error('expected here')
    })
    peer.handle('rejects', async () => {
      throw new Error('expected here')
    })
    peer.handle('cycle', () => {
      const cycle: { self?: object } = {}
      cycle.self = cycle
      return cycle
    })
    for (const method of ['throws', 'rejects', 'cycle', 'nobody listens', 'throws', 'echo']) {
      const { errorCode, ok } = await ask(client, 1, method)
      expect([method, errorCode ?? ok]).toEqual([
        method,
        { echo: true, 'nobody listens': 501 }[method] ?? 500,
      ])
    }
  })
})

describe('what a message may look like', () => {
  it('a method that is too long: 400, or dropped', async () => {
    const { client, server, notified } = await serveLimited({ methodLength: 10 })
    expect(await ask(client, 1, 'x'.repeat(11))).toMatchObject({
      errorCode: 400,
      errorReason: 'the method is too long',
    })
    expect(await ask(client, 2, 'x'.repeat(10))).toMatchObject({ errorCode: 501 })
    client.send({ notification: true, method: 'x'.repeat(11) })
    client.send({ notification: true, method: 'x'.repeat(10) })
    await ask(client, 3)
    expect(notified).toEqual(['x'.repeat(10)])
    expect(server.limitHits).toEqual({ methodLength: 2 })
  })

  it('nested too deeply: 400, or dropped', async () => {
    const { client, server, notified } = await serveLimited({ depth: 20 })
    const data = (depth: number) => JSON.parse('['.repeat(depth) + ']'.repeat(depth))
    expect(await ask(client, 1, 'echo', data(20))).toMatchObject({ id: 1, errorCode: 400 })
    expect(await ask(client, 2, 'echo', data(19))).toMatchObject({ id: 2, ok: true })
    client.send({ notification: true, method: 'deep', data: data(20) })
    client.send({ notification: true, method: 'not deep', data: data(19) })
    await ask(client, 3)
    expect(notified).toEqual(['not deep'])
    expect(server.limitHits).toEqual({ depth: 2 })
  })

  it('half a million brackets neither end the process nor anything else', async () => {
    const { client, notified } = await serveLimited({ depth: Infinity })
    const deep = `{"request":true,"id":1,"method":"echo","data":${'['.repeat(500_000)}${']'.repeat(500_000)}}`
    client.send(deep)
    // What cannot be written again is 500.
    expect(await client.next()).toMatchObject({ id: 1, errorCode: 500 })
    client.send({ notification: true, method: 'still there' })
    await ask(client, 2)
    expect(notified).toEqual(['still there'])
  })

  it('longer than maxReceivedMessageSize: 1009', async () => {
    const bed = await serveRoom(lite, { maxReceivedMessageSize: 1000 })
    const client = await connect(bed.port)
    const closed = once(await bed.joined(), 'close')
    client.send('x'.repeat(1001))
    expect((await client.closed).code).toBe(1009)
    expect((await closed)[0]).toMatchObject({ code: 1009 })
    expect(bed.server.limitHits).toEqual({ messageBytes: 1 })
  })
})
