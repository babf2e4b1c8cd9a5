/**
 * For an application's own unit tests: a server in memory, on mock-socket.
 *
 * ```ts
 * const server = new MockServer('ws://chat.test')
 * server.handle('join', ({ name }) => ({ members: [name] }))
 * const peer = createPeer('ws://chat.test', { WebSocket: server.WebSocket })
 * ```
 */
import {
  CLOSED_ON_PURPOSE,
  ConnectionLostError,
  type Data,
  type ProtooNotification,
  type RequestHandler,
  Rpc,
  SUBPROTOCOL,
} from '@protoo-kit/protocol'
import { type Client, Server, WebSocket } from 'mock-socket'
import type { WebSocketConstructor } from './websocket.js'

/** One connection, seen from the server. */
export interface MockClient {
  request(method: string, data?: unknown): Promise<Data>
  notify(method: string, data?: unknown): Promise<void>
  /** What the client has notified, oldest first. */
  readonly notifications: readonly ProtooNotification[]
  /** Closes the connection; 4000 is on purpose, and the client stays away. */
  close(code: number, reason?: string): void
}

/**
 * A protoo server without a network. What it does badly, it does on purpose:
 * {@link refuse}, {@link drop}, {@link kick}.
 */
export class MockServer {
  /** Give this to the peer as its `WebSocket` option. */
  readonly WebSocket: WebSocketConstructor = WebSocket
  /** The connections that are open. */
  readonly clients: Set<MockClient> = new Set()
  /** How many connections were dialled, the refused ones included. */
  dials = 0
  private readonly server: Server
  private readonly handlers = new Map<string, RequestHandler>()
  private refusing = false
  private waiting: ((client: MockClient) => void)[] = []

  /**
   * @param url where it listens, for clients with its `WebSocket` only
   * @throws Error when another mock server listens there
   */
  constructor(readonly url: string) {
    this.server = new Server(url, {
      mock: false,
      selectProtocol: () => SUBPROTOCOL,
      verifyClient: () => {
        this.dials++
        return !this.refusing
      },
    })
    this.server.on('connection', (socket) => this.welcome(socket))
  }

  /** Answers requests of one method from every client, those that come later included. */
  handle(method: string, handler: RequestHandler): this {
    this.handlers.set(method, handler)
    return this
  }

  /** The next client to connect. */
  connection(): Promise<MockClient> {
    return new Promise((resolve) => this.waiting.push(resolve))
  }

  /** Notifies every client. */
  notify(method: string, data?: unknown): void {
    for (const client of this.clients) client.notify(method, data)
  }

  /** Whether new connections fail from now on. */
  refuse(refusing = true): void {
    this.refusing = refusing
  }

  /** Breaks every connection, as a network does. */
  drop(): void {
    for (const client of this.clients) client.close(1006)
  }

  /** Closes every connection on purpose: the clients do not come back. */
  kick(): void {
    for (const client of this.clients) client.close(CLOSED_ON_PURPOSE, 'closed by protoo-server')
  }

  /** Drops every connection and frees the address. */
  stop(): void {
    this.drop()
    this.server.stop()
  }

  private welcome(socket: Client): void {
    const notifications: ProtooNotification[] = []
    const rpc = new Rpc(undefined, {
      send(_owner, text, sent) {
        socket.send(text)
        sent?.()
        return undefined
      },
      timeout: () => 30_000,
      // Looked up per request: `handle` may be called at any time.
      listeners: () => [
        (request, accept, reject) => {
          const handler = this.handlers.get(request.method)
          if (!handler) return reject(501, `no handler for "${request.method}"`)
          return Promise.resolve(handler(request.data, request)).then(accept)
        },
      ],
      notification: (_owner, notification) => notifications.push(notification),
      protocolError: () => {},
    })
    const client: MockClient = {
      request: (method, data) => rpc.request(method, data),
      notify: (method, data) => rpc.notify(method, data),
      notifications,
      close: (code, reason = '') => socket.close({ code, reason, wasClean: code !== 1006 }),
    }
    rpc.connected(() => {})
    socket.on('message', (frame) => rpc.receive(frame))
    socket.on('close', () => {
      this.clients.delete(client)
      rpc.disconnected(new ConnectionLostError(), true)
    })
    this.clients.add(client)
    for (const resolve of this.waiting.splice(0)) resolve(client)
  }
}
