import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createPeer, Peer, WebSocketTransport } from '../src/index.js'
import { event, implementations } from './implementations.js'
import { type RawServer, startRawServer } from './raw-server.js'

let server: RawServer
const peers: { close(): void }[] = []

beforeEach(async () => {
  server = await startRawServer()
})

afterEach(async () => {
  for (const peer of peers.splice(0)) peer.close()
  await server.stop()
})

describe('a server that accepts and at once closes', () => {
  /** Closes every connection as it comes, for as long as a peer cares to try. */
  async function acceptThenClose() {
    for (;;) (await server.connection()).socket.close(1000)
  }

  it.each([
    ['with v4 options', () => new Peer(new WebSocketTransport(server.url)), 3],
    ['with createPeer()', () => createPeer(server.url, { random: () => 0.5 }), 4],
  ])('is dialled no more than the backoff allows in 2 s, %s', async (_, create, most) => {
    acceptThenClose()
    const peer = create()
    peers.push(peer)
    // Two seconds of real time are what is asked about.
    await new Promise((resolve) => setTimeout(resolve, 2000))
    expect(server.dials).toBeGreaterThan(1)
    expect(server.dials).toBeLessThanOrEqual(most)
  })

  it('is dialled hundreds of times by the stock client', async () => {
    const [, stock] = implementations[1] ?? expect.fail()
    acceptThenClose()
    peers.push(new stock.Peer(new stock.WebSocketTransport(server.url)))
    await expect.poll(() => server.dials, { timeout: 5000 }).toBeGreaterThan(100)
  })
})

describe('retry now', () => {
  it('dials at once during a long wait', async () => {
    server.refuseWith = 503
    const peer = new Peer(new WebSocketTransport(server.url, { retry: { minTimeout: 60_000 } }))
    peers.push(peer)
    await event(peer, 'failed')
    server.refuseWith = undefined
    peer.reconnect()
    await event(peer, 'open')
  })
})

describe('retries: Infinity', () => {
  it('keeps trying until the server is there', async () => {
    const { port } = server
    await server.stop()
    const peer = new Peer(
      new WebSocketTransport(`ws://127.0.0.1:${port}`, {
        retry: { retries: Infinity, minTimeout: 2, maxTimeout: 4 },
      }),
    )
    peers.push(peer)
    for (let attempt = 1; attempt <= 15; attempt++) expect(await event(peer, 'failed')).toEqual([attempt])
    server = await startRawServer(port)
    await event(peer, 'open')
  })
})

describe('many requests in flight', () => {
  it('loses and swaps none of 50,000 at 64 in flight, in answers that come out of order', async () => {
    const peer = new Peer(new WebSocketTransport(server.url))
    peers.push(peer)
    const connection = await server.connection()
    let held: string[] = []
    connection.socket.on('message', (frame) => {
      const { id, data } = JSON.parse(String(frame))
      held.push(JSON.stringify({ response: true, id, ok: true, data }))
      if (held.length < 16) return
      for (const answer of held.reverse()) connection.socket.send(answer)
      held = []
    })
    if (!peer.connected) await event(peer, 'open')
    let next = 0
    let right = 0
    const worker = async () => {
      while (next < 50_000) {
        const n = next++
        if ((await peer.request('echo', { n })).n === n) right++
      }
    }
    await Promise.all(Array.from({ length: 64 }, worker))
    expect(right).toBe(50_000)
  })
})
