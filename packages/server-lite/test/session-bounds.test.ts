import { describe, expect, it } from 'vitest'
import { closing, drop, enter, record, resume, serveSessions } from './session-client.js'
import { connect } from './support.js'

const TEXT = { text: 'x'.repeat(1000) }

describe('what a session may keep', () => {
  it.each([
    ['messages', { maxBufferMessages: 10 }],
    // At two bytes per character.
    ['bytes', { maxBufferBytes: 22_000 }],
  ])('is bounded while its client is away: it ends with 4008: %s', async (_what, session) => {
    const bed = await serveSessions(session)
    const { client, peer } = await enter(bed)
    await drop(client, peer)
    const closed = closing(peer)
    for (let index = 0; index < 10; index++) await peer.notify('x', TEXT)
    expect(peer.closed).toBe(false)
    const pending = expect(peer.request('y')).rejects.toThrow()
    await expect(peer.notify('x', TEXT)).rejects.toThrow()
    await pending
    expect(await closed).toMatchObject({ cause: 'local', code: 4008 })
    expect(bed.room.peers).toEqual([])
    // The client may begin another one.
    expect((await resume(bed.port, client)).welcome?.resumed).toBe(false)
  })

  it('is bounded for a client that reads and never acks: it is closed with 4008', async () => {
    const bed = await serveSessions({ maxBufferMessages: 10 })
    const { client, peer } = await enter(bed)
    const events = record(peer)
    for (let index = 0; index < 11; index++) peer.notify(String(index)).catch(() => {})
    expect(events).toEqual(['close local 4008'])
    expect(await client.closed).toMatchObject({ code: 4008 })
    expect(client.received).toBe(10)
  })

  it('is no bound for a client that acks', async () => {
    const bed = await serveSessions({ maxBufferMessages: 10, maxBufferBytes: 22_000 })
    const { client, peer } = await enter(bed)
    for (let round = 0; round < 20; round++) {
      for (let index = 0; index < 10; index++) await peer.notify('x', TEXT)
      await client.methods(10)
      await client.sync()
    }
    expect(peer.closed).toBe(false)
  })

  it('ends it with an answer that is too much, without harm to the handler or others', async () => {
    const bed = await serveSessions({ maxBufferMessages: 3 })
    const { client, peer } = await enter(bed)
    const other = await enter(bed, 'bob')
    peer.handle('ask', async () => TEXT)
    const closed = closing(peer)
    for (let id = 1; id <= 5; id++) client.send({ request: true, id, method: 'ask' })
    expect(await closed).toMatchObject({ code: 4008 })
    expect((await other.client.sync()).ack).toBe(0)
  })

  it('ends it with a broadcast that is too much, which the others get', async () => {
    const bed = await serveSessions({ maxBufferMessages: 3 })
    const { client, peer } = await enter(bed)
    const plain = await connect(bed.port, '/?peerId=bob')
    await bed.joined('bob')
    await drop(client, peer)
    const events = record(peer)
    for (const method of ['1', '2', '3', '4', '5']) bed.room.broadcast(method)
    expect(events).toEqual(['close local 4008'])
    for (const method of ['1', '2', '3', '4', '5']) expect(await plain.next()).toMatchObject({ method })
    expect(bed.room.peers.map(({ id }) => id)).toEqual(['bob'])
  })
})

describe('what all sessions may keep', () => {
  it('is bounded: those that keep most end, and clients that keep up do not', async () => {
    const bed = await serveSessions({ maxTotalBufferBytes: 50_000 })
    const all = [await enter(bed, 'a'), await enter(bed, 'b'), await enter(bed, 'c')]
    const [a, b, c] = all
    if (!a || !b || !c) throw new Error('somebody is missing')
    await drop(a.client, a.peer)
    await drop(b.client, b.peer)
    for (let round = 0; round < 30; round++) {
      bed.room.broadcast('x', TEXT)
      await c.client.methods(1)
      await c.client.sync()
    }
    expect(a.peer.closed && b.peer.closed).toBe(true)
    expect(c.peer.connected).toBe(true)
  })

  it('is not used up by sessions that ended with requests in flight', async () => {
    const bed = await serveSessions({ maxTotalBufferBytes: 10_000 })
    for (let round = 0; round < 10; round++) {
      const { client, peer } = await enter(bed)
      const rejected = expect(peer.request('x', TEXT)).rejects.toMatchObject({ code: 'PEER_CLOSED' })
      peer.close()
      await rejected
      await client.closed
    }
    const { client, peer } = await enter(bed)
    await peer.notify('x', TEXT)
    expect(await client.methods(1)).toEqual(['x'])
  })
})

describe('how many sessions may wait', () => {
  it('is bounded: one more closes when its connection drops, and none is evicted', async () => {
    const bed = await serveSessions({ maxSessions: 2 })
    const [a, b, c] = [await enter(bed, 'a'), await enter(bed, 'b'), await enter(bed, 'c')]
    await drop(a.client, a.peer)
    await drop(b.client, b.peer)
    const events = record(c.peer)
    const closed = closing(c.peer)
    c.client.ws.terminate()
    expect(await closed).toMatchObject({ cause: 'remote', code: 1006 })
    expect(events).toEqual(['close remote 1006'])
    expect([a.peer.closed, b.peer.closed]).toEqual([false, false])
    // With one of them back there is room again.
    const back = await resume(bed.port, a.client)
    const d = await enter(bed, 'd')
    await drop(d.client, d.peer)
    expect((await back.sync()).ack).toBe(0)
  })

  it('does not bound how many are connected', async () => {
    const bed = await serveSessions({ maxSessions: 1 })
    for (const id of ['a', 'b', 'c', 'd']) await enter(bed, id)
    expect(bed.room.peers).toHaveLength(4)
  })
})
