import { systemClock } from '@protoo-kit/protocol'
import { Allowance, type FrameReceiver, type FrameRefusal } from './allowance.js'
import type { ConnectionSettings } from './connection.js'
import { messageRefusal } from './request-limits.js'

/** The limits as one client meets them, over all its connections. */
export class ClientLimits {
  private readonly allowance: Allowance

  constructor(private readonly settings: ConnectionSettings) {
    this.allowance = new Allowance(settings.limits, systemClock)
  }

  /** Hands a frame on, as far as it is within the limits. @returns which it is not within */
  hand(frame: unknown, receiver: FrameReceiver): FrameRefusal | undefined {
    return this.counted(this.allowance.hand(frame, receiver))
  }

  /** What is wrong with a request or notification, once it has been read. */
  refusalOf(message: { method: string }, inFlight: number): FrameRefusal | undefined {
    return this.counted(messageRefusal(message, inFlight, this.settings.limits))
  }

  /** The message before was asked for, and does not count. */
  refund(): void {
    this.allowance.refund()
  }

  /** See {@link Allowance.replay}. */
  replay(messages: number, window: number): void {
    this.allowance.replay(messages, window)
  }

  private counted(refusal: FrameRefusal | undefined): FrameRefusal | undefined {
    if (refusal) this.settings.backlog.hits.count(refusal.limit)
    return refusal
  }
}
