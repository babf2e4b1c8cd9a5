/** A second client with the id of the first. */
import { once } from 'node:events'
import { createRequire } from 'node:module'
import type * as Stock from 'protoo-client'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { WebSocketTransport } from '../src/index.js'
import { dial, drop, enter, record, resumption, SessionClient, serveSessions } from './session-client.js'
import { connect, lite, serve } from './support.js'

const protoo: typeof Stock = createRequire(import.meta.url)('protoo-client')

describe('createPeer() with the id of a peer', () => {
  it('whose client is away supersedes it, and tells that client should it come', async () => {
    const bed = await serveSessions()
    const { client, peer } = await enter(bed)
    await drop(client, peer)
    const events = record(peer)
    const second = await enter(bed)
    expect(events).toEqual(['close local 4001'])
    expect(bed.room.peers).toEqual([second.peer])
    expect(second.peer).not.toBe(peer)
    expect(await new SessionClient(bed.port, resumption(client)).closed).toMatchObject({ code: 4001 })
    expect((await second.client.sync()).ack).toBe(0)
  })

  it('that is not confirmed supersedes it, and closes its connection with 4001', async () => {
    const bed = await serveSessions()
    const client = await dial(bed.port)
    const events = record(await bed.joined())
    const second = await dial(bed.port)
    expect(await client.closed).toMatchObject({ code: 4001 })
    expect(events).toEqual(['close local 4001'])
    expect((await second.sync()).ack).toBe(0)
    expect(bed.room.peers).toHaveLength(1)
  })

  it('that is connected and confirmed rejects, and the second transport is closed with 4000 (S12)', async () => {
    const bed = await serveSessions()
    const { client, peer } = await enter(bed)
    const second = new SessionClient(bed.port)
    expect(await second.closed).toMatchObject({ code: 4000 })
    expect(bed.room.peers).toEqual([peer])
    expect((await client.sync()).ack).toBe(0)
  })

  it('supersedes one that is away for a plain client too', async () => {
    const bed = await serveSessions()
    const { client, peer } = await enter(bed)
    await drop(client, peer)
    const events = record(peer)
    const plain = await connect(bed.port)
    await bed.room.getPeer('ann')?.notify('welcome')
    expect(await plain.next()).toMatchObject({ method: 'welcome' })
    expect(events).toEqual(['close local 4001'])
  })

  it('never supersedes a plain one: a second with sessions is turned away', async () => {
    const bed = await serveSessions()
    const plain = await connect(bed.port)
    const peer = await bed.joined()
    expect(await new SessionClient(bed.port).closed).toMatchObject({ code: 4000 })
    await peer.notify('you stay')
    expect(await plain.next()).toMatchObject({ method: 'you stay' })
  })

  it('supersedes nobody in a room that is closed, or for a transport that is', async () => {
    const bed = await serve(lite, { session: true })
    const transports: WebSocketTransport[] = []
    bed.server.on('connectionrequest', (_info, accept) => void transports.push(accept()))
    const client = await dial(bed.port)
    const [first] = transports
    if (!first) throw new Error('no transport')
    const peer = bed.room.createPeer('ann', first)
    await client.sync()
    await drop(client, peer)
    const events = record(peer)
    const other = await dial(bed.port)
    const [, second] = transports
    if (!second) throw new Error('no transport')
    second.close()
    await other.closed
    expect(() => bed.room.createPeer('ann', second)).toThrow('already')
    expect(events).toEqual([])
    bed.room.close()
    expect(events).toEqual(['close local 4000'])
    const third = new SessionClient(bed.port)
    await third.welcomed
    const last = transports[2]
    if (!last) throw new Error('no transport')
    expect(() => bed.room.createPeer('ann', last)).toThrow('closed')
    expect(await third.closed).toMatchObject({ code: 4000 })
  })
})

describe('two stock clients with one id', () => {
  it.each(['createPeer() throws, as in v4', 'the first is closed with 4001 before'])(
    'connect at most twice each: %s',
    async (how) => {
      const bed = await serve(lite, { session: true })
      const connections = new Map<string, number>()
      bed.server.on('connectionrequest', ({ request }, accept, reject) => {
        const who = request.url ?? ''
        connections.set(who, (connections.get(who) ?? 0) + 1)
        if (how.includes('4001')) bed.room.getPeer('ann')?.close(4001, 'replaced')
        try {
          bed.room.createPeer('ann', accept())
        } catch (error) {
          reject(error instanceof Error ? error : undefined)
        }
      })
      const join = (who: string) => {
        const transport = new protoo.WebSocketTransport(`ws://127.0.0.1:${bed.port}/${who}`, {
          retry: { retries: 100, factor: 1, minTimeout: 20, maxTimeout: 20 },
        })
        const peer = new protoo.Peer(transport)
        onTestFinished(() => peer.close())
        return peer
      }
      const first = join('first')
      await new Promise<void>((resolve) => first.on('open', resolve))
      const loser = join('second')
      const ended = how.includes('4001') ? first : loser
      await new Promise<void>((resolve) => ended.on('close', resolve))
      // Their attempts are 20 ms apart: two seconds are a hundred of them.
      await new Promise((resolve) => setTimeout(resolve, 2000))
      expect(Math.max(...connections.values())).toBeLessThanOrEqual(2)
      expect(bed.room.peers).toHaveLength(1)
      const notified = once(bed.room.peers[0] ?? bed.http, 'notification')
      await (ended === first ? loser : first).notify('still there')
      await notified
    },
  )
})
