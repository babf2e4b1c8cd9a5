import { EventEmitter } from 'node:events'
import type { Server as HttpServer, IncomingMessage } from 'node:http'
import type { Server as HttpsServer } from 'node:https'
import type { Socket } from 'node:net'
import { guard } from '@protoo-kit/protocol'
import { ConnectionRequest } from './connection-request.js'
import { type Handshake, Refusal, readHandshake, refusalResponse, takeAuthToken } from './handshake.js'
import { Keepalive } from './keepalive.js'
import { createLogger } from './logger.js'
import { type ResolvedOptions, resolveOptions, type ServerOptions } from './options.js'
import { OriginPolicy } from './origin.js'
import { Upgrader } from './upgrader.js'
import { WebSocketTransport } from './websocket-transport.js'

const logger = createLogger('WebSocketServer')

/** What a server has replied to: there may be several on one HTTP server, and the first reply counts. */
const answered = new WeakSet<IncomingMessage>()

/** What `connectionrequest` listeners are told (S5). */
export interface ConnectionRequestInfo {
  request: IncomingMessage
  /** The page's origin. Typed as in v4; in truth undefined for clients that are not browsers. */
  origin: string
  socket: Socket
  /** The client's `authToken`, decoded. It is nowhere in `request`. Do not log it. */
  authToken?: string
}

/** Answers 101 and returns the client's connection for `room.createPeer()`; a second call returns undefined. */
export type ConnectionRequestAcceptFn = () => WebSocketTransport

/** `()` answers 403, `(code, reason)`, `(code, error)`, `(error)` 500; a second call does nothing. */
export type ConnectionRequestRejectFn = (codeOrError?: number | Error, reason?: string | Error) => void

export interface WebSocketServerEvents {
  connectionrequest: [
    info: ConnectionRequestInfo,
    accept: ConnectionRequestAcceptFn,
    reject: ConnectionRequestRejectFn,
  ]
}

/**
 * Takes protoo clients in on a HTTP server of yours. Every upgrade request that
 * passes the checks (handshake, subprotocol, origin) is put to the
 * `connectionrequest` listeners, which accept or reject it, now or later. Where
 * several share an HTTP server, one whose listeners do neither leaves it to the others.
 */
export class WebSocketServer extends EventEmitter<WebSocketServerEvents> {
  private readonly httpServers: readonly (HttpServer | HttpsServer)[]
  private readonly options: ResolvedOptions
  private readonly origins: OriginPolicy
  private readonly upgrader: Upgrader
  private readonly keepalive: Keepalive | undefined

  /**
   * @param httpServer where clients come in, on any path; or several
   * @throws TypeError when an option is wrong
   */
  constructor(
    httpServer: HttpServer | HttpsServer | readonly (HttpServer | HttpsServer)[],
    options?: ServerOptions,
  ) {
    super()
    this.setMaxListeners(Number.POSITIVE_INFINITY)
    this.options = resolveOptions(options ?? {})
    this.origins = new OriginPolicy(this.options.allowedOrigins, this.options.logger)
    this.upgrader = new Upgrader(this.options)
    if (this.options.keepalive && !this.options.useNativeKeepalive) {
      this.keepalive = new Keepalive({
        interval: this.options.keepaliveInterval,
        gracePeriod: this.options.keepaliveGracePeriod,
        drop: this.options.dropConnectionOnKeepaliveTimeout,
      })
    }
    this.httpServers = toArray(httpServer)
    for (const server of this.httpServers) server.on('upgrade', this.onUpgrade)
  }

  /** Takes no more clients in. The HTTP server and the connected peers stay (S8). */
  stop(): void {
    logger.debug('stop()')
    for (const server of this.httpServers) server.off('upgrade', this.onUpgrade)
  }

  // `_stream` is `request.socket`, with a wider type.
  private readonly onUpgrade = (request: IncomingMessage, _stream: unknown, head: Buffer): void => {
    const { socket } = request
    // Until it is a WebSocket nobody else listens, and a reset connection would end the process (S18).
    socket.on('error', (error) => logger.debug('socket error: %s', error))
    const authToken = takeAuthToken(request)
    const handshake = this.check(request)
    if (handshake instanceof Refusal) {
      refuse(request, handshake)
      return
    }
    const connection = new ConnectionRequest({
      given: () => answered.has(request),
      accept: () => this.open(request, head, handshake),
      refuse: (refusal) => refuse(request, refusal),
    })
    const info: ConnectionRequestInfo = { request, origin: handshake.origin as string, socket }
    if (authToken !== undefined) info.authToken = authToken
    for (const listener of this.rawListeners('connectionrequest')) {
      guard(() => listener.call(this, info, connection.accept, connection.reject), connection.fail)
    }
  }

  private check(request: IncomingMessage): Handshake | Refusal {
    const handshake = readHandshake(request)
    if (handshake instanceof Refusal) return handshake
    const reason = this.origins.refusal(handshake.origin, request)
    if (reason !== undefined) return new Refusal(403, reason)
    if (this.listenerCount('connectionrequest') === 0)
      return new Refusal(500, 'no listeners for "connectionrequest" event')
    return handshake
  }

  private open(request: IncomingMessage, head: Buffer, handshake: Handshake): WebSocketTransport {
    answered.add(request)
    const { socket } = request
    const ws = this.upgrader.upgrade(request, socket, head, handshake)
    const { fragmentationThreshold, maxBufferedBytes } = this.options
    const transport = new WebSocketTransport(ws, socket, fragmentationThreshold, maxBufferedBytes)
    if (!ws) return transport
    if (this.options.keepalive && this.options.useNativeKeepalive)
      socket.setKeepAlive(true, this.options.keepaliveInterval)
    if (this.keepalive) {
      const watch = this.keepalive.watch({ ping: () => ws.ping(), drop: () => ws.terminate() })
      // Bytes rather than messages: a long one may take its time to arrive.
      socket.on('data', watch.received)
      transport.once('close', watch.stop)
    }
    return transport
  }
}

function refuse(request: IncomingMessage, refusal: Refusal): void {
  if (answered.has(request)) return
  answered.add(request)
  const { socket } = request
  logger.warn('refused: %d %s', refusal.status, refusal.reason)
  // With data unread, closing resets the connection, and the response may be lost.
  socket.resume()
  socket.once('finish', () => socket.destroy())
  socket.end(refusalResponse(refusal), 'latin1')
}

function toArray(
  httpServer: HttpServer | HttpsServer | readonly (HttpServer | HttpsServer)[],
): (HttpServer | HttpsServer)[] {
  const servers = [httpServer].flat()
  for (const server of servers) {
    if (typeof server?.on !== 'function')
      throw new TypeError(
        'httpServer must be an http.Server or https.Server: new WebSocketServer(httpServer)',
      )
  }
  return servers
}
