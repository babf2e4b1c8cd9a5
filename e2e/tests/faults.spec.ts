import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import type { Peer as ClientPeer, OpenEvent, TransportOptions } from '@protoo-kit/client-core'
import type { Peer, ServerOptions } from '@protoo-kit/server-lite'
import { createPeer, Room, WebSocketServer } from '../chaos/built.js'
import { FaultLine } from '../chaos/fault-line.js'
import { test as base, expect } from '../support/test.js'

/** Both ends of one session over a line with faults. */
interface Meeting {
  line: FaultLine
  client: ClientPeer
  peer: Peer
}

interface Fixtures {
  meet(session: ServerOptions['session'], options?: TransportOptions): Promise<Meeting>
}

const test = base.extend<Fixtures>({
  meet: async ({ serve }, use) => {
    const ends: (() => Promise<void>)[] = []
    await use(async (session, options) => {
      const room = new Room()
      const port = await serve((http) => {
        new WebSocketServer(http, { session }).on('connectionrequest', (_info, accept) =>
          room.createPeer('ann', accept()),
        )
      })
      const line = await FaultLine.start(port)
      const client = createPeer(line.url, options)
      ends.push(async () => {
        client.close()
        room.close()
        await line.close()
      })
      await opened(client)
      // Answered, if only that nobody listens: so the server knows that the client has its session.
      await client.request('hello').catch(() => {})
      return { line, client, peer: room.getPeer('ann') as Peer }
    })
    for (const end of ends) await end()
  },
})

test('a connection that goes silent is noticed at both ends within two heartbeats and a second, and nothing is lost', async ({
  meet,
}) => {
  const heartbeat = 1000
  // It stays away for so long that the server has to notice by itself.
  const { line, client, peer } = await meet({ heartbeat }, { retry: { minTimeout: 3000, jitter: false } })
  const toServer: number[] = []
  const toClient: number[] = []
  client.on('notification', ({ data }) => toClient.push(data.n))
  client.on('request', ({ data }, accept) => accept(data))
  peer.on('notification', ({ data }) => toServer.push(data.n))
  peer.on('request', ({ data }, accept) => accept(data))
  const say = (n: number) => Promise.all([client.notify('say', { n }), peer.notify('say', { n })])
  await say(1)
  await client.request('ask')

  const start = performance.now()
  const noticed = Promise.all([
    disconnected(client).then(() => performance.now() - start),
    once(peer, 'disconnected').then(() => performance.now() - start),
  ])
  line.freeze()
  await say(2)
  const answers = Promise.all([client.request('ask', { n: 3 }), peer.request('ask', { n: 4 })])
  for (const ms of await noticed) expect(ms).toBeLessThan(2 * heartbeat + 1000)
  expect([client.connected, peer.connected, peer.closed]).toEqual([false, false, false])

  await say(5)
  expect(await opened(client)).toMatchObject({ resumed: true, lost: 0 })
  await say(6)
  expect(await answers).toEqual([{ n: 3 }, { n: 4 }])
  await client.request('ask')
  await peer.request('ask')
  expect(toServer).toEqual([1, 2, 5, 6])
  expect(toClient).toEqual([1, 2, 5, 6])
  expect(line.dials).toBe(2)
})

test('a long message on a thin line is not mistaken for a dead connection', async ({ meet }) => {
  const heartbeat = 1000
  const { line, client, peer } = await meet({ heartbeat })
  const drops: string[] = []
  const arrived: number[] = []
  client.on('disconnected', () => drops.push('client'))
  peer.on('disconnected', () => drops.push('server'))
  peer.on('request', ({ data }, accept) => {
    arrived.push(data.text.length)
    accept()
  })
  line.bytesPerSecond.up = 100_000
  const start = performance.now()
  await client.request('upload', { text: 'x'.repeat(900_000) })
  expect(performance.now() - start).toBeGreaterThan(4 * heartbeat)
  expect(arrived).toEqual([900_000])
  expect(drops).toEqual([])
  expect(line.dials).toBe(1)
})

test('a long message down a thin line arrives in the end, once, and what waits behind it', async ({
  meet,
}) => {
  test.setTimeout(60_000)
  const { line, client, peer } = await meet({ heartbeat: 500 })
  const arrived: string[] = []
  client.on('notification', ({ method }) => arrived.push(method))
  line.bytesPerSecond.down = 100_000
  // Three seconds, three times as long as a client is silent that is not asked.
  await peer.notify('long', { text: 'x'.repeat(300_000) })
  await peer.notify('short')
  await expect.poll(() => arrived, { timeout: 40_000 }).toEqual(['long', 'short'])
  // What comes twice would come before this answer.
  await client.request('hello').catch(() => {})
  expect(arrived).toEqual(['long', 'short'])
})

test('a client that was closed while it was away hears of it when it comes back, and stays away', async ({
  meet,
}) => {
  const { line, client, peer } = await meet({}, { retry: { minTimeout: 20, maxTimeout: 20 } })
  const closed = new Promise((resolve) => client.once('close', resolve))
  const away = once(peer, 'disconnected')
  line.cut()
  await away
  peer.close()
  const pending = client.request('ask')
  pending.catch(() => {})
  line.down = false
  expect(await closed).toMatchObject({ cause: 'kicked', code: 4000 })
  await expect(pending).rejects.toMatchObject({ code: 'PEER_CLOSED' })
  const { dials } = line
  // That nothing happens can only be waited for: many times as long as it would wait for its next attempt.
  await setTimeout(500)
  expect(line.dials).toBe(dials)
  expect(client.closed).toBe(true)
})

function opened(client: ClientPeer): Promise<OpenEvent> {
  return new Promise((resolve) => client.once('open', resolve))
}

function disconnected(client: ClientPeer): Promise<void> {
  return new Promise((resolve) => client.once('disconnected', resolve))
}
