/** Dead and living connections, in real time. To the millisecond: `session-transport-liveness.test.ts`. */
import { once } from 'node:events'
import net from 'node:net'
import { describe, expect, it } from 'vitest'
import { enter, record, resume, type SessionClient, serveSessions } from './session-client.js'

const HEARTBEAT = 300
const passing = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

function socketOf(client: SessionClient): net.Socket {
  const socket: unknown = Reflect.get(client.ws, '_socket')
  if (socket instanceof net.Socket) return socket
  throw new Error('ws keeps its socket elsewhere now')
}

describe('a connection on which nothing happens', () => {
  it('carries two small frames per heartbeat at most, and stays', async () => {
    const bed = await serveSessions({ heartbeat: HEARTBEAT })
    const { client, peer } = await enter(bed)
    const events = record(peer)
    client.frames.length = 0
    await passing(5 * HEARTBEAT)
    expect(client.frames.length).toBeGreaterThanOrEqual(2)
    expect(client.frames.length).toBeLessThanOrEqual(6)
    expect(new Set(client.frames)).toEqual(new Set(['{"ack":0,"echo":true}']))
    expect(events).toEqual([])
  })
})

describe('a client that is gone without a word', () => {
  it.each<[string, (client: SessionClient) => void]>([
    [
      'it answers nothing',
      (client) => {
        client.answers = false
      },
    ],
    ['it reads nothing', (client) => void socketOf(client).pause()],
  ])('is dropped within two heartbeats and a second: %s', async (_what, leave) => {
    const bed = await serveSessions({ heartbeat: HEARTBEAT })
    const { client, peer } = await enter(bed)
    const disconnected = once(peer, 'disconnected')
    const left = performance.now()
    leave(client)
    await disconnected
    const took = performance.now() - left
    expect(took).toBeGreaterThan(HEARTBEAT)
    // Half a second more, for a machine that is busy.
    expect(took).toBeLessThan(2 * HEARTBEAT + 1500)
    expect(peer.connected).toBe(false)
    expect((await resume(bed.port, client)).welcome?.resumed).toBe(true)
  })

  it('is dropped as well while it is sent to', async () => {
    const bed = await serveSessions({ heartbeat: HEARTBEAT })
    const { client, peer } = await enter(bed)
    const disconnected = once(peer, 'disconnected')
    const timer = setInterval(() => void peer.notify('x', { text: 'x'.repeat(50_000) }), 20)
    const left = performance.now()
    socketOf(client).pause()
    await disconnected
    clearInterval(timer)
    expect(performance.now() - left).toBeLessThan(2 * HEARTBEAT + 1500)
  })
})

describe('a client that is busy', () => {
  it('sending one long message, bit by bit, is not dropped', async () => {
    const bed = await serveSessions({ heartbeat: HEARTBEAT })
    const { client, peer } = await enter(bed)
    const events = record(peer)
    client.answers = false
    const text = Buffer.from(JSON.stringify({ notification: true, method: 'long', data: 'x'.repeat(100) }))
    const socket = socketOf(client)
    socket.write(Buffer.from([0x81, 0x80 | 126, 0, text.length, 0, 0, 0, 0]))
    for (const byte of text) {
      await passing(Math.ceil((4 * HEARTBEAT) / text.length))
      socket.write(Buffer.from([byte]))
    }
    client.answers = true
    await client.sync()
    expect(events).toEqual(['long'])
  })

  it('reading slowly, is not dropped, and gets everything in order', async () => {
    const bed = await serveSessions(
      { heartbeat: HEARTBEAT, maxBufferBytes: 2 ** 28 },
      { maxBufferedBytes: 2 ** 28 },
    )
    const { client, peer } = await enter(bed)
    const events = record(peer)
    const text = 'x'.repeat(500_000)
    for (let index = 0; index < 40; index++) peer.notify(String(index), { text })
    const socket = socketOf(client)
    // A fortieth of it at a time: four heartbeats and more in all. The client acks what it has.
    for (let index = 0; index < 40; index++) {
      expect(await client.methods(1)).toEqual([String(index)])
      client.send({ ack: client.received })
      socket.pause()
      await passing(HEARTBEAT / 8)
      socket.resume()
    }
    await client.sync()
    expect(events).toEqual([])
  })
})
