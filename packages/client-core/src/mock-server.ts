import {
  type AnyContract,
  CLOSED_ON_PURPOSE,
  type ClientSide,
  type Clock,
  ConnectionLostError,
  type Contract,
  type Data,
  type NotificationArguments,
  type NotificationMethod,
  type NotificationOf,
  type ProtooRequest,
  type RequestArguments,
  type RequestData,
  type RequestHandler,
  type RequestMethod,
  type RequestOptions,
  type RequestResult,
  Rpc,
  type ServerSide,
  SUBPROTOCOL,
} from '@protoo-kit/protocol'
import { type Client, Server, WebSocket } from 'mock-socket'
import { Gate } from './mock-freeze.js'
import type { Recording } from './recording.js'
import { Replay } from './replay.js'
import { UnansweredSocket } from './unanswered-socket.js'
import type { WebSocketConstructor } from './websocket.js'

/** One connection, seen from the server. */
export interface MockClient<C extends Contract = AnyContract> {
  request<M extends RequestMethod<ClientSide<C>>>(
    method: M,
    ...args: RequestArguments<ClientSide<C>, M, RequestOptions>
  ): Promise<RequestResult<ClientSide<C>, M>>
  notify<M extends NotificationMethod<ClientSide<C>>>(
    method: M,
    ...args: NotificationArguments<ClientSide<C>, M>
  ): Promise<void>
  /** What the client has notified, oldest first: at most the last thousand. */
  readonly notifications: readonly NotificationOf<ServerSide<C>>[]
  /** Closes the connection; 4000 is on purpose, and the client stays away. */
  close(code: number, reason?: string): void
}

export interface MockServerOptions {
  /** Time of its requests' timeouts; that of the peer, if it has one of its own. */
  clock?: Clock
}

/** What the server does with those who dial. */
type Behaviour = { does: 'serve' } | { does: 'refuse' } | { does: 'close'; code: number } | { does: 'freeze' }

const MOST_NOTIFICATIONS = 1000

/**
 * A protoo server without a network. What it does badly, it does on purpose: {@link refuses}, {@link acceptsThenCloses},
 * {@link freezes} and {@link restarts} until {@link serves}; {@link drop} and {@link kick} once.
 *
 * @typeParam C types handlers, and what is sent
 */
export class MockServer<C extends Contract = AnyContract> {
  /** Give this to the peer as its `WebSocket` option. */
  readonly WebSocket: WebSocketConstructor
  /** The connections that are open. */
  readonly clients: Set<MockClient<C>> = new Set()
  /** How many connections were dialled, the refused ones included. */
  dials = 0
  private readonly server: Server
  private readonly handlers = new Map<string, RequestHandler>()
  private readonly gate = new Gate()
  private readonly clock: Clock | undefined
  private behaviour: Behaviour = { does: 'serve' }
  private replaying: Replay | undefined
  private waiting: ((client: MockClient<C>) => void)[] = []

  /**
   * @param url where it listens, for clients with its `WebSocket` only
   * @throws Error when another mock server listens there
   */
  constructor(
    readonly url: string,
    { clock }: MockServerOptions = {},
  ) {
    this.clock = clock
    this.server = new Server(url, {
      mock: false,
      selectProtocol: () => SUBPROTOCOL,
      verifyClient: () => {
        this.dials++
        return this.behaviour.does !== 'refuse'
      },
    })
    this.server.on('connection', (socket) => this.welcome(socket))
    const dial = (url: string, protocols: string[]) => {
      if (this.behaviour.does !== 'freeze') return new WebSocket(url, protocols)
      this.dials++
      return new UnansweredSocket()
    }
    // A function that `new` takes as well: what it returns takes the place of `this`.
    this.WebSocket = new Proxy(WebSocket, { construct: (_target, [url, protocols]) => dial(url, protocols) })
  }

  /** Answers requests of one method from every client, those that come later included. A later handler takes its place. */
  handle<M extends RequestMethod<ServerSide<C>>>(
    method: M,
    handler: (
      data: RequestData<ServerSide<C>, M>,
      request: ProtooRequest<M, RequestData<ServerSide<C>, M>>,
    ) => RequestResult<ServerSide<C>, M> | Promise<RequestResult<ServerSide<C>, M>>,
  ): this
  handle(method: string, handler: RequestHandler): this {
    this.handlers.set(method, handler)
    return this
  }

  /** The next client to connect. */
  connection(): Promise<MockClient<C>> {
    return new Promise((resolve) => this.waiting.push(resolve))
  }

  /** Notifies every client. */
  notify<M extends NotificationMethod<ClientSide<C>>>(
    method: M,
    ...args: NotificationArguments<ClientSide<C>, M>
  ): void {
    for (const client of this.clients) client.notify(method, ...args)
  }

  /** Behaves again. What was held while it was frozen arrives now, both ways and in order. */
  serves(): this {
    this.behaviour = { does: 'serve' }
    this.gate.open()
    return this
  }

  /** Refuses connections from now on. Those that are open stay. */
  refuses(): this {
    this.behaviour = { does: 'refuse' }
    return this
  }

  /**
   * Accepts connections from now on, and closes each at once: what hammers a server whose clients take that for success.
   * @param code default 1011, as of a server that fails
   */
  acceptsThenCloses(code = 1011): this {
    this.behaviour = { does: 'close', code }
    return this
  }

  /**
   * Says nothing more, as a process that hangs or a network that swallows everything: open connections stay open, new ones
   * neither open nor fail.
   */
  freezes(): this {
    this.behaviour = { does: 'freeze' }
    this.gate.close()
    return this
  }

  /**
   * Goes down as for a new version: closes every connection with 1012 and refuses new ones.
   * @returns brings it up again
   */
  restarts(): () => void {
    this.refuses()
    for (const client of [...this.clients]) client.close(1012, 'restarting')
    return () => {
      this.serves()
    }
  }

  /** Whether new connections fail from now on: {@link refuses}, or {@link serves}. */
  refuse(refusing = true): void {
    if (refusing) this.refuses()
    else this.serves()
  }

  /** Breaks every connection, as a network does. */
  drop(): void {
    for (const client of [...this.clients]) client.close(1006)
  }

  /** Closes every connection on purpose: the clients do not come back. */
  kick(): void {
    for (const client of [...this.clients]) client.close(CLOSED_ON_PURPOSE, 'closed by protoo-server')
  }

  /**
   * From the next connection on, instead of handlers: what a server said in a recording, to a client that says what was said to it.
   * @param recording of a `Recorder`, or what `JSON.parse` made of one
   * @throws TypeError when it is none
   */
  replay(recording: Recording): Replay {
    this.replaying = new Replay(recording)
    return this.replaying
  }

  /** Drops every connection and frees the address. */
  stop(): void {
    this.gate.forget()
    this.drop()
    this.server.stop()
  }

  private welcome(socket: Client): void {
    const { behaviour, replaying } = this
    const shut = (code: number, reason = '') => socket.close({ code, reason, wasClean: code !== 1006 })
    if (behaviour.does === 'close') {
      shut(behaviour.code)
      return
    }
    const line = this.gate.line()
    const send = (text: string) => line.pass(() => socket.send(text))
    const notifications: NotificationOf<ServerSide<C>>[] = []
    const rpc = this.engine(send, notifications)
    const client: MockClient<C> = {
      request: (method: string, data?: unknown, options?: RequestOptions): Promise<Data> =>
        rpc.request(method, data, options),
      notify: (method: string, data?: unknown) => rpc.notify(method, data),
      notifications,
      close: shut,
    }
    rpc.connected(() => {})
    socket.on('message', (frame) =>
      line.pass(() => (replaying ? replaying.receive(frame) : rpc.receive(frame))),
    )
    socket.on('close', () => {
      line.cut()
      this.clients.delete(client)
      rpc.disconnected(() => new ConnectionLostError(), true)
    })
    this.clients.add(client)
    for (const resolve of this.waiting.splice(0)) resolve(client)
    replaying?.connected({ send, close: shut })
  }

  private engine(send: (text: string) => void, notifications: NotificationOf<ServerSide<C>>[]): Rpc {
    const hooks: ConstructorParameters<typeof Rpc>[1] = {
      send(_owner, text, sent) {
        send(text)
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
      notification: (_owner, notification) => {
        // What the contract promises of the client's messages is not checked here.
        notifications.push(notification as NotificationOf<ServerSide<C>>)
        if (notifications.length > MOST_NOTIFICATIONS) notifications.shift()
      },
      protocolError: () => {},
    }
    return new Rpc(undefined, hooks, this.clock)
  }
}
