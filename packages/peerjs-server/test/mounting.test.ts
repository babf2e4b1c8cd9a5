import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { get } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { WebSocketServer as ProtooServer, Room } from '@protoo-kit/server-lite'
import express from 'express'
import * as peer from 'peer'
import { describe, expect, it, onTestFinished } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import * as ours from '../src/index.js'
import { serve, TestClient, upgradeStatus } from './support.js'

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return (server.address() as AddressInfo).port
}

describe.each(Object.entries({ peer, ours }))('ExpressPeerServer of %s (J10)', (_, { ExpressPeerServer }) => {
  it('serves where it is mounted, from then on', async () => {
    const app = express()
    const server = createServer(app)
    const port = await listen(server)
    app.use('/calls', ExpressPeerServer(server as never, { path: '/broker', allow_discovery: true }) as never)
    await TestClient.open(port, 'a', { path: '/calls/broker/peerjs' })
    expect(await (await fetch(`http://127.0.0.1:${port}/calls/broker/x/peers`)).json()).toEqual(['a'])
    expect(await upgradeStatus(port, '/broker/peerjs')).toBe(400)
  })

  it('says that it needs a server', () => {
    const app = ExpressPeerServer(undefined as never)
    expect(() => express().use('/', app as never)).toThrow(
      "Server is not passed to constructor - can't start PeerServer",
    )
  })

  it('makes its WebSocket server with yours', async () => {
    const app = express()
    const server = createServer(app)
    const port = await listen(server)
    const made: unknown[] = []
    const createWebSocketServer = (options: ConstructorParameters<typeof WebSocketServer>[0]) => {
      made.push(options?.path, options?.server === server)
      return new WebSocketServer({ ...options, perMessageDeflate: { threshold: 0 } })
    }
    app.use('/', ExpressPeerServer(server as never, { createWebSocketServer }) as never)
    const a = await TestClient.open(port, 'a')
    expect(a.socket.extensions).toBe('permessage-deflate')
    a.send({ type: 'OFFER', dst: 'a', payload: 'é'.repeat(5000) })
    expect(await a.next()).toBe(`{"type":"OFFER","src":"a","dst":"a","payload":"${'é'.repeat(5000)}"}`)
    const taken = TestClient.dial(port, { id: 'a', token: 'other' })
    expect(await taken.next()).toContain('ID-TAKEN')
    expect(made).toEqual(['/peerjs', true])
  })
})

describe('a WebSocket server of yours', () => {
  it('that passes the checks on refuses whom they refuse', async () => {
    const { port } = await serve({
      createWebSocketServer: (options) => new WebSocketServer(options),
      allowedOrigins: ['https://a.example.com'],
      logger: { warn: () => {} },
    })
    expect(await upgradeStatus(port, '/peerjs', { Origin: 'https://b.example.com' })).toBe(403)
    expect(await upgradeStatus(port, '/peerjs', { Origin: 'https://a.example.com' })).toBe(101)
  })

  it('that drops the checks lets nobody in, and says so', async () => {
    const { port, app } = await serve({
      createWebSocketServer: ({ path, server }) =>
        new WebSocketServer({ ...(path && { path }), ...(server && { server }) }),
    })
    const failed = once(app, 'error')
    expect(await TestClient.dial(port, { id: 'a' }).closed).toBe(1011)
    expect(String((await failed)[0])).toContain('must pass on the option verifyClient')
  })
})

describe('on one HTTP server', () => {
  it.each(['before', 'after'])('protoo clients and PeerJS clients come in, %s the other', async (order) => {
    const app = express()
    const server = createServer(app)
    const room = new Room()
    const protoo = () =>
      new ProtooServer(server).on('connectionrequest', (_, accept) => void room.createPeer('p', accept()))
    if (order === 'before') protoo()
    app.use('/calls', ours.ExpressPeerServer(server))
    if (order === 'after') protoo()
    const port = await listen(server)
    await TestClient.open(port, 'a', { path: '/calls/peerjs' })
    const socket = new WebSocket(`ws://127.0.0.1:${port}/`, 'protoo')
    await once(socket, 'open')
    expect(room.hasPeer('p')).toBe(true)
    room.close()
    await once(socket, 'close')
  })

  it('there may be two, at different paths alone', async () => {
    const app = express()
    const server = createServer(app)
    const port = await listen(server)
    const first = ours.ExpressPeerServer(server)
    app.use('/one', first)
    app.use('/two', ours.ExpressPeerServer(server))
    expect(() => app.use('/two', ours.ExpressPeerServer(server))).toThrow('has the path /two/peerjs')
    await TestClient.open(port, 'a', { path: '/one/peerjs' })
    await TestClient.open(port, 'a', { path: '/two/peerjs', token: 'another' })
    expect(await upgradeStatus(port, '/three/peerjs')).toBe(400)
    await first.close()
    expect(await upgradeStatus(port, '/one/peerjs')).toBe(400)
    await TestClient.open(port, 'b', { path: '/two/peerjs' })
    expect(server.listening).toBe(true)
  })
})

describe('ssl', () => {
  it('makes it an HTTPS server', async () => {
    const read = (name: string) => readFileSync(join(import.meta.dirname, 'fixtures', name))
    const { port } = await serve({ ssl: { key: read('test-key.pem'), cert: read('test-cert.pem') } })
    const [response] = await once(
      get(`https://127.0.0.1:${port}/`, { rejectUnauthorized: false }),
      'response',
    )
    response.resume()
    expect(response.statusCode).toBe(200)
    const socket = new WebSocket(`wss://127.0.0.1:${port}/peerjs?key=peerjs&id=a&token=a`, {
      rejectUnauthorized: false,
    })
    const [frame] = await once(socket, 'message')
    expect(String(frame)).toBe('{"type":"OPEN"}')
    socket.send('{"type":"OFFER","payload":1,"dst":"a"}')
    expect(String((await once(socket, 'message'))[0])).toBe(
      '{"type":"OFFER","src":"a","dst":"a","payload":1}',
    )
    socket.terminate()
  })
})
