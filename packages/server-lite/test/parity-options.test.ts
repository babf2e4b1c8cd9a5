import { once } from 'node:events'
import type net from 'node:net'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { WebSocket } from 'ws'
import type { ServerOptions } from '../src/index.js'
import {
  answer,
  both,
  connect,
  gone,
  handshake,
  type Implementation,
  lite,
  serve,
  serveRoom,
} from './support.js'

/** What the server tells the socket of a client that it accepts. */
async function socketCalls(implementation: Implementation, options: ServerOptions) {
  const { http, port } = await serveRoom(implementation, options)
  const connected = once(http, 'connection')
  const connecting = connect(port)
  const [socket] = (await connected) as [net.Socket]
  const setNoDelay = vi.spyOn(socket, 'setNoDelay')
  const setKeepAlive = vi.spyOn(socket, 'setKeepAlive')
  await connecting
  return { setNoDelay, setKeepAlive }
}

describe.each(both)('%s', (_name, implementation) => {
  it('S2 pings a silent client after keepaliveInterval, and drops one that lets it go unanswered', async () => {
    const { port, server, room } = await serve(implementation, {
      keepaliveInterval: 40,
      keepaliveGracePeriod: 40,
    })
    const closed = new Promise((resolve) => {
      server.on(
        'connectionrequest',
        (_info, accept) => void room.createPeer('raw', accept()).on('close', resolve),
      )
    })
    const socket = handshake(port)
    const chunks: Buffer[] = []
    socket.on('data', (chunk) => chunks.push(chunk))
    await Promise.all([once(socket, 'close'), closed])
    expect(Buffer.concat(chunks).toString('latin1').split('\r\n\r\n')[1]).toBe('\x89\x00')
    expect(room.peers).toHaveLength(0)
  })

  it('S2 leaves a client alone that answers pings', async () => {
    const { port } = await serveRoom(implementation, { keepaliveInterval: 30, keepaliveGracePeriod: 30 })
    const client = await connect(port)
    for (let pings = 0; pings < 4; pings++) await once(client.ws, 'ping')
    expect(client.ws.readyState).toBe(client.ws.OPEN)
  })

  it('S2 closes with 1009 what sends more than maxReceivedMessageSize', async () => {
    const { port } = await serveRoom(implementation, {
      maxReceivedMessageSize: 1000,
      maxReceivedFrameSize: 1000,
    })
    const client = await connect(port)
    client.send('x'.repeat(1001))
    expect(await client.closed).toMatchObject({ code: 1009 })
  })

  it('S2 takes a message of maxReceivedMessageSize, 1 MiB unless told otherwise', async () => {
    // In fragments, for the frames of a stock server are limited too.
    const { port, joined } = await serveRoom(implementation)
    const client = await connect(port)
    const notified = once(await joined(), 'notification')
    const frame = JSON.stringify({ notification: true, method: 'x', data: { text: '' } })
    const text = frame.replace('""', `"${'x'.repeat(0x100000 - frame.length)}"`)
    for (let at = 0; at < text.length; at += 32768)
      client.ws.send(text.slice(at, at + 32768), { fin: at + 32768 >= text.length })
    const [{ data }] = await notified
    expect(data.text).toHaveLength(0x100000 - frame.length)
    for (let at = 0; at <= 0x100000; at += 32768) client.ws.send('x'.repeat(32768), { fin: at === 0x100000 })
    expect(await client.closed).toMatchObject({ code: 1009 })
  })

  it('S2 takes clients in on any path and negotiates no extension', async () => {
    const { port } = await serveRoom(implementation)
    const client = await connect(port, '/some/where?peerId=bob', { perMessageDeflate: true })
    expect(client.ws.extensions).toBe('')
  })

  it.each([
    [{}, true],
    [{ disableNagleAlgorithm: true }, true],
    [{ disableNagleAlgorithm: false }, false],
  ])('S2 with %j sets no delay to %s', async (options, noDelay) => {
    const { setNoDelay } = await socketCalls(implementation, options)
    expect(setNoDelay.mock.lastCall).toEqual([noDelay])
  })

  it('S2 leaves it to TCP to keep connections alive if told so', async () => {
    const options = { useNativeKeepalive: true, keepaliveInterval: 12_345 }
    const { setKeepAlive } = await socketCalls(implementation, options)
    expect(setKeepAlive).toHaveBeenCalledWith(true, 12_345)
  })

  it('S2 ignores options that it does not know', async () => {
    const options = { keepalive: true, colour: 'green', ignoreXForwardedFor: true }
    const { port } = await serveRoom(implementation, options)
    await connect(port)
  })
})

describe('server-lite', () => {
  it('S2 takes several HTTP servers', async () => {
    const first = await serve(lite)
    const second = await serve(lite)
    first.server.stop()
    second.server.stop()
    const server = new lite.WebSocketServer([first.http, second.http])
    const room = new lite.Room()
    let joined = 0
    server.on('connectionrequest', (_info, accept) => void room.createPeer(`peer ${++joined}`, accept()))
    await connect(first.port)
    await connect(second.port)
    expect(room.peers).toHaveLength(2)
    server.stop()
  })

  it('S2 pings no connection that is gone', async () => {
    const ping = vi.spyOn(WebSocket.prototype, 'ping')
    onTestFinished(() => ping.mockRestore())
    const { port, joined } = await serveRoom(lite, {
      keepaliveInterval: 20,
      dropConnectionOnKeepaliveTimeout: false,
    })
    const gone = await connect(port, '/?peerId=gone')
    const closed = once(await joined('gone'), 'close')
    gone.ws.close()
    await closed
    const stays = await connect(port, '/?peerId=stays')
    ping.mockClear()
    for (let pings = 0; pings < 3; pings++) await once(stays.ws, 'ping')
    expect(new Set(ping.mock.contexts).size).toBe(1)
  })

  it('S2 says what is missing or wrong', () => {
    expect(() => Reflect.construct(lite.WebSocketServer, [])).toThrow('httpServer must be')
    expect(() => Reflect.construct(lite.WebSocketServer, [{}])).toThrow(TypeError)
  })

  it('S2 destroys the socket of a client that does not answer a close within closeTimeout', async () => {
    const { port, joined } = await serveRoom(lite, { closeTimeout: 20 })
    const socket = handshake(port)
    const peer = await joined('raw')
    await answer(socket)
    const closed = gone(socket.resume())
    peer.close()
    await closed
  })
})
