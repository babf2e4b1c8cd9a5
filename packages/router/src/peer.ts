import { EventEmitter } from 'node:events'
import { type Clock, ProtocolError } from '@protoo-kit/protocol'
import type { CloseInfo, FrameRefusal, TransportReceiver, WebSocketTransport } from '@protoo-kit/server-lite'
import { emitSafely } from './emit.js'
import { parseMessage, type RequestMessage } from './message.js'
import { Outbox, type OutboxLimits } from './outbox.js'
import { Request } from './request.js'
import { type Data, Response } from './response.js'

declare module './context.js' {
  interface Context {
    readonly peer: Peer
  }
}

export interface PeerEvents {
  /** It has gone for good; the application has been told before. */
  offline: []
  /** Its connection was lost, and the grace period has begun. */
  disconnect: []
  /** It is back within the grace period. */
  reconnect: []
  /** It sent what is no message, which was dropped. */
  protocolerror: [error: ProtocolError]
}

/** Whom a peer tells: the peers of the application. */
export interface PeerHost {
  /** ms that a peer may be away. */
  gracePeriod(): number
  request(peer: Peer, message: RequestMessage): void
  /** It has gone for good. */
  offline(peer: Peer): void
}

export interface PeerSettings extends OutboxLimits {
  readonly clock: Clock
}

/** Where a peer is. */
type Presence =
  | { readonly name: 'online'; readonly transport: WebSocketTransport }
  | { readonly name: 'away'; readonly timer: unknown }
  | { readonly name: 'offline' }

/** A client that the application has accepted: a user on one device (L9). It is the same over the connections of a grace period. */
export class Peer extends EventEmitter<PeerEvents> {
  private presence: Presence = { name: 'offline' }
  private description: string
  private readonly outbox: Outbox
  /** Its requests that have no final answer. */
  private inFlight = 0

  /** @internal */
  constructor(
    readonly username: string,
    readonly uuid: string,
    /** The application's own, and of the middleware. Replaced by what `accept()` is given when it connects again. */
    public data: Data,
    private readonly host: PeerHost,
    private readonly settings: PeerSettings,
  ) {
    super()
    this.setMaxListeners(Number.POSITIVE_INFINITY)
    this.description = ''
    this.outbox = new Outbox(settings.clock, settings, (req, response, local) => {
      response.peer = this
      req.answered(response, local)
    })
  }

  /** Whether there is a connection at present. */
  get connected(): boolean {
    return this.presence.name === 'online'
  }

  /** The same, as the shipped versions call it. */
  get online(): boolean {
    return this.connected
  }

  /** Whether it has gone for good. Neither online nor offline is a peer in its grace period. */
  get offline(): boolean {
    return this.presence.name === 'offline'
  }

  /** The same. */
  get closed(): boolean {
    return this.offline
  }

  /** How many requests to it wait for an answer. */
  get pending(): number {
    return this.outbox.size
  }

  /**
   * Sends a request, or forwards one. Its answers are told by the request's `incomingResponse`; without one, the request
   * is answered here: 408 after 10 s (a session 120 s), 410 when the peer is offline, 503 when too many wait for it already.
   */
  send(req: Request): void {
    if (!(req instanceof Request))
      throw new TypeError('peer.send() takes a request: the one received, or one made by protoo.request()')
    if (this.offline) this.outbox.fail(req, 'offline')
    else this.outbox.send(req)
  }

  /**
   * Gives a request up that the peer has not answered: it is answered 487 here. A session that the peer was offered is ended there.
   * @param end the request to end it with; default one of our own
   */
  cancel(req: Request, end?: Request): void {
    this.outbox.cancel(req, end)
  }

  /**
   * Disconnects it, without a grace period. Does nothing when it is offline.
   *
   * @param reason at most 123 bytes of UTF-8
   * @throws TypeError, RangeError when a close frame cannot carry them; nothing is closed then
   */
  close(code: number = 1000, reason: string = 'normal closure'): void {
    const { presence } = this
    if (presence.name === 'offline') return
    if (presence.name === 'online') {
      presence.transport.close(code, reason)
      // Over already, if that came back to `lost`.
      if (this.offline) return
    }
    this.leave()
  }

  override toString(): string {
    return `[username:${this.username} | uuid:${this.uuid} | transport:${this.description}]`
  }

  /** @internal Has its answer to a request sent. */
  respond(response: Response): void {
    if (response.isFinal) this.inFlight--
    if (!this.offline) this.outbox.respond(response)
  }

  /**
   * It is connected: for the first time, again, or instead of by the connection that there is.
   * @internal
   */
  attach(transport: WebSocketTransport): void {
    const before = this.presence
    this.presence = { name: 'online', transport }
    // `WS:[ip]:port`, in the shape of upstream.
    this.description = `${transport}`.replace(/^(\w+):\[(.*)\]:(\d+)$/, '$1/$2/$3')
    if (before.name === 'away') this.settings.clock.clearTimeout(before.timer)
    else if (before.name === 'online') before.transport.close(3000, 'online elsewhere')
    transport.attach(this.receiver(transport))
    this.outbox.connected((text) => {
      try {
        transport.sendText(text)
        return true
      } catch {
        // The connection is ending: what was to be sent waits for the next, if there is one.
        return false
      }
    })
    if (before.name === 'away') emitSafely(this, 'reconnect')
  }

  private receiver(transport: WebSocketTransport): TransportReceiver {
    const current = (): boolean => this.presence.name === 'online' && this.presence.transport === transport
    return {
      receive: (frame) => {
        if (current()) this.receive(frame, transport)
      },
      refuse: (frame, refusal) => {
        if (current()) this.refuse(frame, refusal)
      },
      expects: (frame) => {
        // Read twice, but only above the rate.
        const message = this.pending > 0 ? parseMessage(frame) : undefined
        return message !== undefined && 'status' in message
      },
      ended: (info) => {
        if (current()) this.lost(info)
      },
      // Those of a transport in a protoo session, which this never is.
      away() {},
      back() {},
    }
  }

  private receive(frame: unknown, transport: WebSocketTransport): void {
    const message = parseMessage(frame)
    if (message instanceof ProtocolError) emitSafely(this, 'protocolerror', message)
    else if (message.type === 'response') {
      const { id, status, reason, data } = message
      if (this.outbox.receive(id, status, reason, data)) transport.notCounted()
    } else {
      const refusal = transport.refusalOf(message, this.inFlight)
      if (refusal) this.answer(message, refusal)
      else {
        this.inFlight++
        this.host.request(this, message)
      }
    }
  }

  /** One over a limit of the server. */
  private refuse(frame: unknown, refusal: FrameRefusal): void {
    const message = parseMessage(frame)
    if ('type' in message && message.type === 'request') this.answer(message, refusal)
  }

  private answer({ id }: RequestMessage, { code, reason }: FrameRefusal): void {
    this.outbox.respond(new Response(id, code, reason))
  }

  private lost({ cause }: CloseInfo): void {
    const period = this.host.gracePeriod()
    if (cause === 'local' || period <= 0) {
      this.leave()
      return
    }
    this.outbox.disconnected()
    this.presence = { name: 'away', timer: this.settings.clock.setTimeout(() => this.leave(), period) }
    emitSafely(this, 'disconnect')
  }

  private leave(): void {
    if (this.presence.name === 'away') this.settings.clock.clearTimeout(this.presence.timer)
    this.presence = { name: 'offline' }
    this.outbox.offline()
    this.host.offline(this)
    emitSafely(this, 'offline')
  }
}
