import { once } from 'node:events'
import { createRequire } from 'node:module'
import type { Data } from '@protoo-kit/protocol'
import type * as Stock from 'protoo-client'
import { describe, expect, it, onTestFinished } from 'vitest'
import { dial, enter, record, SessionClient, serveSessions } from './session-client.js'
import { answer, connect, handshake, lite, serveRoom } from './support.js'

const protoo: typeof Stock = createRequire(import.meta.url)('protoo-client')

describe('a server without sessions', () => {
  it.each([
    ['unset', {}],
    ['undefined', { session: undefined }],
    ['false', { session: false }],
  ])('answers a client that offers them with protoo, as ever: session %s', async (_what, options) => {
    const bed = await serveRoom(lite, options)
    const client = new SessionClient(bed.port)
    await once(client.ws, 'open')
    expect(client.ws.protocol).toBe('protoo')
    const peer = await bed.joined()
    for (let index = 0; index < 70; index++) client.notify('up')
    client.send({ request: true, id: 1, method: 'x' })
    expect(await client.next()).toMatchObject({ errorCode: 501 })
    await peer.notify('down')
    expect(await client.next()).toEqual({ notification: true, method: 'down', data: {} })
    expect(client.frames).toHaveLength(2)
    const events = record(peer)
    const closed = once(peer, 'close')
    client.ws.terminate()
    await closed
    expect(events).toEqual(['close remote 1006'])
  })

  it('takes an ack for an invalid message', async () => {
    const bed = await serveRoom(lite)
    const client = await connect(bed.port)
    const peer = await bed.joined()
    const error = once(peer, 'protocolerror')
    client.send({ ack: 0 })
    expect((await error)[0]).toMatchObject({ code: 'INVALID_MESSAGE' })
  })
})

describe('a server with sessions', () => {
  it.each([
    ['true', true, 30_000, 15_000],
    ['{}', {}, 30_000, 15_000],
    ['an object', { window: 500, heartbeat: 250 }, 500, 250],
  ])('chooses the extension and says first what the session is: %s', async (_what, session, window, beat) => {
    const bed = await serveSessions(session, { maxReceivedMessageSize: 12_345 })
    const client = await dial(bed.port)
    expect(client.ws.protocol).toBe('protoo-session.v1')
    await (await bed.joined()).notify('hi')
    await client.next()
    expect(JSON.parse(client.frames[0] ?? '')).toEqual({
      session: {
        token: expect.stringMatching(/^[0-9a-f]{32}$/),
        resumed: false,
        received: 0,
        window,
        heartbeat: beat,
        maxMessageBytes: 12_345,
        maxRequests: 1000,
      },
    })
  })

  it('writes the fields of the first frame in the order of the text', async () => {
    const bed = await serveSessions()
    const client = await dial(bed.port)
    expect(client.frames[0]).toMatch(
      /^\{"session":\{"token":"[0-9a-f]{32}","resumed":false,"received":0,"window":30000,"heartbeat":15000,"maxMessageBytes":1048576,"maxRequests":1000\}\}$/,
    )
  })

  it('gives each session a token of its own', async () => {
    const bed = await serveSessions()
    const tokens = new Set<string>()
    for (const id of ['a', 'b', 'c', 'd']) tokens.add((await enter(bed, id)).client.token)
    expect(tokens.size).toBe(4)
  })

  it.each([
    ['first', 'protoo-session.v1, protoo'],
    ['last', 'protoo, protoo-session.v1'],
    ['alone', 'protoo-session.v1'],
    ['in separate places', 'x, protoo, y, protoo-session.v1'],
  ])('echoes that one name, offered %s', async (_where, names) => {
    const bed = await serveSessions()
    const { status, headers } = await answer(handshake(bed.port, { 'Sec-WebSocket-Protocol': names }))
    expect(status).toBe(101)
    expect(headers['sec-websocket-protocol']).toBe('protoo-session.v1')
  })

  it.each(['protoo-session.v2, protoo', 'Protoo-Session.V1, protoo', 'protoo-session, protoo'])(
    'takes %s for a plain client',
    async (names) => {
      const bed = await serveSessions()
      const { headers } = await answer(handshake(bed.port, { 'Sec-WebSocket-Protocol': names }))
      expect(headers['sec-websocket-protocol']).toBe('protoo')
    },
  )

  it('refuses a client that offers neither with 403', async () => {
    const bed = await serveSessions()
    const { status } = await answer(handshake(bed.port, { 'Sec-WebSocket-Protocol': 'protoo-session.v2' }))
    expect(status).toBe(403)
  })
})

describe('a plain client of a server with sessions', () => {
  it('gets no first frame and no acks, and pings as ever', async () => {
    const bed = await serveSessions({ heartbeat: 40 }, { keepaliveInterval: 100 })
    const client = await connect(bed.port)
    const peer = await bed.joined()
    for (let index = 0; index < 70; index++) client.send({ notification: true, method: 'up' })
    // Long after a session would have acked and asked for a sign of life.
    await once(client.ws, 'ping')
    await peer.notify('down')
    expect(await client.next()).toMatchObject({ method: 'down' })
  })

  it('has no session: a drop is a close', async () => {
    const bed = await serveSessions()
    const client = await connect(bed.port)
    const peer = await bed.joined()
    const events = record(peer)
    const closed = once(peer, 'close')
    client.ws.terminate()
    await closed
    expect(events).toEqual(['close remote 1006'])
    expect(bed.room.peers).toEqual([])
  })

  it('may name a session in vain', async () => {
    const bed = await serveSessions()
    const { client } = await enter(bed)
    const names = `protoo, protoo-resume.${client.token}.0.1`
    const asked = once(bed.server, 'connectionrequest')
    const raw = handshake(bed.port, { 'Sec-WebSocket-Protocol': names }, '/?peerId=bob')
    expect((await answer(raw)).headers['sec-websocket-protocol']).toBe('protoo')
    await asked
    expect((await client.sync()).ack).toBe(0)
  })

  it('may be the real protoo-client', async () => {
    const bed = await serveSessions({ heartbeat: 40 })
    const asked = once(bed.server, 'connectionrequest')
    const transport = new protoo.WebSocketTransport(`ws://127.0.0.1:${bed.port}/`)
    const frames: unknown[] = []
    const listen: (event: string, listener: (message: unknown) => void) => void = Reflect.get(transport, 'on')
    listen.call(transport, 'message', (message) => frames.push(message))
    const client = new protoo.Peer(transport)
    onTestFinished(() => client.close())
    await new Promise<void>((resolve) => client.on('open', resolve))
    expect((await asked)[0].request.headers['sec-websocket-protocol']).toBe('protoo')
    const peer = await bed.joined()
    peer.handle('echo', (data) => data)
    for (let index = 0; index < 70; index++) await client.notify('up')
    expect(await client.request('echo', { a: 1 })).toEqual({ a: 1 })
    client.on('request', (_request, accept: (data?: Data) => void, _reject) => accept({ b: 2 }))
    expect(await peer.request('ask')).toEqual({ b: 2 })
    expect(frames).toHaveLength(2)
    const closed = once(peer, 'close')
    client.close()
    expect((await closed)[0]).toMatchObject({ cause: 'remote' })
  })
})
