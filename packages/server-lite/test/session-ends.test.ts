/** Sessions that one of the ends closes on purpose. */
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import type { Peer, Room } from '../src/index.js'
import {
  closing,
  dial,
  drop,
  enter,
  record,
  resume,
  resumption,
  SessionClient,
  serveSessions,
} from './session-client.js'

const ways: [string, (peer: Peer, room: Room) => void, number, string][] = [
  ['peer.close()', (peer) => peer.close(), 4000, 'closed by protoo-server'],
  ['peer.close(4003, reason)', (peer) => peer.close(4003, 'log in again'), 4003, 'log in again'],
  ['peer.close(4001)', (peer) => peer.close(4001, ''), 4001, ''],
  ['peer.close(1012)', (peer) => peer.close(1012, 'restarting'), 1012, 'restarting'],
  ['peer.close(4999)', (peer) => peer.close(4999, 'ours ✓'), 4999, 'ours ✓'],
  ['room.close()', (_peer, room) => room.close(), 4000, 'closed by protoo-server'],
]

describe('a session that the application closes', () => {
  it.each(ways)('sends the code as it is: %s', async (_how, close, code, reason) => {
    const bed = await serveSessions()
    const { client, peer } = await enter(bed)
    const events = record(peer)
    close(peer, bed.room)
    expect(events).toEqual([`close local ${code}`])
    expect(await client.closed).toEqual({ code, reason })
  })

  it.each(ways.filter(([, , code]) => code !== 1012))(
    'while its client is away tells it, however often it comes: %s',
    async (_how, close, code, reason) => {
      const bed = await serveSessions()
      const { client, peer } = await enter(bed)
      await drop(client, peer)
      const events = record(peer)
      let asked = 0
      bed.server.on('connectionrequest', () => asked++)
      close(peer, bed.room)
      expect(events).toEqual([`close local ${code}`])
      expect(bed.room.peers).toEqual([])
      for (const [attempt, received] of [
        [1, 0],
        [1, 0],
        [2, 99],
      ]) {
        const told = new SessionClient(bed.port, resumption(client, { attempt, received }))
        expect(await told.closed).toEqual({ code, reason })
        expect(told.ws.protocol).toBe('protoo-session.v1')
        expect(told.frames).toEqual([])
      }
      expect(asked).toBe(0)
    },
  )

  it('with a code after which the client may come back, begins another at once', async () => {
    const bed = await serveSessions()
    const { client, peer } = await enter(bed)
    await drop(client, peer)
    peer.close(1012, 'restarting')
    expect((await resume(bed.port, client)).welcome).toMatchObject({ resumed: false })
  })

  it('is remembered for one window; then its token is unknown', async () => {
    const bed = await serveSessions({ window: 300 })
    const { client, peer } = await enter(bed)
    await drop(client, peer)
    const closedAt = performance.now()
    peer.close()
    const outcomes: (boolean | number | undefined)[] = []
    while (outcomes.at(-1) !== false && outcomes.length < 1000) {
      const back = new SessionClient(bed.port, resumption(client))
      outcomes.push(
        await Promise.race([
          back.welcomed.then(({ resumed }) => resumed),
          back.closed.then(({ code }) => code),
        ]),
      )
    }
    expect(performance.now() - closedAt).toBeGreaterThan(298)
    expect(new Set(outcomes)).toEqual(new Set([4000, false]))
    expect(outcomes.indexOf(false)).toBe(outcomes.length - 1)
  })

  it('is remembered when the client did not confirm the close', async () => {
    const bed = await serveSessions({}, { closeTimeout: 50 })
    const { client, peer } = await enter(bed)
    client.ws.pause()
    peer.close(4000, 'kicked')
    client.ws.terminate()
    const told = new SessionClient(bed.port, resumption(client))
    expect(await told.closed).toEqual({ code: 4000, reason: 'kicked' })
  })

  it('is forgotten once the client has confirmed: it may begin another', async () => {
    const bed = await serveSessions()
    const { client, peer } = await enter(bed)
    peer.close()
    await client.closed
    expect((await resume(bed.port, client)).welcome?.resumed).toBe(false)
  })

  it('closes in a disconnected listener as well', async () => {
    const bed = await serveSessions()
    const { client, peer } = await enter(bed)
    const events = record(peer)
    const disconnected = once(peer, 'disconnected')
    peer.once('disconnected', () => peer.close(4000, 'no second chance'))
    client.ws.terminate()
    await disconnected
    expect(events).toEqual(['disconnected', 'close local 4000'])
    const told = new SessionClient(bed.port, resumption(client))
    expect(await told.closed).toEqual({ code: 4000, reason: 'no second chance' })
  })

  it('closes in a resumed listener as well', async () => {
    const bed = await serveSessions()
    const { client, peer } = await enter(bed)
    await drop(client, peer)
    peer.once('resumed', () => peer.close(4000, 'too late'))
    const back = new SessionClient(bed.port, resumption(client))
    expect(await back.closed).toEqual({ code: 4000, reason: 'too late' })
    expect(bed.room.peers).toEqual([])
  })
})

describe('a client that closes', () => {
  it.each([4000, 3000, 4999, 1002, 1003, 1007, 1008, 1009])(
    'with %i ends its session at once',
    async (code) => {
      const bed = await serveSessions()
      const { client, peer } = await enter(bed)
      const events = record(peer)
      const closed = closing(peer)
      client.ws.close(code, 'bye')
      expect(await closed).toEqual({ cause: 'remote', code, reason: 'bye' })
      expect(events).toEqual([`close remote ${code}`])
      expect(bed.room.peers).toEqual([])
      expect((await resume(bed.port, client)).welcome?.resumed).toBe(false)
    },
  )

  it.each([1000, 1001, 1011, 1012, undefined])('with %s only drops the connection', async (code) => {
    const bed = await serveSessions()
    const { client, peer } = await enter(bed)
    const events = record(peer)
    const disconnected = once(peer, 'disconnected')
    if (code) client.ws.close(code)
    else client.ws.close()
    await disconnected
    expect(events).toEqual(['disconnected'])
    expect(peer.closed).toBe(false)
    expect((await resume(bed.port, client)).welcome?.resumed).toBe(true)
  })
})

describe('a client whose message is no proper WebSocket frame', () => {
  it.each<[string, number, (client: SessionClient) => void]>([
    ['too long', 1009, (client) => client.notify('x', 'x'.repeat(2000))],
    ['not UTF-8', 1007, (client) => client.ws.send(Buffer.from([0xff]), { binary: false })],
    ['not masked', 1002, (client) => client.ws.send('x', { mask: false })],
  ])('is closed, and with it the session: sent again it would be the same: %s', async (_what, code, send) => {
    const bed = await serveSessions({}, { maxReceivedMessageSize: 1000 })
    const { client, peer } = await enter(bed)
    const events = record(peer)
    const closed = closing(peer)
    send(client)
    expect(await closed).toMatchObject({ cause: 'remote', code })
    expect(await client.closed).toMatchObject({ code })
    expect(events).toEqual([`close remote ${code}`])
    expect((await dial(bed.port, resumption(client))).welcome?.resumed).toBe(false)
  })
})
