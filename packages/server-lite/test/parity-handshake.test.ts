import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import * as ours from '../src/index.js'
import { answer, both, connect, gone, handshake, lite, serve, serveRoom, stock, turns } from './support.js'

describe.each(both)('%s', (_name, implementation) => {
  it('S1 exports version, Room and WebSocketServer, and Peer as a type only', () => {
    expect(implementation.version).toMatch(/^\d+\.\d+\.\d+$/)
    expect(implementation.Room).toBeTypeOf('function')
    expect(implementation.WebSocketServer).toBeTypeOf('function')
    expect(implementation).not.toHaveProperty('Peer')
  })

  it.each([undefined, 'chat', 'protoo2', 'chat, xprotoo'])(
    'S3 refuses the subprotocol %j with 403',
    async (offer) => {
      const { port } = await serveRoom(implementation)
      const response = await answer(handshake(port, { 'Sec-WebSocket-Protocol': offer }))
      expect(response.statusLine).toBe('HTTP/1.1 403 Forbidden')
      expect(response.headers).toEqual({
        connection: 'close',
        'x-websocket-reject-reason': 'invalid/missing Sec-WebSocket-Protocol',
      })
    },
  )

  it.each([
    ['protoo', 'protoo'],
    ['chat, protoo', 'protoo'],
    ['chat,PROTOO ,other'.replace(' ', ''), 'PROTOO'],
    ['Protoo', 'Protoo'],
    ['protoo, protoo', 'protoo'],
  ])('S3 takes the subprotocol out of %j, in the casing of the client', async (offer, echoed) => {
    const { port } = await serveRoom(implementation)
    const response = await answer(handshake(port, { 'Sec-WebSocket-Protocol': offer }))
    expect(response.statusLine).toBe('HTTP/1.1 101 Switching Protocols')
    expect(response.headers['sec-websocket-protocol']).toBe(echoed)
    expect(response.headers['sec-websocket-accept']).toBe('s3pPLMBiTxaQ9kYGzzhZRbK+xOo=')
    expect(response.headers).not.toHaveProperty('origin')
  })

  it('S3 echoes the Origin, and that of version 8 under its old name', async () => {
    const { port } = await serveRoom(implementation)
    const origin = `http://127.0.0.1:${port}`
    expect((await answer(handshake(port, { Origin: origin }))).headers.origin).toBe(origin)
    const old = {
      'Sec-WebSocket-Version': '8',
      'Sec-WebSocket-Origin': origin,
      'Sec-WebSocket-Protocol': 'protoo',
    }
    const { port: second } = await serveRoom(implementation)
    const response = await answer(handshake(second, { ...old, Host: '127.0.0.1' }))
    expect(response.headers['sec-websocket-origin']).toBe(origin)
  })

  it.each([
    [400, { 'Sec-WebSocket-Key': undefined }],
    [400, { 'Sec-WebSocket-Version': undefined }],
    [426, { 'Sec-WebSocket-Version': '7' }],
  ])('S3 answers %i to a handshake with %j', async (status, headers) => {
    const { port } = await serveRoom(implementation)
    const response = await answer(handshake(port, headers))
    expect(response.status).toBe(status)
    expect(response.headers.connection).toBe('close')
    if (status === 426) expect(response.headers['sec-websocket-version']).toMatch(/^13/)
  })

  it('S4 answers 500 when nobody listens', async () => {
    const { port } = await serve(implementation)
    const response = await answer(handshake(port))
    expect(response.statusLine).toBe('HTTP/1.1 500 Internal Server Error')
    expect(response.headers['x-websocket-reject-reason']).toBe('no listeners for "connectionrequest" event')
  })

  it('S5 tells listeners request, origin and socket', async () => {
    const { port, server } = await serve(implementation)
    const asked = once(server, 'connectionrequest')
    handshake(port, { Origin: `http://127.0.0.1:${port}` })
    const [info] = await asked
    expect(Object.keys(info)).toEqual(['request', 'origin', 'socket'])
    expect(info.request.url).toBe('/?peerId=raw')
    expect(info.origin).toBe(`http://127.0.0.1:${port}`)
    expect(info.socket).toBe(info.request.socket)
    handshake(port)
    const [second] = await once(server, 'connectionrequest')
    expect(second.origin).toBeUndefined()
  })

  it('S5 may be answered later, and only once', async () => {
    const { port, server, room } = await serve(implementation)
    const asked = once(server, 'connectionrequest')
    const connecting = connect(port)
    const [, accept, reject] = await asked
    await turns()
    const transport = accept()
    expect(transport.closed).toBe(false)
    expect(accept()).toBeUndefined()
    reject(404, 'too late')
    const peer = room.createPeer('ann', transport)
    const client = await connecting
    await peer.notify('accepted')
    expect(await client.next()).toMatchObject({ method: 'accepted' })
    expect(peer.closed).toBe(false)

    const asked2 = once(server, 'connectionrequest')
    const rejected = handshake(port)
    const [, accept2, reject2] = await asked2
    reject2(404, 'first')
    reject2(405, 'second')
    expect(accept2()).toBeUndefined()
    expect((await answer(rejected)).headers['x-websocket-reject-reason']).toBe('first')
  })

  it.each<[unknown[], string, string]>([
    [[], '403 Forbidden', 'Rejected'],
    [[404], '404 Not Found', 'Rejected'],
    [[401, 'who are you'], '401 Unauthorized', 'who are you'],
    [['403', 'text'], '403 Forbidden', 'text'],
    [[403, new TypeError('not you')], '403 Forbidden', 'TypeError: not you'],
    [[undefined, 'a\r\nSet-Cookie: b'], '403 Forbidden', 'aSet-Cookie: b'],
  ])('S6 reject(%j) answers %s', async (args, statusLine, reason) => {
    const { port, server } = await serve(implementation)
    server.on('connectionrequest', (_info, _accept, reject) => Reflect.apply(reject, undefined, args))
    const response = await answer(handshake(port))
    expect(response.statusLine).toBe(`HTTP/1.1 ${statusLine}`)
    expect(response.headers).toEqual({ connection: 'close', 'x-websocket-reject-reason': reason })
  })

  it('S7 answers 500 when a listener throws before it replied', async () => {
    const { port, server } = await serve(implementation)
    server.on('connectionrequest', () => {
      throw new TypeError('oops')
    })
    const response = await answer(handshake(port))
    expect(response.status).toBe(500)
    expect(response.headers['x-websocket-reject-reason']).toBe('TypeError: oops')
  })

  it('S8 stop() takes no more clients in and leaves the others and the HTTP server alone', async () => {
    const { http, port, server, joined } = await serveRoom(implementation)
    const client = await connect(port)
    const peer = await joined()
    server.stop()
    server.stop()
    expect(http.listenerCount('upgrade')).toBe(0)
    expect(http.listening).toBe(true)
    const notified = once(peer, 'notification')
    client.send({ notification: true, method: 'still there' })
    await notified
    expect(peer.closed).toBe(false)
  })
})

describe('server-lite, improved', () => {
  it('S1 exports nothing else by accident', () => {
    expect(Object.keys(ours).sort()).toEqual([
      'BackplaneGapError',
      'BackplaneUnavailableError',
      'BufferFullError',
      'CloseCode',
      'ConnectionLostError',
      'ErrorCode',
      'MemoryBackplane',
      'PeerClosedError',
      'PeerNotFoundError',
      'ProtocolError',
      'ProtooError',
      'RequestError',
      'RequestTimeoutError',
      'Room',
      'WebSocketServer',
      'setLogger',
      'version',
    ])
    const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
    expect(ours.version).toBe(manifest.version)
  })

  it.each([
    ['a key that is no 16 bytes', { 'Sec-WebSocket-Key': 'short' }],
    ['another upgrade', { Upgrade: 'h2c' }],
    ['a version that is no number', { 'Sec-WebSocket-Version': 'x' }],
  ])('S3 answers 400 to %s', async (_what, headers) => {
    const { port } = await serveRoom(lite)
    expect((await answer(handshake(port, headers))).status).toBe(400)
  })

  it('S3 accepts although the listener changed the headers of the request', async () => {
    const { port, server, room } = await serve(lite)
    server.on('connectionrequest', ({ request }, accept) => {
      request.headers['sec-websocket-protocol'] = 'a,,a'
      delete request.headers['sec-websocket-key']
      request.method = 'POST'
      room.createPeer('ann', accept())
    })
    expect((await answer(handshake(port))).status).toBe(101)
  })

  it('S6 reject(error) answers 500 with its text, which a stock server does not', async () => {
    for (const [implementation, reason] of [
      [lite, 'Error: database gone'],
      [stock, '500'],
    ] as const) {
      const { port, server } = await serve(implementation)
      server.on('connectionrequest', (_info, _accept, reject) => reject(new Error('database gone')))
      const response = await answer(handshake(port))
      expect(response.statusLine).toBe('HTTP/1.1 500 Internal Server Error')
      expect(response.headers['x-websocket-reject-reason']).toBe(reason)
    }
  })

  it('S6 lets no reason smuggle a header in, which U+010D and U+010A do on a stock server', async () => {
    for (const [implementation, smuggled] of [
      [lite, false],
      [stock, true],
    ] as const) {
      const { port, server } = await serve(implementation)
      server.on('connectionrequest', (_info, _accept, reject) => reject(403, 'a\u010d\u010aSmuggled: b'))
      const response = await answer(handshake(port))
      expect('smuggled' in response.headers).toBe(smuggled)
    }
  })

  it.each([101, 200, 42, 1000, Number.NaN])(
    'S6 reject(%d), which is no refusal, answers 403',
    async (code) => {
      const { port, server } = await serve(lite)
      server.on('connectionrequest', (_info, _accept, reject) => reject(code, 'no'))
      expect((await answer(handshake(port))).statusLine).toBe('HTTP/1.1 403 Forbidden')
    },
  )

  it('S6 closes the socket after a refusal even if the client does not', async () => {
    const { port, server } = await serve(lite)
    const asked = once(server, 'connectionrequest')
    const client = handshake(port)
    client.allowHalfOpen = true
    const [{ socket }, , reject] = await asked
    const closed = gone(socket)
    reject(404)
    expect((await answer(client)).status).toBe(404)
    await closed
  })

  it('S7 answers 500 when an async listener rejects, and S5 tells the second listener as well', async () => {
    const { port, server } = await serve(lite)
    server.on('connectionrequest', async () => {
      throw new Error('later')
    })
    const other = once(server, 'connectionrequest')
    const response = await answer(handshake(port))
    expect(response.status).toBe(500)
    expect(response.headers['x-websocket-reject-reason']).toBe('Error: later')
    await other
  })
})
