import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { ErrorCode } from '@protoo-kit/protocol'
import { hostname, hostOf, isSameHost, originList } from './origin.js'
import { Room } from './room.js'
import { WebSocketServer } from './websocket-server.js'
import type { WebSocketTransport } from './websocket-transport.js'

export interface DevServerOptions {
  /** Default 4443; 0 takes any free one. */
  port?: number
  /** Default `127.0.0.1`. */
  host?: string
  /** Origins whose pages may connect, besides those of the same host and of this machine; `*` for any. */
  corsOrigins?: readonly string[]
}

export interface DevServer {
  /** `ws://host:port` */
  readonly url: string
  /** Ids of the rooms that have members. */
  readonly rooms: string[]
  /** Closes every connection such that clients come back (1012), then the server. */
  close(): Promise<void>
}

const METHODS = ['ping', 'whoami', 'peers']
/** How long clients have to answer a close, in ms. */
const CLOSE_TIMEOUT = 1000

/**
 * Rooms to develop against, at `/?roomId=…&peerId=…`: notifications are relayed
 * to the others in the room, and the requests `ping`, `whoami` and `peers`
 * answered. A room is there as long as somebody is in it.
 *
 * @returns once it listens; rejects with Node's error (such as `EADDRINUSE`) when it cannot
 * @throws TypeError (rejects) when `corsOrigins` holds what is no origin
 */
export async function startDevServer(options: DevServerOptions = {}): Promise<DevServer> {
  const { port = 4443, host = '127.0.0.1', corsOrigins = [] } = options
  const rooms = new Map<string, Room>()
  const sockets = new Set<Socket>()
  const http = createServer((_request, response) => {
    response.writeHead(426, { 'Content-Type': 'text/plain; charset=utf-8' })
    response.end(
      'This is protoo-server-lite. Connect to it with a protoo client, at /?roomId=lobby&peerId=ann\n',
    )
  })
  const server = new WebSocketServer(http, {
    closeTimeout: CLOSE_TIMEOUT,
    allowedOrigins: corsOrigins.includes('*') ? '*' : developmentOrigins(corsOrigins),
  })
  server.on('connectionrequest', (info, accept, reject) => {
    const place = readPlace(info.request.url)
    if (typeof place === 'string') return reject(400, place)
    const { roomId, peerId } = place
    if (rooms.get(roomId)?.hasPeer(peerId))
      return reject(409, `peer "${peerId}" is in room "${roomId}" already: take another peerId`)
    join(rooms, roomId, peerId, accept())
  })
  http.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  http.listen(port, host)
  await once(http, 'listening')
  const address = http.address() as AddressInfo
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address
  return {
    url: `ws://${name}:${address.port}`,
    get rooms() {
      return [...rooms.keys()]
    },
    async close() {
      server.stop()
      const closed = new Promise<void>((resolve) => http.close(() => resolve()))
      for (const room of rooms.values()) for (const peer of room.peers) peer.close(1012, 'server is stopping')
      http.closeIdleConnections()
      const timer = setTimeout(() => {
        for (const socket of sockets) socket.destroy()
      }, CLOSE_TIMEOUT)
      await closed
      clearTimeout(timer)
    },
  }
}

function join(rooms: Map<string, Room>, roomId: string, peerId: string, transport: WebSocketTransport): void {
  const room = rooms.get(roomId) ?? new Room()
  rooms.set(roomId, room)
  const peer = room.createPeer(peerId, transport)
  peer.handle('ping', () => ({}))
  peer.handle('whoami', () => ({ peerId, roomId }))
  peer.handle('peers', () => ({ peers: room.peers.map(({ id }) => id) }))
  peer.on('request', ({ method }, _accept, reject) => {
    reject(ErrorCode.NotImplemented, `no method "${method}" here, only ${METHODS.join(', ')}`)
  })
  peer.on('notification', ({ method, data }) => room.broadcast(method, data, { except: peer }))
  peer.on('close', () => {
    if (room.peers.length > 0) return
    rooms.delete(roomId)
    room.close()
  })
}

/** @returns where the client wants to be, or what is wrong with its URL */
function readPlace(url = ''): { roomId: string; peerId: string } | string {
  const base = 'ws://localhost'
  if (!URL.canParse(url, base)) return 'invalid URL'
  const query = new URL(url, base).searchParams
  const roomId = query.get('roomId')
  const peerId = query.get('peerId')
  if (roomId && peerId) return { roomId, peerId }
  const missing = ['roomId', 'peerId'].filter((name) => !query.get(name))
  return `missing in the URL: ${missing.join(', ')}. Connect to /?roomId=lobby&peerId=ann`
}

/** As the default policy, but the names of this machine are one host: pages are often at `localhost`. */
function developmentOrigins(
  listed: readonly string[],
): (origin: string, request: IncomingMessage) => boolean {
  const isListed = originList(listed)
  return (origin, request) =>
    isSameHost(origin, request) ||
    isListed(origin) ||
    (isLoopback(hostname(origin)) && isLoopback(hostOf(request.headers.host)))
}

function isLoopback(host: string | undefined): boolean {
  return host !== undefined && /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(host)
}
