/** Both servers behind one type, and raw clients to try them with. Everything is closed when the test is over. */
import { once } from 'node:events'
import http from 'node:http'
import { createRequire } from 'node:module'
import net, { type AddressInfo } from 'node:net'
import type { Data } from '@protoo-kit/protocol'
import { onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import * as ours from '../src/index.js'

export interface Implementation {
  Room: typeof ours.Room
  WebSocketServer: typeof ours.WebSocketServer
  version: string
}

export const stock: Implementation = createRequire(import.meta.url)('protoo-server')
export const lite: Implementation = ours
export const both: [name: string, implementation: Implementation][] = [
  ['protoo-server', stock],
  ['server-lite', lite],
]

export interface Bed {
  http: http.Server
  port: number
  server: ours.WebSocketServer
  room: ours.Room
}

/** A server of `implementation` on a port of its own, without listeners yet. */
export async function serve(implementation: Implementation, options: ours.ServerOptions = {}): Promise<Bed> {
  const httpServer = http.createServer()
  const sockets = new Set<net.Socket>()
  httpServer.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  const server = new implementation.WebSocketServer(httpServer, options)
  const room = new implementation.Room()
  httpServer.listen(0, '127.0.0.1')
  await once(httpServer, 'listening')
  onTestFinished(async () => {
    for (const peer of room.peers) peer.close()
    for (const socket of sockets) socket.destroy()
    httpServer.close()
    await once(httpServer, 'close')
  })
  return { http: httpServer, port: (httpServer.address() as AddressInfo).port, server, room }
}

/** The same, accepting everybody into the room under the `peerId` of the URL. */
export async function serveRoom(
  implementation: Implementation,
  options: ours.ServerOptions = {},
): Promise<Bed & { joined(peerId?: string): Promise<ours.Peer> }> {
  const bed = await serve(implementation, options)
  bed.server.on('connectionrequest', ({ request }, accept) => {
    const peerId = new URL(request.url ?? '', 'ws://x').searchParams.get('peerId') ?? 'ann'
    bed.room.createPeer(peerId, accept())
    bed.http.emit('joined', peerId)
  })
  const joined = async (peerId = 'ann'): Promise<ours.Peer> => {
    if (!bed.room.hasPeer(peerId)) for await (const [id] of joins(bed.http)) if (id === peerId) break
    const peer = bed.room.getPeer(peerId)
    if (!peer) throw new Error(`${peerId} is not there`)
    return peer
  }
  return { ...bed, joined }
}

async function* joins(emitter: http.Server): AsyncGenerator<Data[]> {
  while (true) yield await once(emitter, 'joined')
}

export interface Closed {
  code: number
  reason: string
}

/** A client that speaks frames, and says what comes back. */
export class Client {
  readonly closed: Promise<Closed>
  socket: net.Socket | undefined
  private readonly frames: string[] = []
  private readonly waiting: ((text: string) => void)[] = []

  constructor(readonly ws: WebSocket) {
    this.closed = new Promise((resolve) => {
      ws.on('close', (code, reason) => resolve({ code, reason: reason.toString() }))
    })
    ws.on('upgrade', ({ socket }) => {
      this.socket = socket
    })
    ws.on('message', (data) => {
      const take = this.waiting.shift()
      if (take) take(data.toString())
      else this.frames.push(data.toString())
    })
    // What becomes of it is seen in `closed`.
    ws.on('error', () => {})
    onTestFinished(() => ws.terminate())
  }

  send(frame: unknown): void {
    this.ws.send(typeof frame === 'string' || frame instanceof Uint8Array ? frame : JSON.stringify(frame))
  }

  /** What is sent meanwhile goes out in one piece. */
  cork(send: () => void): void {
    this.socket?.cork()
    send()
    this.socket?.uncork()
  }

  /** The next frame, parsed. Rejects when the connection ends instead. */
  async next(): Promise<Data> {
    const text = this.frames.shift() ?? (await Promise.race([this.coming(), this.end()]))
    return JSON.parse(text)
  }

  private coming(): Promise<string> {
    return new Promise((resolve) => this.waiting.push(resolve))
  }

  private async end(): Promise<never> {
    const { code, reason } = await this.closed
    throw new Error(`closed with ${code} ${reason}`)
  }
}

/** Connects, and resolves when open. */
export async function connect(port: number, path = '/', options: object = {}): Promise<Client> {
  const client = new Client(new WebSocket(`ws://127.0.0.1:${port}${path}`, ['protoo'], options))
  await once(client.ws, 'open')
  return client
}

/** A socket with a handshake sent, and nothing read yet. */
export function handshake(
  port: number,
  headers: Record<string, string | undefined> = {},
  path = '/?peerId=raw',
): net.Socket {
  const all: Record<string, string | undefined> = {
    Host: `127.0.0.1:${port}`,
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Protocol': 'protoo',
    ...headers,
  }
  const socket = net.connect(port, '127.0.0.1')
  socket.on('error', () => {})
  onTestFinished(() => {
    socket.destroy()
  })
  const lines = Object.entries(all).flatMap(([name, value]) =>
    value === undefined ? [] : `${name}: ${value}`,
  )
  socket.write(`GET ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`)
  return socket
}

export interface Response {
  statusLine: string
  status: number
  /** By lower-case name. */
  headers: Record<string, string>
  text: string
}

/** What the server answers to a handshake. The socket stays open. */
export async function answer(socket: net.Socket): Promise<Response> {
  let text = ''
  for await (const chunk of socket.setEncoding('latin1').iterator({ destroyOnReturn: false })) {
    text += chunk
    if (text.includes('\r\n\r\n')) break
  }
  const [statusLine = '', ...lines] = text.split('\r\n\r\n')[0]?.split('\r\n') ?? []
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const colon = line.indexOf(':')
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim()
  }
  return { statusLine, status: Number(statusLine.split(' ')[1]), headers, text }
}

/** When it has closed, with an error or without. */
export function gone(socket: net.Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()))
}

/** A few turns of the event loop, for what must not happen. */
export async function turns(count = 5): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve))
}
