import { once } from 'node:events'
import { encodeAuthToken } from '@protoo-kit/protocol'
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest'
import type { ConnectionRequestInfo, Peer } from '../src/index.js'
import {
  closing,
  drop,
  enter,
  record,
  resume,
  resumption,
  SessionClient,
  serveSessions,
} from './session-client.js'
import { gone, handshake } from './support.js'

const names = [encodeAuthToken('alice')]

/** A server that asks the test, and tells it when. */
async function serveAsking() {
  const asked: { info: ConnectionRequestInfo; peer: Peer; decide: (allowed: boolean) => void }[] = []
  const bed = await serveSessions({
    window: 10_000,
    authorize: (info, peer) =>
      new Promise((decide) => {
        asked.push({ info, peer, decide })
        bed.http.emit('authorize')
      }),
  })
  /** Dials for the session, and resolves when the server has asked. */
  const ask = async (client: SessionClient, attempt?: number) => {
    const asking = once(bed.http, 'authorize')
    const back = new SessionClient(bed.port, resumption(client, { attempt, names }))
    await asking
    const question = asked.at(-1)
    if (!question) throw new Error('not asked')
    return { back, ...question }
  }
  return { ...bed, ask, asked }
}

describe('authorize', () => {
  it.each([
    ['true', () => true],
    ['a promise of true', async () => true],
  ])('lets a client have its session back: %s', async (_what, authorize) => {
    const bed = await serveSessions({ authorize })
    const { client, peer } = await enter(bed)
    await drop(client, peer)
    expect((await resume(bed.port, client)).welcome?.resumed).toBe(true)
  })

  it('is given the credentials, decoded, a request without them, and the peer of the room', async () => {
    const bed = await serveAsking()
    const { client, peer } = await enter(bed)
    await drop(client, peer)
    const { back, info, peer: given, decide } = await bed.ask(client)
    expect(given).toBe(peer)
    expect(given).toBe(bed.room.getPeer('ann'))
    expect(info.authToken).toBe('alice')
    expect(JSON.stringify([info.request.headers, info.request.rawHeaders])).not.toMatch(
      /protoo-(auth|resume)/,
    )
    decide(true)
    expect(await back.welcomed).toMatchObject({ resumed: true })
  })

  it('is not asked about new sessions', async () => {
    const bed = await serveAsking()
    await enter(bed)
    await enter(bed, 'bob', { resume: `protoo-resume.${'0'.repeat(32)}.0.1` })
    expect(bed.asked).toEqual([])
  })
})

describe('a client that is not authorized', () => {
  it('is closed with 4003 after the 101, and the session stays for one that is', async () => {
    const bed = await serveAsking()
    const { client, peer } = await enter(bed)
    const events = record(peer)
    await drop(client, peer)
    const first = await bed.ask(client)
    first.decide(false)
    expect(await first.back.closed).toMatchObject({ code: 4003 })
    expect(first.back.frames).toEqual([])
    expect(peer.closed).toBe(false)
    const second = await bed.ask(client, 2)
    second.decide(true)
    expect(await second.back.welcomed).toMatchObject({ resumed: true, token: client.token })
    expect(events).toEqual(['disconnected', 'resumed'])
  })

  it('does not disturb the connection that is there', async () => {
    const bed = await serveAsking()
    const { client, peer } = await enter(bed)
    const { back, decide } = await bed.ask(client)
    decide(false)
    expect(await back.closed).toMatchObject({ code: 4003 })
    peer.notify('still yours')
    expect(await client.methods(1)).toEqual(['still yours'])
  })
})

describe('an authorize that fails', () => {
  let report: MockInstance
  beforeEach(() => {
    report = vi.spyOn(console, 'error').mockImplementation(() => {})
  })
  afterEach(() => report.mockRestore())

  it.each([
    [
      'throws',
      () => {
        throw new Error('no database')
      },
    ],
    ['rejects', () => Promise.reject(new Error('no database'))],
  ])('is answered with 500 and reported, and the session stays: %s', async (_how, fail) => {
    let authorize: () => boolean | Promise<boolean> = fail
    const bed = await serveSessions({ authorize: () => authorize() })
    const { client, peer } = await enter(bed)
    await drop(client, peer)
    expect(await new SessionClient(bed.port, resumption(client)).refused).toBe(500)
    expect(report).toHaveBeenCalledWith(expect.any(String), 'authorize', new Error('no database'))
    authorize = () => true
    expect((await resume(bed.port, client, { attempt: 2 })).welcome?.resumed).toBe(true)
    expect(peer.closed).toBe(false)
  })
})

describe('while authorize is deciding', () => {
  it('the session may end: then it is a new one, which the application is asked about', async () => {
    const bed = await serveAsking()
    const { client, peer } = await enter(bed)
    const { back, decide } = await bed.ask(client)
    const events = record(peer)
    bed.server.on('connectionrequest', () => events.push('connectionrequest'))
    const closed = closing(peer)
    client.ws.close(4000)
    await closed
    decide(true)
    expect(await back.welcomed).toMatchObject({ resumed: false })
    expect(events).toEqual(['close remote 4000', 'connectionrequest'])
  })

  it('the application may close it: the client is told with the same code', async () => {
    const bed = await serveAsking()
    const { client, peer } = await enter(bed)
    await drop(client, peer)
    const { back, decide } = await bed.ask(client)
    peer.close(4000, 'kicked')
    decide(true)
    expect(await back.closed).toEqual({ code: 4000, reason: 'kicked' })
    expect(bed.room.peers).toEqual([])
  })

  it('a newer attempt may be first: this one is late then', async () => {
    const bed = await serveAsking()
    const { client, peer } = await enter(bed)
    const first = await bed.ask(client, 1)
    const second = await bed.ask(client, 2)
    second.decide(true)
    expect(await second.back.welcomed).toMatchObject({ resumed: true })
    first.decide(true)
    expect(await first.back.refused).toBe(409)
    peer.notify('hello')
    expect(await second.back.methods(1)).toEqual(['hello'])
  })

  it('the old connection goes on, and nothing of it is lost', async () => {
    const bed = await serveAsking()
    const { client, peer } = await enter(bed)
    const { back, decide } = await bed.ask(client)
    client.notify('meanwhile')
    await client.sync()
    peer.notify('down')
    await client.methods(1)
    decide(true)
    expect(await back.welcomed).toMatchObject({ resumed: true, received: 1 })
    expect(await back.methods(1)).toEqual(['down'])
  })

  it('the client may ack beyond what it came with: then the session cannot go on', async () => {
    const bed = await serveAsking()
    const { client, peer } = await enter(bed)
    const { back, decide } = await bed.ask(client)
    peer.notify('down')
    await client.methods(1)
    await client.sync()
    decide(true)
    expect(await back.welcomed).toMatchObject({ resumed: false })
    expect(peer.closed).toBe(true)
  })

  it.each([true, false])(
    'the client may break off, and the session stays as it was (%s)',
    async (allowed) => {
      const bed = await serveAsking()
      const { client, peer } = await enter(bed)
      await drop(client, peer)
      const events = record(peer)
      const asking = once(bed.http, 'authorize')
      const offered = `protoo-session.v1, protoo, ${resumption(client).resume}`
      const raw = handshake(bed.port, { 'Sec-WebSocket-Protocol': offered })
      await asking
      const first = bed.asked[0]
      if (!first) throw new Error('not asked')
      const broken = gone(first.info.socket)
      raw.resetAndDestroy()
      await broken
      first.decide(allowed)
      const next = await bed.ask(client, 1)
      next.decide(true)
      expect(await next.back.welcomed).toMatchObject({ resumed: true })
      expect(events).toEqual(['resumed'])
    },
  )

  it.each([true, false])('the client may hang up, and come again (%s)', async (allowed) => {
    const bed = await serveAsking()
    const { client, peer } = await enter(bed)
    await drop(client, peer)
    const { back, decide } = await bed.ask(client, 1)
    back.ws.terminate()
    await back.closed
    decide(allowed)
    const next = await bed.ask(client, 2)
    next.decide(true)
    expect(await next.back.welcomed).toMatchObject({ resumed: true })
    expect(peer.closed).toBe(false)
  })
})
