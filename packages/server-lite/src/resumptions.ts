import type { IncomingMessage } from 'node:http'
import { guard, type Resume } from '@protoo-kit/protocol'
import type { Connection } from './connection.js'
import type { ConnectionRequestInfo } from './connection-request.js'
import { reportFailure } from './emit.js'
import type { Handovers } from './handovers.js'
import { type Handshake, Refusal } from './handshake.js'
import { createLogger } from './logger.js'
import type { ResolvedOptions } from './options.js'
import type { Peer } from './peer.js'
import type { Coming } from './portable-session.js'
import type { Sessions } from './sessions.js'
import { isClaimed } from './upgrade-claim.js'

const logger = createLogger('WebSocketServer')

/** An upgrade request that passed the checks. */
export interface Upgrade {
  readonly request: IncomingMessage
  readonly head: Buffer
  readonly handshake: Handshake
  readonly info: ConnectionRequestInfo
  /** The session that its client had. */
  resume?: Resume | undefined
  /** The one that it carries on, from another server. */
  coming?: Coming
}

/** What a server does with upgrade requests. */
export interface Desk {
  /** Puts it to the application. */
  ask(upgrade: Upgrade): void
  /** Answers 101. @returns undefined when the client has hung up */
  open(upgrade: Upgrade): Connection | undefined
  /** Answers with an HTTP error. */
  turnAway(request: IncomingMessage, refusal: Refusal): void
  /** Answers so that a page can see why. */
  refuse(upgrade: Upgrade, refusal: Refusal): void
  /** Whether nobody is taken in any more. */
  draining(): boolean
}

export function draining(): Refusal {
  return new Refusal(503, 'the server restarts')
}

/** Gives clients their sessions back (PROTOCOL.md §7.6). */
export class Resumptions {
  constructor(
    private readonly desk: Desk,
    private readonly sessions: Sessions,
    private readonly handovers: Handovers | undefined,
    private readonly options: ResolvedOptions,
  ) {}

  /** A client wants its session back. If there is none, it is one that comes for the first time. */
  resume(upgrade: Upgrade, resume: Resume, authorized: boolean = !this.options.session?.authorize): void {
    if (isClaimed(upgrade.request)) return
    const { meter } = this.options
    const closing = this.sessions.closing(resume)
    const transport = this.sessions.find(resume)
    if (closing) {
      meter?.resume('closed')
      this.desk.open(upgrade)?.close(closing.code, closing.reason)
    } else if (!transport && this.handovers) void this.find(upgrade, resume, this.handovers)
    else if (!transport) {
      meter?.resume('unknown')
      this.desk.ask(upgrade)
    } else if (transport.outdated(resume)) {
      meter?.resume('outdated')
      this.desk.turnAway(upgrade.request, new Refusal(409, 'a newer attempt was first'))
    } else if (!authorized && transport.peer) this.authorize(upgrade, resume, transport.peer as Peer)
    else if (transport.resumable(resume)) {
      const connection = this.desk.open(upgrade)
      if (!connection) return
      transport.resume(connection, resume)
      meter?.resume('resumed')
    } else {
      meter?.resume('mismatch')
      // Over before the application hears of the new one.
      transport.expire()
      this.desk.ask(upgrade)
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
    if (this.desk.draining()) this.desk.turnAway(request, draining())
    // It has come over another connection meanwhile.
    else if (this.sessions.find(resume)) this.resume(upgrade, resume)
    else if (found === 'outdated') this.desk.turnAway(request, new Refusal(409, 'a newer attempt was first'))
    else if (found === 'busy' || !handovers.mayAsk(resume))
      this.desk.turnAway(request, new Refusal(503, 'the session cannot be had at present'))
    else if (found === 'nowhere') {
      this.options.meter?.resume('unknown')
      this.desk.ask(upgrade)
    } else {
      const { room: roomId, peer: peerId, data } = found.parcel
      info.handover = { roomId, peerId, data }
      this.options.meter?.resume('handover')
      handovers.asking(resume, request.socket)
      this.desk.ask({ ...upgrade, coming: { arrival: found, resume } })
    }
  }

  private authorize(upgrade: Upgrade, resume: Resume, peer: Peer): void {
    const refuse = (refusal: Refusal): void => {
      this.options.meter?.resume('unauthorized')
      this.desk.refuse(upgrade, refusal)
    }
    const failed = (error: unknown): void => {
      reportFailure('authorize')(error)
      refuse(new Refusal(500, 'authorization failed'))
    }
    guard(async () => {
      const allowed = await this.options.session?.authorize?.(upgrade.info, peer)
      // Much may have happened meanwhile: everything is looked at again, and then done in one go.
      if (allowed) this.resume(upgrade, resume, true)
      else refuse(new Refusal(403, 'not authorized'))
    }, failed)
  }
}
