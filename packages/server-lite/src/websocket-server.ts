import { EventEmitter } from 'node:events'
import type { Server as HttpServer, IncomingMessage } from 'node:http'
import type { Server as HttpsServer } from 'node:https'
import { CloseCode, guard, type Resume, SESSION_SUBPROTOCOL } from '@protoo-kit/protocol'
import { truncateReason } from './close.js'
import { Connection, nameOf } from './connection.js'
import { ConnectionRequest, type ConnectionRequestInfo } from './connection-request.js'
import { assertDrainOptions, type DrainOptions, drain } from './drain.js'
import { reportFailure } from './emit.js'
import { Handovers } from './handovers.js'
import { type Handshake, Refusal, readHandshake, takeCredentials } from './handshake.js'
import { Keepalive } from './keepalive.js'
import { createLogger } from './logger.js'
import { type ResolvedOptions, resolveOptions, type ServerOptions } from './options.js'
import { OriginPolicy } from './origin.js'
import type { Peer } from './peer.js'
import type { Coming } from './portable-session.js'
import { Sessions } from './sessions.js'
import { claimUpgrade, isClaimed, refuseUpgrade } from './upgrade-claim.js'
import { Upgrader } from './upgrader.js'
import { WebSocketTransport } from './websocket-transport.js'

const logger = createLogger('WebSocketServer')

const DRAINING = 'the server restarts'

export type { ConnectionRequestInfo }

/** An upgrade request that passed the checks. */
interface Upgrade {
  readonly request: IncomingMessage
  readonly head: Buffer
  readonly handshake: Handshake
  readonly info: ConnectionRequestInfo
  /** The session that its client had. */
  resume?: Resume | undefined
  /** The one that it carries on, from another server. */
  coming?: Coming
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
  private readonly keepalive: Keepalive<Connection> | undefined
  /** Those that neither `keepalive` nor `sessions` know of. */
  private readonly others = new Set<Connection>()
  private readonly sessions: Sessions | undefined
  private readonly handovers: Handovers | undefined
  private draining: Promise<void> | undefined

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
    const { session } = this.options
    if (session) this.sessions = new Sessions(session, undefined, session.backplane !== undefined)
    if (session?.backplane && this.sessions) this.handovers = new Handovers(session.backplane, this.sessions)
    this.httpServers = toArray(httpServer)
    for (const server of this.httpServers) server.on('upgrade', this.onUpgrade)
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
      for (const transport of this.sessions?.transports ?? []) transport.close(1012, DRAINING)
      this.handovers?.close()
    })
    return this.draining
  }

  // `_stream` is `request.socket`, with a wider type.
  private readonly onUpgrade = (request: IncomingMessage, _stream: unknown, head: Buffer): void => {
    const { socket } = request
    // Until it is a WebSocket nobody else listens, and a reset connection would end the process (S18).
    socket.on('error', ignoreError)
    const { authToken, resume } = takeCredentials(request)
    const handshake = this.check(request)
    if (handshake instanceof Refusal) {
      refuseUpgrade(request, handshake)
      return
    }
    const info: ConnectionRequestInfo = { request, origin: handshake.origin as string, socket }
    if (authToken !== undefined) info.authToken = authToken
    const upgrade = { request, head, handshake, info, resume }
    if (resume && handshake.subprotocol === SESSION_SUBPROTOCOL) this.resume(upgrade, resume)
    else this.ask(upgrade)
  }

  /** Puts it to the application. */
  private ask(upgrade: Upgrade): void {
    const { request, info } = upgrade
    const connection = new ConnectionRequest({
      given: () => isClaimed(request),
      accept: () => this.accept(upgrade),
      refuse: (refusal) => this.refuse(upgrade, refusal),
    })
    for (const listener of this.rawListeners('connectionrequest')) {
      guard(() => listener.call(this, info, connection.accept, connection.reject), connection.fail)
    }
  }

  /** A client wants its session back. If there is none, it is one that comes for the first time. */
  private resume(upgrade: Upgrade, resume: Resume, authorized = !this.options.session?.authorize): void {
    if (isClaimed(upgrade.request)) return
    const closing = this.sessions?.closing(resume)
    const transport = this.sessions?.find(resume)
    if (closing) this.open(upgrade)?.close(closing.code, closing.reason)
    else if (!transport && this.handovers) void this.find(upgrade, resume, this.handovers)
    else if (!transport) this.ask(upgrade)
    else if (transport.outdated(resume))
      refuseUpgrade(upgrade.request, new Refusal(409, 'a newer attempt was first'))
    else if (!authorized && transport.peer) this.authorize(upgrade, resume, transport.peer as Peer)
    else if (transport.resumable(resume)) {
      const connection = this.open(upgrade)
      if (connection) transport.resume(connection, resume)
    } else {
      // Over before the application hears of the new one.
      transport.expire()
      this.ask(upgrade)
    }
  }

  /** Its session may be on another server. */
  private async find(upgrade: Upgrade, resume: Resume, handovers: Handovers): Promise<void> {
    const { request, info } = upgrade
    const found = await handovers.find(resume).catch((error) => {
      logger.warn('a session was not found: %s', error)
      return 'busy' as const
    })
    // It has taken its time, and the client may have dialled anew.
    if (isClaimed(request) || request.socket.destroyed) return
    if (this.draining) refuseUpgrade(request, new Refusal(503, DRAINING))
    // It has come over another connection meanwhile.
    else if (this.sessions?.find(resume)) this.resume(upgrade, resume)
    else if (found === 'outdated') refuseUpgrade(request, new Refusal(409, 'a newer attempt was first'))
    else if (found === 'busy' || !handovers.mayAsk(resume))
      refuseUpgrade(request, new Refusal(503, 'the session cannot be had at present'))
    else if (found === 'nowhere') this.ask(upgrade)
    else {
      const { room: roomId, peer: peerId, data } = found.parcel
      info.handover = { roomId, peerId, data }
      handovers.asking(resume, request.socket)
      this.ask({ ...upgrade, coming: { arrival: found, resume } })
    }
  }

  private authorize(upgrade: Upgrade, resume: Resume, peer: Peer): void {
    const failed = (error: unknown): void => {
      reportFailure('authorize')(error)
      this.refuse(upgrade, new Refusal(500, 'authorization failed'))
    }
    guard(async () => {
      const allowed = await this.options.session?.authorize?.(upgrade.info, peer)
      // Much may have happened meanwhile: everything is looked at again, and then done in one go.
      if (allowed) this.resume(upgrade, resume, true)
      else this.refuse(upgrade, new Refusal(403, 'not authorized'))
    }, failed)
  }

  private check(request: IncomingMessage): Handshake | Refusal {
    if (this.draining) return new Refusal(503, DRAINING)
    const handshake = readHandshake(request, this.sessions !== undefined)
    if (handshake instanceof Refusal) return handshake
    const reason = this.origins.refusal(handshake.origin, request)
    if (reason !== undefined) return new Refusal(403, reason)
    if (this.listenerCount('connectionrequest') === 0)
      return new Refusal(500, 'no listeners for "connectionrequest" event')
    return handshake
  }

  private accept(upgrade: Upgrade): WebSocketTransport {
    const { request, handshake } = upgrade
    // Asked before, and answered only now.
    if (this.draining) refuseUpgrade(request, new Refusal(503, DRAINING))
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
      refuseUpgrade(request, refusal)
    else if (!isClaimed(request))
      this.open(upgrade)?.close(CloseCode.NotAllowed, truncateReason(refusal.reason))
  }

  /** Answers 101. @returns undefined when the client has hung up */
  private open({ request, head, handshake }: Upgrade): Connection | undefined {
    claimUpgrade(request)
    const { socket } = request
    // The 101 and the first frames, as a session's, go out in one piece: they are gathered until the end of this turn too.
    socket.cork()
    queueMicrotask(() => process.nextTick(() => process.nextTick(() => socket.uncork())))
    const ws = this.upgrader.upgrade(request, socket, head, handshake)
    if (!ws) return
    // From now on `ws` listens.
    socket.off('error', ignoreError)
    if (this.options.keepalive && this.options.useNativeKeepalive)
      socket.setKeepAlive(true, this.options.keepaliveInterval)
    return new Connection(ws, socket, this.options)
  }
}

function ignoreError(error: Error): void {
  logger.debug('socket error: %s', error)
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
