import { once } from 'node:events'
import http from 'node:http'
import net, { type AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { WebSocketServer } from '../src/index.js'
import { answer, connect, gone, handshake, lite, serve, serveRoom } from './support.js'

/** What a dial that announces itself as of `address` is answered with. */
async function dialAs(port: number, address: string, peerId: string) {
  const socket = handshake(port, { 'X-Forwarded-For': address }, `/?peerId=${peerId}`)
  const { status, headers } = await answer(socket)
  return { socket, status, reason: headers['x-websocket-reject-reason'] }
}

describe('connections', () => {
  it('one more than may be is refused with 503, until one is gone', async () => {
    const bed = await serveRoom(lite, { limits: { connections: 2 } })
    const first = handshake(bed.port, {}, '/?peerId=a')
    expect((await answer(first)).status).toBe(101)
    expect((await answer(handshake(bed.port, {}, '/?peerId=b'))).status).toBe(101)
    const refused = await answer(handshake(bed.port, {}, '/?peerId=c'))
    expect(refused.status).toBe(503)
    expect(refused.headers['x-websocket-reject-reason']).toBe('too many connections')
    const left = once(await bed.joined('a'), 'close')
    first.destroy()
    await left
    expect((await answer(handshake(bed.port, {}, '/?peerId=d'))).status).toBe(101)
    expect(bed.server.limitHits).toEqual({ connections: 1 })
  })

  it('those that nobody has decided about count, and those that were refused do not', async () => {
    const { port, server } = await serve(lite, { limits: { connections: 1 } })
    server.on('connectionrequest', () => {})
    const asked = once(server, 'connectionrequest')
    const waiting = handshake(port)
    const [, , reject] = await asked
    expect((await answer(handshake(port))).status).toBe(503)
    reject(401)
    expect((await answer(waiting)).status).toBe(401)
    await gone(waiting)
    const next = once(server, 'connectionrequest')
    handshake(port)
    await next
  })
})

describe('connections from one address', () => {
  it('200 dials in a row from one address: those over the limit are 429, and others may still come', async () => {
    const warnings: string[] = []
    const logger = { warn: (message: string) => void warnings.push(message) }
    const bed = await serveRoom(lite, { trustProxy: 1, logger, limits: { connectionsPerAddress: 20 } })
    const dials = await Promise.all(
      Array.from({ length: 200 }, (_, index) => dialAs(bed.port, '203.0.113.9', `peer${index}`)),
    )
    const count = (status: number) => dials.filter((dial) => dial.status === status).length
    expect([count(101), count(429)]).toEqual([20, 180])
    expect(dials.find(({ status }) => status === 429)?.reason).toBe('too many connections from this address')
    expect(bed.room.peers).toHaveLength(20)
    expect(bed.server.limitHits).toEqual({ connectionsPerAddress: 180 })
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain('203.0.113.9')
    expect((await dialAs(bed.port, '203.0.113.10', 'other')).status).toBe(101)
    // Who goes makes room.
    const [first] = dials.filter(({ status }) => status === 101)
    const left = once(bed.http, 'left')
    for (const peer of bed.room.peers) peer.once('close', () => bed.http.emit('left'))
    first?.socket.destroy()
    await left
    expect((await dialAs(bed.port, '203.0.113.9', 'again')).status).toBe(101)
  })

  it('what a client has written before the proxy counts for nothing', async () => {
    const { port } = await serveRoom(lite, { trustProxy: 1, limits: { connectionsPerAddress: 1 } })
    expect((await dialAs(port, '1.1.1.1, 203.0.113.9', 'a')).status).toBe(101)
    expect((await dialAs(port, '2.2.2.2, 203.0.113.9', 'b')).status).toBe(429)
  })

  it('an IPv6 host has one /64', async () => {
    const { port } = await serveRoom(lite, { trustProxy: 1, limits: { connectionsPerAddress: 1 } })
    expect((await dialAs(port, '2001:db8::1', 'a')).status).toBe(101)
    expect((await dialAs(port, '2001:db8::2', 'b')).status).toBe(429)
    expect((await dialAs(port, '2001:db8:0:1::2', 'c')).status).toBe(101)
  })

  it('by default has no limit for private ones, such as a proxy’s, and no header changes that', async () => {
    const bed = await serveRoom(lite, {})
    const dials = Array.from({ length: 1010 }, (_, index) => dialAs(bed.port, '203.0.113.9', String(index)))
    for (const { status } of await Promise.all(dials)) expect(status).toBe(101)
  })
})

describe('a connection request that nobody decides about', () => {
  it('is 503 in the end, and accept() then gives a transport that is closed', async () => {
    const { port, server, room } = await serve(lite, { limits: { decisionTime: 50 } })
    const asked = once(server, 'connectionrequest')
    const socket = handshake(port)
    const [, accept, reject] = await asked
    const { status, headers } = await answer(socket)
    expect([status, headers['x-websocket-reject-reason']]).toEqual([503, 'no decision in time'])
    await gone(socket)
    reject(401)
    const peer = room.createPeer('late', accept())
    expect(peer.closed).toBe(true)
    expect((await once(peer, 'close'))[0]).toMatchObject({ code: 1006 })
    expect(server.limitHits).toEqual({ decisionTime: 1 })
  })

  it('is left to another server on the same HTTP server that has answered it', async () => {
    const { http: httpServer, port, server } = await serve(lite, { limits: { decisionTime: 30 } })
    server.on('connectionrequest', () => {})
    // One of another kind, which claims nothing.
    httpServer.on('upgrade', (_request, socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n')
      setTimeout(() => socket.end('over'), 300)
    })
    const socket = handshake(port)
    expect((await answer(socket)).status).toBe(101)
    let rest = ''
    for await (const chunk of socket) rest += chunk
    expect(rest).toBe('over')
    expect(server.limitHits).toEqual({})
  })
})

describe('500 sockets that send half a handshake', () => {
  it('are gone in the time that the HTTP server gives them, and meanwhile others come in', async () => {
    const httpServer = http.createServer({ headersTimeout: 1000, connectionsCheckingInterval: 100 })
    new WebSocketServer(httpServer).on('connectionrequest', (_info, accept) => accept())
    httpServer.listen(0, '127.0.0.1')
    await once(httpServer, 'listening')
    const { port } = httpServer.address() as AddressInfo
    const open = new Set<net.Socket>()
    onTestFinished(() => {
      for (const socket of open) socket.destroy()
      httpServer.close()
    })
    httpServer.on('connection', (socket) => {
      open.add(socket)
      socket.once('close', () => open.delete(socket))
    })
    const halves = Array.from({ length: 500 }, (_, index) => {
      const socket = net.connect(port, '127.0.0.1').on('error', () => {})
      const text = `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhl`
      socket.write(text.slice(0, 1 + (index % text.length)))
      socket.resume()
      return gone(socket)
    })
    const client = await connect(port)
    await Promise.all(halves)
    expect(client.ws.readyState).toBe(1)
    client.ws.terminate()
  })

  it('which has such a time by default', () => {
    expect(http.createServer().headersTimeout).toBeGreaterThan(0)
    expect(http.createServer().headersTimeout).toBeLessThanOrEqual(60_000)
  })
})
