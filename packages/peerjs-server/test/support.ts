import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { PeerServer as stockPeerServer } from 'peer'
import { onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { PeerServer, type PeerServerApp, type PeerServerOptions } from '../src/index.js'
import type { AnyServer } from '../src/options.js'

/** A broker that listens, ours or the original, with what its listeners heard. */
export interface Running {
  readonly port: number
  readonly app: PeerServerApp
  readonly server: AnyServer
  readonly heard: string[]
}

type Start = (options: PeerServerOptions, callback: (server: AnyServer) => void) => PeerServerApp

/** Both, by name. The original has fewer options and no `close`, which is all the difference in their types. */
export const both: Record<'peer' | 'ours', Start> = {
  peer: stockPeerServer as never,
  ours: PeerServer,
}

/** Starts a broker on a free port of this machine; it is gone when the test is over. */
export async function serve(options: PeerServerOptions = {}, start: Start = PeerServer): Promise<Running> {
  let app: PeerServerApp | undefined
  const server = await new Promise<AnyServer>((resolve) => {
    app = start({ host: '127.0.0.1', port: 0, ...options }, resolve)
  })
  if (!app) throw new Error('no app')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
    for (const socket of sockets.splice(0)) socket.terminate()
  })
  const heard: string[] = []
  app.on('connection', (client) => heard.push(`connection ${client.getId()}`))
  app.on('disconnect', (client) => heard.push(`disconnect ${client.getId()}`))
  app.on('error', (error) => heard.push(`error ${error.name}`))
  return { port: (server.address() as AddressInfo).port, app, server, heard }
}

/** From now on, `heard` has messages, too. A broker that has somebody listen to them reads them another way. */
export function hearMessages({ app, heard }: Running): void {
  app.on('message', (client, message) => {
    const sorted = Object.fromEntries(Object.entries(message).sort())
    heard.push(`message ${client.getId()} ${JSON.stringify(sorted)}`)
  })
}

const sockets: WebSocket[] = []

export interface ClientOptions {
  id?: string
  token?: string
  key?: string
  /** Of the WebSocket. Default `/peerjs`. */
  path?: string
  query?: string
  headers?: Record<string, string>
}

/** A client that writes down every frame, as it came. */
export class TestClient {
  readonly frames: string[] = []
  readonly closed: Promise<number>
  private taken = 0
  private readonly waiting = new Set<() => void>()
  private over = false

  private constructor(readonly socket: WebSocket) {
    sockets.push(socket)
    socket.on('message', (data) => {
      this.frames.push(String(data))
      this.wake()
    })
    socket.on('error', () => {})
    this.closed = new Promise((resolve) => {
      socket.on('close', (code) => {
        this.over = true
        this.wake()
        resolve(code)
      })
    })
  }

  /** Does not wait until it is open. */
  static dial(port: number, options: ClientOptions = {}): TestClient {
    const { id, token = id, key = 'peerjs', path = '/peerjs', headers = {} } = options
    const parameters = Object.entries({ key, id, token }).flatMap(([name, value]) =>
      value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
    )
    const query = options.query ?? parameters.join('&')
    return new TestClient(new WebSocket(`ws://127.0.0.1:${port}${path}?${query}`, { headers }))
  }

  /** Waits for OPEN. */
  static async open(port: number, id: string, options: ClientOptions = {}): Promise<TestClient> {
    const client = TestClient.dial(port, { id, ...options })
    const frame = await client.next()
    if (frame !== '{"type":"OPEN"}') throw new Error(`not OPEN but ${frame}`)
    return client
  }

  /** The next frame; rejects when the connection ends first. */
  async next(): Promise<string> {
    while (this.frames.length === this.taken) {
      if (this.over) throw new Error('closed')
      await new Promise<void>((resolve) => this.waiting.add(resolve))
    }
    return this.frames[this.taken++] ?? ''
  }

  send(message: unknown): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message))
  }

  /** Resolves when the broker has taken everything in that was sent before. */
  async settled(): Promise<void> {
    this.socket.ping()
    await once(this.socket, 'pong')
  }

  private wake(): void {
    for (const resolve of this.waiting) resolve()
    this.waiting.clear()
  }
}

/** The status of the answer to an upgrade request; 101 when it was granted. */
export async function upgradeStatus(
  port: number,
  path: string,
  headers: Record<string, string> = {},
): Promise<number> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers })
  sockets.push(socket)
  socket.on('error', () => {})
  return new Promise((resolve) => {
    socket.on('open', () => resolve(101))
    socket.on('unexpected-response', (_request, response: IncomingMessage) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
  })
}

/** What a server answers to these bytes, until it hangs up. */
export async function raw(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.write(text)
  let answer = ''
  for await (const chunk of socket) answer += chunk
  return answer
}
