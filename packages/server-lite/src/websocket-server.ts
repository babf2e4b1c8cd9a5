import { EventEmitter } from 'node:events'
import type { Server as HttpServer, IncomingMessage } from 'node:http'
import type { Server as HttpsServer } from 'node:https'
import type { Socket } from 'node:net'
import { CloseCode, guard, SESSION_SUBPROTOCOL } from '@protoo-kit/protocol'
import { backgroundClock } from './background-clock.js'
import { Backlog } from './backlog.js'
import { truncateReason } from './close.js'
import { Connection, type ConnectionSettings, nameOf } from './connection.js'
import { ConnectionCount } from './connection-count.js'
import {
  ConnectionRequest,
  type ConnectionRequestInfo,
  type Replies,
  RequestInfo,
} from './connection-request.js'
import { assertDrainOptions, type DrainOptions, drain } from './drain.js'
import { Handovers } from './handovers.js'
import { type Handshake, Refusal, readHandshake, takeCredentials } from './handshake.js'
import { Keepalive } from './keepalive.js'
import { LimitHits } from './limit-hits.js'
import type { LimitName } from './limits.js'
import { createLogger } from './logger.js'
import type { ServerGauges } from './metrics.js'
import { type ResolvedOptions, resolveOptions, type ServerOptions } from './options.js'
import { OriginPolicy } from './origin.js'
import { type Desk, draining, Resumptions, type Upgrade } from './resumptions.js'
import { Sessions } from './sessions.js'
import { claimUpgrade, ignoreError, isClaimed, sendRefusal } from './upgrade-claim.js'
import { Upgrader } from './upgrader.js'
import { WebSocketTransport } from './websocket-transport.js'

const logger = createLogger('WebSocketServer')

export type { ConnectionRequestInfo }

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
  private readonly keepalive: Keepalive<Connection> | undefined
  /** Those that neither `keepalive` nor `sessions` know of. */
  private readonly others = new Set<Connection>()
  private readonly sessions: Sessions | undefined
  private readonly handovers: Handovers | undefined
  private readonly resumptions: Resumptions | undefined
  private draining: Promise<void> | undefined
  private readonly hits: LimitHits
  private readonly connectionSettings: ConnectionSettings
  private readonly count: ConnectionCount

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
    const { allowedOrigins, logger, limits, proxies } = this.options
    this.origins = new OriginPolicy(allowedOrigins, logger, undefined, undefined, proxies)
    const { frames, maxBufferedBytes, meter } = this.options
    this.hits = new LimitHits(meter)
    const backlog = new Backlog(limits.totalBufferedBytes, this.hits)
    this.connectionSettings = { frames, maxBufferedBytes, limits, backlog, meter }
    this.count = new ConnectionCount(limits, proxies, logger, this.hits)
    this.upgrader = new Upgrader(this.options)
    if (this.options.keepalive && !this.options.useNativeKeepalive) {
      this.keepalive = new Keepalive({
        interval: this.options.keepaliveInterval,
        gracePeriod: this.options.keepaliveGracePeriod,
        drop: this.options.dropConnectionOnKeepaliveTimeout,
      })
    }
    const { session } = this.options
    if (session) {
      this.sessions = new Sessions(session, undefined, session.backplane !== undefined)
      if (session.backplane) this.handovers = new Handovers(session.backplane, this.sessions)
      this.resumptions = new Resumptions(this.desk(), this.sessions, this.handovers, this.options)
    }
    this.httpServers = toArray(httpServer)
    this.options.meter?.gauges(() => this.gauges)
    for (const server of this.httpServers) server.on('upgrade', this.onUpgrade)
  }

  /** What stands at this moment. */
  get gauges(): ServerGauges {
    const { sessions, away } = this.sessions?.counts ?? { sessions: 0, away: 0 }
    const connections = (this.keepalive?.size ?? 0) + this.others.size + sessions - away
    return { connections, sessions, away, draining: this.draining !== undefined }
  }

  /** How often each limit was hit, for those that were. */
  get limitHits(): Partial<Record<LimitName, number>> {
    return this.hits.all
  }

  /** Takes no more clients in. The HTTP server and the connected peers stay (S8). */
  stop(): void {
    logger.debug('stop()')
    for (const server of this.httpServers) server.off('upgrade', this.onUpgrade)
  }

  /**
   * Before a restart: takes no more clients in (503), closes those that are there (1012, after which they come back,
   * to another server), and resolves when their connections are gone. So do their sessions go, unless they can be handed over
   * (`session.backplane`): those wait here until another server has them. Peers and rooms hear of it as of any close.
   *
   * @returns the same promise each time
   * @throws TypeError when an option makes no sense
   */
  drain(options: DrainOptions = {}): Promise<void> {
    assertDrainOptions(options)
    logger.debug('drain()')
    this.draining ??= drain(
      [...(this.keepalive?.connections ?? []), ...this.others, ...(this.sessions?.transports ?? [])],
      options,
    ).then(() => {
      // Found while it began.
      for (const transport of this.sessions?.transports ?? []) transport.close(1012, draining().reason)
      this.handovers?.close()
    })
    return this.draining
  }

  // `_stream` is `request.socket`, with a wider type.
  private readonly onUpgrade = (request: IncomingMessage, _stream: unknown, head: Buffer): void => {
    const { authToken, resume } = takeCredentials(request)
    const handshake = this.check(request)
    if (handshake instanceof Refusal) {
      this.turnAway(request, handshake)
    } else {
      const info = new RequestInfo(request, handshake.origin as string, this.options.proxies)
      if (authToken !== undefined) info.authToken = authToken
      const upgrade = { request, head, handshake, info, resume }
      if (resume && handshake.subprotocol === SESSION_SUBPROTOCOL) this.resumptions?.resume(upgrade, resume)
      else this.ask(upgrade)
    }
    // Until it is answered nobody else listens, and a reset connection would end the process (S18).
    if (!isClaimed(request)) request.socket.on('error', ignoreError)
  }

  private readonly replies: Replies<Upgrade> = {
    given: ({ request }) => isClaimed(request),
    accept: (upgrade) => this.accept(upgrade),
    refuse: (upgrade, refusal) => this.refuse(upgrade, refusal),
    late: ({ request }) => new WebSocketTransport(undefined, nameOf(request.socket)),
  }

  private desk(): Desk {
    return {
      ask: (upgrade) => this.ask(upgrade),
      open: (upgrade) => this.open(upgrade),
      turnAway: (request, refusal) => this.turnAway(request, refusal),
      refuse: (upgrade, refusal) => this.refuse(upgrade, refusal),
      draining: () => this.draining !== undefined,
    }
  }

  /** Puts it to the application. */
  private ask(upgrade: Upgrade): void {
    const { request, info } = upgrade
    const connection = new ConnectionRequest(upgrade, this.replies)
    for (const listener of this.rawListeners('connectionrequest')) {
      guard(() => listener.call(this, info, connection.accept, connection.reject), connection.fail)
    }
    this.expireLater(connection, request.socket)
  }

  /** Refuses what nobody decides about in time. */
  private expireLater(connection: ConnectionRequest<Upgrade>, socket: Socket): void {
    const { decisionTime } = this.options.limits
    if (!connection.waiting || decisionTime === Number.POSITIVE_INFINITY) return
    const { bytesWritten } = socket
    const timer = backgroundClock.setTimeout(() => {
      socket.off('close', forget)
      // One that was written to has been answered by another server, of which this one knows nothing.
      if (socket.bytesWritten === bytesWritten && connection.expire()) this.hits.count('decisionTime')
    }, decisionTime)
    const forget = (): void => backgroundClock.clearTimeout(timer)
    socket.once('close', forget)
  }

  private check(request: IncomingMessage): Handshake | Refusal {
    if (this.draining) return draining()
    const handshake = readHandshake(request, this.sessions !== undefined)
    if (handshake instanceof Refusal) return handshake
    const reason = this.origins.refusal(handshake.origin, request)
    if (reason !== undefined) return new Refusal(403, reason)
    if (this.listenerCount('connectionrequest') === 0)
      return new Refusal(500, 'no listeners for "connectionrequest" event')
    return this.count.add(request) ?? handshake
  }

  private accept(upgrade: Upgrade): WebSocketTransport {
    const { request, handshake } = upgrade
    // Asked before, and answered only now.
    if (this.draining) this.turnAway(request, draining())
    const connection = this.draining ? undefined : this.open(upgrade)
    if (upgrade.coming) this.handovers?.decided(upgrade.coming.resume.token, request.socket)
    if (connection && handshake.subprotocol === SESSION_SUBPROTOCOL && this.sessions)
      return upgrade.coming
        ? this.sessions.receive(connection, upgrade.coming)
        : this.sessions.begin(connection, upgrade.resume)
    if (connection && this.keepalive) {
      connection.watch = this.keepalive
      this.keepalive.watch(connection)
    } else if (connection) {
      connection.watch = { forget: (ended) => this.others.delete(ended) }
      this.others.add(connection)
    }
    return connection
      ? new WebSocketTransport(connection)
      : new WebSocketTransport(undefined, nameOf(request.socket))
  }

  /** A browser shows a page nothing of a refusal but 1006: a client with sessions is told by a close code. */
  private refuse(upgrade: Upgrade, refusal: Refusal): void {
    const { request, handshake, coming } = upgrade
    if (coming) this.handovers?.decided(coming.resume.token, request.socket)
    if (handshake.subprotocol !== SESSION_SUBPROTOCOL || (refusal.status !== 401 && refusal.status !== 403))
      this.turnAway(request, refusal)
    else if (!isClaimed(request)) {
      this.options.meter?.refused(refusal.status)
      this.open(upgrade)?.close(CloseCode.NotAllowed, truncateReason(refusal.reason))
    }
  }

  /** Answers with an HTTP error, unless another server has answered. */
  private turnAway(request: IncomingMessage, refusal: Refusal): void {
    if (!claimUpgrade(request)) return
    this.options.meter?.refused(refusal.status)
    sendRefusal(request, refusal)
  }

  /** Answers 101. @returns undefined when the client has hung up */
  private open({ request, head, handshake }: Upgrade): Connection | undefined {
    claimUpgrade(request)
    const { socket } = request
    // The 101 and the first frames, as a session's, go out in one piece.
    socket.cork()
    const ws = this.upgrader.upgrade(request, socket, head, handshake)
    if (!ws) return
    if (this.options.keepalive && this.options.useNativeKeepalive)
      socket.setKeepAlive(true, this.options.keepaliveInterval)
    this.options.meter?.opened()
    const connection = new Connection(ws, socket, this.connectionSettings)
    connection.uncorkLater()
    return connection
  }
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
