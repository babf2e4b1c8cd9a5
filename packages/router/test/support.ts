/** An application on a real server, and clients that speak frames. Everything is closed when the test is over. */
import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { FakeClock } from '@protoo-kit/protocol/testing'
import { onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import {
  type Application,
  type ApplicationOptions,
  type Peer,
  protoo,
  type WebSocketOptions,
} from '../src/index.js'

// biome-ignore lint/suspicious/noExplicitAny: what a frame holds is what the test asserts
type Frame = any

export interface Bed {
  app: Application
  http: http.Server
  port: number
  clock: FakeClock
  /** A client that the application accepts under the names in its URL. */
  client(username: string, uuid?: string): Promise<Client>
  /** The peer of a client. */
  peer(username: string, uuid?: string): Peer
  /** Breaks a user's latest connection, without a word to either end. */
  cut(username: string): void
}

/** An HTTP server on a port of its own. */
export async function listen(): Promise<{ http: http.Server; port: number }> {
  const server = http.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return { http: server, port: (server.address() as AddressInfo).port }
}

/** An application that accepts everybody. Time stands still. */
export async function serve(
  options: ApplicationOptions = {},
  webSocketOptions: WebSocketOptions = {},
): Promise<Bed> {
  const clock = new FakeClock(1_000_000)
  const app = protoo({ clock, ...options }).set('env', 'test')
  const { http, port } = await listen()
  const sockets = new Map<string, Socket>()
  app.websocket(http, webSocketOptions, ({ req, socket }, accept) => {
    const query = new URL(req.url ?? '', 'ws://x').searchParams
    sockets.set(query.get('username') ?? '', socket)
    accept(query.get('username') ?? '', query.get('uuid') ?? '', { from: query.get('uuid') })
  })
  onTestFinished(() => app.close())
  return {
    app,
    http,
    port,
    clock,
    client: (username, uuid = 'phone') => connect(port, `/?${new URLSearchParams({ username, uuid })}`),
    peer(username, uuid = 'phone') {
      const peer = app.peer(username, uuid)
      if (!peer) throw new Error(`${username} is not there`)
      return peer
    },
    cut: (username) => sockets.get(username)?.destroy(),
  }
}

export interface Closed {
  code: number
  reason: string
}

export class Client {
  readonly closed: Promise<Closed>
  private readonly frames: Frame[] = []
  private readonly waiting: ((frame: Frame) => void)[] = []
  private lastId = 0

  constructor(readonly ws: WebSocket) {
    this.closed = new Promise((resolve) => {
      ws.on('close', (code, reason) => resolve({ code, reason: reason.toString() }))
    })
    ws.on('message', (data) => {
      const frame = JSON.parse(data.toString())
      const take = this.waiting.shift()
      if (take) take(frame)
      else this.frames.push(frame)
    })
    // What becomes of it is seen in `closed`.
    ws.on('error', () => {})
    onTestFinished(() => ws.terminate())
  }

  send(frame: unknown): void {
    this.ws.send(typeof frame === 'string' || frame instanceof Uint8Array ? frame : JSON.stringify(frame))
  }

  /** Sends a request. @returns its id */
  request(method: string, path: string, data?: object): number {
    const id = ++this.lastId
    this.send({ method, path, id, data })
    return id
  }

  /** Sends a request and takes the next frame, which is its answer if nothing else is sent. */
  async ask(method: string, path: string, data?: object): Promise<Frame> {
    this.request(method, path, data)
    return this.next()
  }

  reply(request: { id: number }, status: number, reason = '', data = {}): void {
    this.send({ id: request.id, status, reason, data })
  }

  /** The next frame, parsed. */
  next(): Promise<Frame> {
    if (this.frames.length > 0) return Promise.resolve(this.frames.shift())
    return new Promise((resolve) => this.waiting.push(resolve))
  }

  /**
   * What has come and was not taken, once the server has read all that was sent and its answers are here: it answers a ping in order.
   */
  async rest(): Promise<Frame[]> {
    this.ws.ping()
    await once(this.ws, 'pong')
    await turns()
    this.ws.ping()
    await once(this.ws, 'pong')
    return this.frames.splice(0)
  }

  async close(): Promise<void> {
    this.ws.close()
    await this.closed
  }
}

export function dial(port: number, path = '/', options: object = {}, protocols = ['protoo']): WebSocket {
  return new WebSocket(`ws://127.0.0.1:${port}${path}`, protocols, options)
}

/** Connects, and resolves when open. */
export async function connect(port: number, path = '/', options: object = {}): Promise<Client> {
  const client = new Client(dial(port, path, options))
  await once(client.ws, 'open')
  return client
}

/** How a dial was refused. */
export async function refused(ws: WebSocket): Promise<{ status: number; reason: string }> {
  ws.on('error', () => {})
  const [, response] = await once(ws, 'unexpected-response')
  ws.terminate()
  return { status: response.statusCode, reason: response.headers['x-websocket-reject-reason'] ?? '' }
}

/** A few turns of the event loop, for what must not happen. */
export async function turns(count = 5): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve))
}
