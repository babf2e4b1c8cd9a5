import ReconnectingWebSocket from 'reconnecting-websocket'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { Peer, type Transport, WebSocketTransport } from '../src/index.js'
import { ReconnectingWebSocketTransport } from '../src/reconnecting-websocket.js'
import { event } from './implementations.js'
import { type RawServer, startRawServer } from './raw-server.js'

/** What both transports must do alike; what only ours can is below. */
const transports: [name: string, create: (url: string, retries: number) => Transport][] = [
  [
    'WebSocketTransport',
    (url, retries) =>
      new WebSocketTransport(url, { retry: { retries, minTimeout: 5, maxTimeout: 10, minUptime: 0 } }),
  ],
  [
    'ReconnectingWebSocketTransport',
    (url, maxRetries) =>
      new ReconnectingWebSocketTransport(
        new ReconnectingWebSocket(url, 'protoo', {
          WebSocket,
          minReconnectionDelay: 5,
          maxReconnectionDelay: 10,
          minUptime: 0,
          maxRetries,
        }),
        { maxRetries },
      ),
  ],
]

let server: RawServer
const peers: Peer[] = []

beforeEach(async () => {
  server = await startRawServer()
})

afterEach(async () => {
  for (const peer of peers.splice(0)) peer.close()
  await server.stop()
})

describe.each(transports)('%s', (_, create) => {
  function connect(retries = 3) {
    const peer = new Peer(create(server.url, retries))
    peers.push(peer)
    const log: unknown[] = []
    peer.on('open', () => log.push('open'))
    peer.on('failed', (attempt) => log.push(`failed ${attempt}`))
    peer.on('disconnected', () => log.push('disconnected'))
    peer.on('close', ({ cause }) => log.push(`close ${cause}`))
    return { peer, log }
  }

  it('connects, with requests and notifications both ways', async () => {
    const { peer } = connect()
    const connection = await server.connection()
    if (!peer.connected) await event(peer, 'open')
    expect(connection.request.headers['sec-websocket-protocol']).toBe('protoo')
    const answer = peer.request('x', { a: 1 })
    const { id } = await connection.next()
    connection.send({ response: true, id, ok: true, data: { b: 2 } })
    expect(await answer).toEqual({ b: 2 })
    const notified = event(peer, 'notification')
    connection.send({ notification: true, method: 'y', data: { c: 3 } })
    expect(await notified).toEqual([{ notification: true, method: 'y', data: { c: 3 } }])
  })

  it('comes back after a drop, and rejects what was pending', async () => {
    const { peer, log } = connect()
    const connection = await server.connection()
    if (!peer.connected) await event(peer, 'open')
    const pending = expect(peer.request('x')).rejects.toMatchObject({ name: 'ConnectionLostError' })
    await connection.next()
    connection.socket.terminate()
    await event(peer, 'open')
    await pending
    expect(log).toEqual(['open', 'disconnected', 'open'])
  })

  it('stays away after 4000', async () => {
    const { peer, log } = connect()
    const connection = await server.connection()
    if (!peer.connected) await event(peer, 'open')
    connection.socket.close(4000)
    await event(peer, 'close')
    expect(log).toEqual(['open', 'close kicked'])
    expect(peer.closed).toBe(true)
  })

  it('gives up after its retries', async () => {
    server.refuseWith = 503
    const { peer, log } = connect(2)
    await event(peer, 'close')
    expect(log).toEqual(['failed 1', 'failed 2', 'failed 3', 'close exhausted'])
    expect(server.dials).toBe(3)
  })

  it('closes for good, at once, and rejects what is pending', async () => {
    const { peer, log } = connect()
    const connection = await server.connection()
    if (!peer.connected) await event(peer, 'open')
    const pending = expect(peer.request('x')).rejects.toThrow('peer closed')
    peer.close(4100, 'bye')
    expect(log.at(-1)).toBe('close local')
    await pending
    expect(await connection.closed).toBe(4100)
    await expect(peer.notify('x')).rejects.toThrow('transport closed')
  })

  it('rejects while not connected, and queues nothing', async () => {
    server.refuseWith = 503
    const { peer } = connect(50)
    await expect(peer.request('x')).rejects.toMatchObject({ name: 'NotConnectedError' })
    server.refuseWith = undefined
    const connection = await server.connection()
    if (!peer.connected) await event(peer, 'open')
    peer.notify('first')
    expect(await connection.next()).toMatchObject({ method: 'first' })
  })
})

describe('ReconnectingWebSocketTransport', () => {
  it('cannot be reconnected once closed: the library is stuck', async () => {
    const socket = new ReconnectingWebSocket(server.url, 'protoo', { WebSocket })
    const peer = new Peer(new ReconnectingWebSocketTransport(socket))
    peer.close()
    expect(() => peer.reconnect()).toThrow('make a new ReconnectingWebSocket')
  })

  it('waits for connect() over a socket made with startClosed', async () => {
    const socket = new ReconnectingWebSocket(server.url, 'protoo', { WebSocket, startClosed: true })
    const peer = new Peer(new ReconnectingWebSocketTransport(socket))
    peers.push(peer)
    expect(peer.status).toEqual({ state: 'idle' })
    peer.connect()
    await event(peer, 'open')
  })

  it('stays closed when a listener closes it as it connects', async () => {
    const socket = new ReconnectingWebSocket(server.url, 'protoo', { WebSocket, startClosed: true })
    const peer = new Peer(new ReconnectingWebSocketTransport(socket))
    peer.subscribe(() => peer.close())
    peer.connect()
    expect(peer.closed).toBe(true)
    expect(socket.readyState).toBe(WebSocket.CLOSED)
  })

  it('takes over a socket that is open already', async () => {
    const socket = new ReconnectingWebSocket(server.url, 'protoo', { WebSocket })
    await new Promise((resolve) => socket.addEventListener('open', resolve))
    const peer = new Peer(new ReconnectingWebSocketTransport(socket))
    peers.push(peer)
    expect(peer.connected).toBe(true)
    await event(peer, 'open')
  })
})
