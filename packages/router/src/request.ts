import { EventEmitter } from 'node:events'
import type { Context } from './context.js'
import { callSafely, emitSafely } from './emit.js'
import type { RequestMessage } from './message.js'
import { emptyParams, type Params } from './params.js'
import { type Data, type MessageId, Response } from './response.js'

/** Who a request comes from, for the one who gets it. */
export interface Sender {
  username: string
  uuid: string
}

export interface RequestFields {
  method: string
  data?: Data | undefined
  /** In whose name it is sent, if in anybody's. */
  sender?: Sender | undefined
}

export interface RequestEvents {
  /** What it is answered with, before that is sent: its `data` may still be changed. */
  outgoingResponse: [response: Response]
  /** @param local it was made here, since the peer did not answer: 408, 410, 487, 400 or 503 */
  incomingResponse: [response: Response, local: boolean]
}

/** A request: of a peer to the application, which may forward it, or of the application to peers (L18). */
export class Request extends EventEmitter<RequestEvents> {
  /** What is left of the path where it is handled. */
  path: string
  /** What was taken off the path above. */
  basePath = ''
  /** As the client sent it. */
  readonly originalPath: string
  /** What the path's parameters captured. */
  params: Params = emptyParams()
  data: Data
  private isEnded = false
  // Made when they are needed: most requests never do.
  private custom: Map<string, unknown> | undefined
  private callbacks: ((response: Response) => unknown)[] | undefined

  /** @internal Use `protoo.request()`. */
  constructor(
    readonly id: MessageId,
    readonly method: string,
    path: string,
    data: Data,
    private readonly origin: Context | { sender: Sender | undefined },
  ) {
    super()
    this.path = this.originalPath = path
    this.data = data
  }

  /** @internal */
  static received(message: RequestMessage, context: Context): Request {
    return new Request(message.id, message.method, message.path, message.data, context)
  }

  /**
   * A request of the application's own, for `peer.send()`.
   * @throws TypeError for a method that is no string, and data that is no object
   */
  static create({ method, data = {}, sender }: RequestFields): Request {
    if (typeof method !== 'string' || !method)
      throw new TypeError('method must be a string that is not empty')
    if (typeof data !== 'object' || data === null) throw new TypeError('data must be an object')
    return new Request(randomId(), method, '', data, { sender })
  }

  /**
   * The application that handles it.
   * @throws Error for a request of the application's own
   */
  get app(): Context['app'] {
    return this.received.app
  }

  /**
   * Who sent it.
   * @throws Error for a request of the application's own
   */
  get peer(): Context['peer'] {
    return this.received.peer
  }

  /** What is forwarded of who sent it; undefined if nobody did. */
  get sender(): Sender | undefined {
    if ('sender' in this.origin) return this.origin.sender
    const { username, uuid } = this.origin.peer
    return { username, uuid }
  }

  /** Whether it has its final answer. */
  get ended(): boolean {
    return this.isEnded
  }

  /** Keeps something with the request, for the handlers that follow. */
  set(name: string, value: unknown): this {
    this.custom ??= new Map()
    this.custom.set(name, value)
    return this
  }

  // biome-ignore lint/suspicious/noExplicitAny: the application knows what it has set
  get(name: string): any {
    return this.custom?.get(name)
  }

  /** A response to it, for `reply()`. */
  createResponse(status: number | string, reason?: string, data?: Data): Response {
    // The documents write '404' as well as 404.
    return new Response(this.id, typeof status === 'string' ? Number(status) : status, reason, data)
  }

  /**
   * Answers it: provisionally (100 to 199) as often as you like, finally once. The peer gets it when it is back, if that is
   * within the grace period and 10 s.
   *
   * @throws RangeError for a status outside 100 to 699
   * @throws Error once it has its final answer, and for a request of the application's own
   */
  reply(response: Response): void
  reply(status: number | string, reason?: string, data?: Data): void
  reply(given: Response | number | string, reason?: string, data?: Data): void {
    const response =
      given instanceof Response
        ? new Response(this.id, given.status, given.reason, given.data)
        : this.createResponse(given, reason, data)
    const { peer } = this.received
    if (this.isEnded) throw new Error(`the request has had its final answer already ${this}`)
    this.isEnded = response.isFinal
    emitSafely(this, 'outgoingResponse', response)
    this.runCallbacks(response)
    peer.respond(response)
  }

  /** Calls back with each answer that who made the request gets. The callback added last is called first. */
  onresponse(callback: (response: Response) => unknown): this {
    if (typeof callback !== 'function') throw new TypeError('onresponse() requires a function')
    this.callbacks ??= []
    this.callbacks.push(callback)
    return this
  }

  /** @internal A peer that it was sent to has answered, or will not. */
  answered(response: Response, local: boolean): void {
    emitSafely(this, 'incomingResponse', response, local)
    // Of a forwarded one the sender has heard nothing yet.
    if ('sender' in this.origin) this.runCallbacks(response)
  }

  override toString(): string {
    return `[method:${this.method} | path:${this.originalPath} | id:${this.id}]`
  }

  private get received(): Context {
    if ('sender' in this.origin) throw new Error("a request of the application's own has no peer to reply to")
    return this.origin
  }

  private runCallbacks(response: Response): void {
    for (const callback of [...(this.callbacks ?? [])].reverse())
      callSafely('onresponse', () => callback(response))
  }
}

/** As upstream: from 1000000 to 9999999 (L18). */
function randomId(): number {
  return 1_000_000 + Math.floor(Math.random() * 9_000_000)
}
