import { EventEmitter } from 'node:events'
import type { Server as HttpServer } from 'node:http'
import type { Server as HttpsServer } from 'node:https'
import type { Clock } from '@protoo-kit/protocol'
import { type ServerOptions, WebSocketServer } from '@protoo-kit/server-lite'
import { backgroundClock } from './background-clock.js'
import { type ConnectionListener, connectionListener } from './connection-listener.js'
import { emitSafely } from './emit.js'
import { describeError, finalHandler, statusOf } from './final-handler.js'
import type { ParamHandler } from './handler.js'
import type { RequestMessage } from './message.js'
import { defineMethod, METHODS, type Method, type RouteMethod, type RouteMethods } from './methods.js'
import type { PathPattern } from './path-pattern.js'
import type { Peer } from './peer.js'
import { Peers } from './peers.js'
import { Request } from './request.js'
import type { Route } from './route.js'
import { Router, type RouterOptions } from './router.js'
import { type KnownSettings, Settings } from './settings.js'

declare module './context.js' {
  interface Context {
    readonly app: Application
  }
}

/** Longest path that is routed, in characters; the answer to a longer one is 400. */
const MAX_PATH = 2048

export interface ApplicationOptions {
  /** Most requests that may wait for one peer's answers; the answer to a further one is 503. Default 1000. */
  maxPending?: number | undefined
  /** Most characters of them. Default 16 Mi. */
  maxPendingLength?: number | undefined
  /** Time, for tests. */
  clock?: Clock | undefined
}

export interface ApplicationEvents {
  online: [peer: Peer]
  offline: [peer: Peer]
  /** A handler failed. The shipped versions' names are told as well: `routingError`, `routingerror`. */
  'error:route': [error: unknown]
  routingError: [error: unknown]
  routingerror: [error: unknown]
}

/** What `websocket()` takes: those of `WebSocketServer`, but for its sessions, in whose place there is the grace period. */
export type WebSocketOptions = Omit<ServerOptions, 'session'>

/** Peers, and the routes of their requests. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: defineMethod() adds what the interface says
export class Application extends EventEmitter<ApplicationEvents> {
  private readonly settings = new Settings()
  private readonly registry: Peers
  private readonly servers: { http: HttpServer | HttpsServer; server: WebSocketServer }[] = []
  private baseRouter: Router | undefined
  private isClosed = false

  constructor({
    maxPending = 1000,
    maxPendingLength = 2 ** 24,
    clock = backgroundClock,
  }: ApplicationOptions = {}) {
    super()
    this.setMaxListeners(Number.POSITIVE_INFINITY)
    this.registry = new Peers(
      {
        gracePeriod: () => (this.isClosed ? 0 : this.settings.gracePeriod),
        request: (peer, message) => this.receive(peer, message),
        online: (peer) => emitSafely(this, 'online', peer),
        offline: (peer) => emitSafely(this, 'offline', peer),
      },
      { clock, maxPending, maxPendingLength },
    )
  }

  set<Name extends keyof KnownSettings>(name: Name, value: KnownSettings[Name]): this
  set(name: string, value: unknown): this
  set(name: string, value: unknown): this {
    this.settings.set(name, value)
    return this
  }

  enable(name: string): this {
    return this.set(name, true)
  }

  disable(name: string): this {
    return this.set(name, false)
  }

  enabled(name: string): boolean {
    return this.settings.enabled(name)
  }

  disabled(name: string): boolean {
    return !this.enabled(name)
  }

  /**
   * Takes clients in on a HTTP server of yours, on any path, by the subprotocol `protoo` (L3).
   *
   * Options are those of `WebSocketServer`, and may be left out. Pages of other sites need `allowedOrigins`.
   *
   * @param listener is asked who the client is: `(info, accept, reject)`
   * @throws TypeError when an argument is not what it has to be
   */
  websocket(httpServer: HttpServer | HttpsServer, listener: ConnectionListener): this
  websocket(
    httpServer: HttpServer | HttpsServer,
    options: WebSocketOptions | undefined,
    listener: ConnectionListener,
  ): this
  websocket(
    http: HttpServer | HttpsServer,
    ...rest: [ConnectionListener] | [WebSocketOptions | undefined, ConnectionListener]
  ): this {
    const [options, listener] = rest.length === 1 ? [undefined, rest[0]] : rest
    if (typeof http?.listen !== 'function')
      throw new TypeError('websocket() requires an http.Server or https.Server')
    if (typeof listener !== 'function')
      throw new TypeError('websocket() requires a listener function: (info, accept, reject)')
    const server = new WebSocketServer(http, { ...options, session: false })
    server.on(
      'connectionrequest',
      connectionListener(
        listener,
        (username, uuid, data, accept) => {
          // Asked for before the end, answered after it.
          if (this.isClosed) return
          const transport = accept()
          if (!transport.closed) this.registry.connect(username, uuid, data, transport)
        },
        () => this.isClosed,
      ),
    )
    this.servers.push({ http, server })
    return this
  }

  /** Disconnects everybody (1001) and takes nobody in any more. @param closeServers closes the HTTP servers as well */
  close(closeServers = false): void {
    this.isClosed = true
    for (const { server } of this.servers) server.stop()
    for (const peer of this.registry.list()) peer.close(1001, 'shutting down')
    for (const { http } of closeServers ? this.servers : []) {
      // Of a server that does not listen it would be an error.
      if (!http.listening) continue
      http.close()
      http.closeIdleConnections()
    }
    this.servers.length = 0
  }

  route(path: PathPattern): Route {
    return this.router.route(path)
  }

  /** Adds a handler for parameters of the application's own routes; see `router.param()`. */
  param(name: string | readonly string[], handler: ParamHandler): this {
    this.router.param(name, handler)
    return this
  }

  /** A new router with the application's settings, unless the options say otherwise. */
  Router(options: RouterOptions = {}): Router {
    return new Router({
      ...options,
      caseSensitive: options.caseSensitive ?? this.enabled('case sensitive routing'),
      strict: options.strict ?? this.enabled('strict routing'),
    })
  }

  /**
   * How many peers there are of a user, of one device of the user, or at all; those in a grace period count.
   *
   * @param visit called with each of them; may take the place of any argument that is left out
   * @throws TypeError for a uuid without a username
   */
  peers(visit?: (peer: Peer) => void): number
  peers(username: string | null | undefined, visit?: (peer: Peer) => void): number
  peers(
    username: string | null | undefined,
    uuid: string | null | undefined,
    visit?: (peer: Peer) => void,
  ): number
  peers(...args: (string | null | undefined | ((peer: Peer) => void))[]): number {
    const [username, uuid] = args.map((arg) => (typeof arg === 'string' ? arg : undefined))
    const visit = args.find((arg) => typeof arg === 'function')
    if (uuid !== undefined && username === undefined)
      throw new TypeError('cannot provide uuid without username')
    const found = this.registry.list(username).filter((peer) => uuid === undefined || peer.uuid === uuid)
    if (visit) for (const peer of found) visit(peer)
    return found.length
  }

  /** The peer of a user on a device. */
  peer(username: string, uuid: string): Peer | undefined {
    return this.registry.get(username, uuid)
  }

  /** @internal Tells of an error that no handler took. */
  reportRouteError(error: unknown): void {
    const env = this.settings.get('env')
    // Clients can make as many mistakes as they like; those would only fill the log.
    if (env !== 'test' && statusOf(error) >= 500)
      console.error(`protoo: routing failed: ${describeError(error, env)}`)
    setImmediate(() => {
      for (const event of ['error:route', 'routingError', 'routingerror']) emitSafely(this, event, error)
    })
  }

  /** Made when it is first needed: by then the settings are there. */
  private get router(): Router {
    this.baseRouter ??= this.Router()
    return this.baseRouter
  }

  private receive(peer: Peer, message: RequestMessage): void {
    const req = Request.received(message, { app: this, peer })
    if (message.path.length > MAX_PATH) {
      req.reply(400, `the path is longer than ${MAX_PATH} characters`)
      return
    }
    this.router.handle(req, (error) => {
      const problem = finalHandler(req, error)
      if (problem) this.reportRouteError(problem.error)
    })
  }

  /** @internal */
  add(method: string | undefined, args: readonly unknown[]): this {
    this.router.add(method, args)
    return this
  }

  /** @internal */
  mount(args: readonly unknown[]): this {
    this.router.mount(args)
    return this
  }

  /** @internal With a name alone it is a setting, with handlers a route (L2). */
  getOrRoute(args: readonly unknown[]): unknown {
    const [name] = args
    return args.length === 1 && typeof name === 'string' ? this.settings.get(name) : this.add('get', args)
  }
}

export interface Application extends Omit<RouteMethods<Application>, 'get'> {
  /** Handlers for everything at or below a path, `/` if it is left out; see `router.use`. */
  use: RouteMethod<Application>
  /** A setting; with handlers, a route for the method `get`. */
  get: GetSetting & RouteMethod<Application>
}

export interface GetSetting {
  <Name extends keyof KnownSettings>(name: Name): KnownSettings[Name] | undefined
  // biome-ignore lint/suspicious/noExplicitAny: the application knows what it has set
  (name: string): any
}

/** Makes `app.METHOD()` exist. */
export function defineApplicationMethod(method: Method | string): void {
  defineMethod(Application, method, (app, args) => app.add(method, args))
}

METHODS.forEach(defineApplicationMethod)
defineMethod(Application, 'all', (app, args) => app.add(undefined, args))
defineMethod(Application, 'use', (app, args) => app.mount(args))
defineMethod(Application, 'get', (app, args) => app.getOrRoute(args))
