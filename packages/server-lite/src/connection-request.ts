import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Data } from '@protoo-kit/protocol'
import { reportFailure } from './emit.js'
import { Refusal } from './handshake.js'
import { createLogger } from './logger.js'
import type { Proxies } from './proxies.js'
import { textOf } from './text.js'
import type { WebSocketTransport } from './websocket-transport.js'

const logger = createLogger('WebSocketServer')

/** What `connectionrequest` listeners are told (S5). */
export interface ConnectionRequestInfo {
  request: IncomingMessage
  /** The page's origin. Typed as in v4; in truth undefined for clients that are not browsers. */
  origin: string
  socket: Socket
  /** The client's `authToken`, decoded. It is nowhere in `request`. Do not log it. */
  authToken?: string
  /** Where the client comes from: behind proxies that `trustProxy` names, what they say. Empty once it has gone. */
  address: string
  /** Whether the client's own connection is encrypted, likewise. */
  secure: boolean
  /**
   * The client's session comes from another server, and goes on if it becomes the same peer in the same room. Otherwise, or
   * when it is rejected, it does not.
   */
  handover?: { readonly roomId: string; readonly peerId: string; readonly data: Data }
}

/** Reads where a client comes from only when it is asked for: that is a system call for each. */
export class RequestInfo implements ConnectionRequestInfo {
  declare readonly socket: Socket
  declare authToken?: string
  declare handover?: { readonly roomId: string; readonly peerId: string; readonly data: Data }
  // Not for programs that go through its properties.
  readonly #proxies: Proxies

  constructor(
    readonly request: IncomingMessage,
    readonly origin: string,
    proxies: Proxies,
  ) {
    this.socket = request.socket
    this.#proxies = proxies
  }

  get address(): string {
    return this.#proxies.addressOf(this.request)
  }

  get secure(): boolean {
    return this.#proxies.isSecure(this.request)
  }
}

/** What a server does with the requests that its application decides about. */
export interface Replies<Upgrade> {
  /** Whether another server on the same HTTP server has replied. */
  given(upgrade: Upgrade): boolean
  /** Answers 101. */
  accept(upgrade: Upgrade): WebSocketTransport
  /** Answers with an HTTP error. */
  refuse(upgrade: Upgrade, refusal: Refusal): void
  /** The transport of a client that is not there any more. */
  late(upgrade: Upgrade): WebSocketTransport
}

/** One upgrade request in the application's hands: the first reply counts (S5). */
export class ConnectionRequest<Upgrade> {
  /** `late` is one that nobody has decided about in time. */
  private state: 'waiting' | 'accepted' | 'rejected' | 'late' = 'waiting'
  private transport: WebSocketTransport | undefined

  constructor(
    private readonly upgrade: Upgrade,
    private readonly replies: Replies<Upgrade>,
  ) {}

  /** A second call, or one after `reject`, is ignored and returns undefined (S5). */
  readonly accept = (): WebSocketTransport => {
    // Closed, as of a client that has hung up: which is no fault of the application's.
    if (this.state === 'late') return this.replies.late(this.upgrade)
    // `never`: the types of v4 leave undefined out, and programs pass the result straight on to createPeer().
    if (this.replied('accept')) return undefined as never
    // First, for an accept() that throws must not be answered over HTTP any more.
    this.state = 'rejected'
    this.transport = this.replies.accept(this.upgrade)
    this.state = 'accepted'
    return this.transport
  }

  /**
   * `()` answers 403 `Rejected`; `(code, reason)`; `(code, error)` and `(error)`,
   * which is 500, with the error's text (S6). A code that is no HTTP status is 403.
   */
  readonly reject = (codeOrError?: unknown, reason?: unknown): void => {
    if (this.replied('reject')) return
    const refusal =
      codeOrError instanceof Error
        ? new Refusal(500, textOf(codeOrError))
        : new Refusal(httpStatus(codeOrError), textOf(reason || 'Rejected'))
    this.state = 'rejected'
    this.replies.refuse(this.upgrade, refusal)
  }

  /** A listener threw, or its promise rejected: 500 if it has not replied (S7). */
  readonly fail = (error: unknown): void => {
    reportFailure('connectionrequest')(error)
    if (this.waiting) this.reject(500, textOf(error))
    // Nobody would ever close it.
    else if (!this.transport?.taken) this.transport?.close(1011, 'connectionrequest listener failed')
  }

  /** It has taken too long: 503. @returns whether nobody has replied */
  expire(): boolean {
    if (!this.waiting || this.replies.given(this.upgrade)) return false
    this.state = 'late'
    this.replies.refuse(this.upgrade, new Refusal(503, 'no decision in time'))
    return true
  }

  get waiting(): boolean {
    return this.state === 'waiting'
  }

  private replied(by: string): boolean {
    if (this.waiting && !this.replies.given(this.upgrade)) return false
    logger.warn('%s() ignored: the connection request has been replied to already', by)
    return true
  }
}

/** Below 300 it would not be a refusal, above 599 not HTTP. */
function httpStatus(code: unknown): number {
  return typeof code === 'number' && Number.isInteger(code) && code >= 300 && code <= 599 ? code : 403
}
