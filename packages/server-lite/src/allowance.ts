import { type Clock, ErrorCode } from '@protoo-kit/protocol'
import type { LimitName, ResolvedLimits } from './limits.js'
import { isDeeper } from './nesting.js'

/** Why a frame is not handled; a request is answered so. */
export interface FrameRefusal {
  readonly limit: LimitName
  readonly code: number
  readonly reason: string
  /** Whether it has gone on for too long. */
  readonly final: boolean
}

/** Who gets what arrives. */
export interface FrameReceiver {
  /** A text as a string, or a binary frame as anything else. */
  receive(frame: unknown): void
  /**
   * The same for one that is over a limit: a request is to be answered with the code and reason, all else dropped.
   * Without this method, all is.
   */
  refuse?(frame: unknown, refusal: FrameRefusal): void
  /** Whether a frame over the rate is an answer that the client was asked for, and so is taken. */
  expects?(frame: unknown): boolean
}

const TOO_MANY = {
  limit: 'messagesPerSecond',
  code: ErrorCode.TooManyRequests,
  reason: 'too many messages',
} as const
const REFUSED: FrameRefusal = { ...TOO_MANY, final: false }
const ENDED: FrameRefusal = { ...TOO_MANY, final: true }
const TOO_DEEP: FrameRefusal = {
  limit: 'depth',
  code: ErrorCode.BadRequest,
  reason: 'the message is nested too deeply',
  final: false,
}

/**
 * What one peer may still send: a token bucket, kept as the one moment until which all that has come would have taken at the rate
 * allowed (the generic cell rate algorithm). Within the limit the time is looked at once for several messages: it costs more than the rest. Refused messages count too: who goes on owes more and more.
 */
export class Allowance {
  private due = 0
  /** Messages that are not in it yet. */
  private unpaid = 0
  private isOver = false
  /** Messages above the rate that are a session's to send again. */
  private spare = 0
  private replayed = Number.NEGATIVE_INFINITY

  constructor(
    private readonly limits: ResolvedLimits,
    private readonly clock: Clock,
  ) {}

  /** Hands a frame on, as far as it is within the limits. @returns which it is not within */
  hand(frame: unknown, receiver: FrameReceiver): FrameRefusal | undefined {
    const refusal = this.refusal(frame)
    if (!refusal || (refusal.limit === 'messagesPerSecond' && receiver.expects?.(frame))) {
      receiver.receive(frame)
      return
    }
    if (!refusal.final) receiver.refuse?.(frame, refusal)
    return refusal
  }

  /** Takes a frame into account. @returns undefined when it may be handled */
  refusal(frame: unknown): FrameRefusal | undefined {
    const { messageStep, depth } = this.limits
    const refusal = ++this.unpaid >= (this.isOver ? 1 : messageStep) ? this.charge() : undefined
    return refusal ?? (typeof frame === 'string' && isDeeper(frame, depth) ? TOO_DEEP : undefined)
  }

  /** Looks at the time. */
  private charge(): FrameRefusal | undefined {
    const { messageCost, messageDebt } = this.limits
    const now = this.clock.monotonic()
    this.due = Math.max(this.due, now) + this.unpaid * messageCost
    this.unpaid = 0
    const debt = this.due - now
    this.isOver = debt > messageDebt
    if (!this.isOver) return
    if (this.spare <= 0) return debt > 2 * messageDebt ? ENDED : REFUSED
    this.spare--
    this.due -= messageCost
    return
  }

  /** The frame before was asked for, and does not count. */
  refund(): void {
    this.unpaid--
  }

  /**
   * A session goes on over another connection, and its client sends again what may have been lost: above the rate, since it
   * comes at once (PROTOCOL.md §7.6). As often as clients are away by nature; who resumes all the time gains nothing.
   *
   * @param messages most that a client keeps
   * @param window ms after which all of them may come once more
   */
  replay(messages: number, window: number): void {
    const now = this.clock.monotonic()
    this.spare = Math.min(messages, this.spare + (messages * (now - this.replayed)) / window)
    this.replayed = now
  }
}
