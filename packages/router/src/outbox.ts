import { type Clock, createDeadlines } from '@protoo-kit/protocol'
import { encodeRequest, encodeResponse } from './message.js'
import { Request } from './request.js'
import { type MessageId, Response } from './response.js'

/** ms that a request waits for its final answer, and an answer for its peer (L20). */
const SENDING_TIMEOUT = 10_000
/** ms likewise for a session: somebody has to pick up. */
const SESSION_TIMEOUT = 120_000
/** Most answers that are held for a peer that is away. */
const MAX_HELD = 1000
/** Ids that are not used again for other requests to the same peer: as many as its client may remember. */
const REMEMBERED_IDS = 1000

export interface OutboxLimits {
  /** Most requests that wait for a peer's answer. */
  readonly maxPending: number
  /** Most characters of them. */
  readonly maxPendingLength: number
}

/** Sends a frame. @returns whether it could be sent */
export type Write = (text: string) => boolean

/** One request on its way to one peer. */
interface Transaction {
  readonly req: Request
  readonly id: MessageId
  readonly deadline: number
  /** The frame, from the end of the turn of the event loop on in which it was to be sent. */
  text: string | undefined
  /** Whether the peer has got it, or may have. */
  sent: boolean
}

/** Why there is no answer of the peer's own. */
const FAILURES = {
  timeout: [408, 'sending timeout'],
  offline: [410, 'peer offline'],
  canceled: [487, 'canceled'],
  unserializable: [400, 'bad request'],
  full: [503, 'too many requests wait for the peer'],
} as const

/** What goes to one peer, over one connection after the other: its requests until they are answered, and the answers to its own. */
export class Outbox {
  /** Undefined while there is no connection. */
  private write: Write | undefined
  private readonly pending = new Map<MessageId, Transaction>()
  private readonly byRequest = new Map<Request, Transaction>()
  private readonly usedIds = new Set<MessageId>()
  private held: { text: string; deadline: number }[] = []
  /** Characters of the answers that are held. */
  private heldLength = 0
  /** Characters of the requests that wait. */
  private length = 0
  /** Those that are sent when this turn of the event loop is over. */
  private unsent: Transaction[] = []
  private readonly schedule: (deadline?: number) => void

  constructor(
    private readonly clock: Clock,
    private readonly limits: OutboxLimits,
    /** Takes a response for the peer who answered, or did not. */
    private readonly answered: (req: Request, response: Response, local: boolean) => void,
  ) {
    this.schedule = createDeadlines(clock, (now) => this.sweep(now))
  }

  /** How many requests wait for an answer. */
  get size(): number {
    return this.pending.size
  }

  /**
   * Sends a request later in this turn of the event loop, so that its sender can listen for answers (L20).
   * @returns false if it is on its way to this peer already
   */
  send(req: Request): boolean {
    if (this.byRequest.has(req)) return false
    if (this.pending.size >= this.limits.maxPending || this.length >= this.limits.maxPendingLength) {
      this.fail(req, 'full')
      return true
    }
    const wait = req.method === 'session' ? SESSION_TIMEOUT : SENDING_TIMEOUT
    const deadline = this.clock.monotonic() + wait
    const transaction: Transaction = { req, id: this.freeId(req.id), deadline, text: undefined, sent: false }
    this.pending.set(transaction.id, transaction)
    this.byRequest.set(req, transaction)
    this.schedule(deadline)
    if (this.unsent.push(transaction) === 1) setImmediate(() => this.flush())
    return true
  }

  /** Sends the answer to a request of the peer's, or holds it for 10 s while the peer is away. */
  respond(response: Response): void {
    const text = encodeResponse(response)
    if (this.write?.(text)) return
    if (this.held.length >= MAX_HELD || this.heldLength >= this.limits.maxPendingLength) return
    this.heldLength += text.length
    this.held.push({ text, deadline: this.clock.monotonic() + SENDING_TIMEOUT })
  }

  /** The peer has answered. @returns false for what nobody waits for, which is ignored */
  receive(id: MessageId, status: number, reason: string, data: Response['data']): boolean {
    const transaction = this.pending.get(id)
    if (!transaction) return false
    const { req } = transaction
    const response = new Response(req.id, status, reason, data)
    if (response.isFinal) this.remove(transaction)
    this.answered(req, response, false)
    return true
  }

  /**
   * Gives a request up: 487 to its sender, and `end` to the peer if it was the offer of a session.
   * @param end to be sent in place of one of our own
   */
  cancel(req: Request, end?: Request): void {
    const transaction = this.byRequest.get(req)
    if (!transaction) return
    this.remove(transaction)
    this.fail(req, 'canceled')
    if (transaction.sent) this.end(req, end)
  }

  /** There is a connection: what is not answered is sent again, in order. */
  connected(write: Write): void {
    this.write = write
    const now = this.clock.monotonic()
    const { held } = this
    this.release()
    for (const { text, deadline } of held) if (deadline > now) write(text)
    for (const transaction of this.pending.values()) this.transmit(transaction)
  }

  disconnected(): void {
    this.write = undefined
  }

  /** The peer does not come back. */
  offline(): void {
    this.write = undefined
    this.release()
    const transactions = [...this.pending.values()]
    for (const transaction of transactions) this.remove(transaction)
    this.schedule()
    for (const { req } of transactions) this.fail(req, 'offline')
  }

  /** Answers a request in the peer's place, later, for its sender to listen. */
  fail(req: Request, failure: keyof typeof FAILURES): void {
    const [status, reason] = FAILURES[failure]
    setImmediate(() => this.answered(req, new Response(req.id, status, reason), true))
  }

  private release(): void {
    this.held = []
    this.heldLength = 0
  }

  /** Without a connection too: what waits is to be counted. */
  private flush(): void {
    const transactions = this.unsent
    this.unsent = []
    for (const transaction of transactions) this.encode(transaction)
  }

  private encode(transaction: Transaction): void {
    const { req, id } = transaction
    // Settled meanwhile.
    if (this.pending.get(id) !== transaction) return
    try {
      transaction.text = encodeRequest(req, id)
    } catch {
      this.remove(transaction)
      this.fail(req, 'unserializable')
      return
    }
    this.length += transaction.text.length
    this.transmit(transaction)
  }

  /** Sends it, unless it is not to be sent yet, or cannot be. */
  private transmit(transaction: Transaction): void {
    if (transaction.text !== undefined && this.write?.(transaction.text)) transaction.sent = true
  }

  private sweep(now: number): number {
    let earliest = Number.POSITIVE_INFINITY
    for (const transaction of this.pending.values()) {
      const { req, deadline, sent } = transaction
      if (deadline > now) {
        earliest = Math.min(earliest, deadline)
        continue
      }
      this.remove(transaction)
      this.fail(req, 'timeout')
      if (sent) this.end(req)
    }
    return earliest
  }

  /** Tells the peer that the session it was offered is over. */
  private end(req: Request, end: Request = Request.create({ method: 'end' })): void {
    if (req.method !== 'session') return
    end.data.sessionPath = req.data.sessionPath
    this.send(end)
  }

  private remove(transaction: Transaction): void {
    this.pending.delete(transaction.id)
    this.byRequest.delete(transaction.req)
    this.length -= transaction.text?.length ?? 0
  }

  /** The request's own id, unless another request to this peer has, or had it lately: clients choose ids as they like. */
  private freeId(wanted: MessageId): MessageId {
    let id = wanted
    while (this.usedIds.has(id) || this.pending.has(id)) id = 1_000_000 + Math.floor(Math.random() * 9e12)
    this.usedIds.add(id)
    if (this.usedIds.size > REMEMBERED_IDS) {
      const [oldest] = this.usedIds
      if (oldest !== undefined) this.usedIds.delete(oldest)
    }
    return id
  }
}
