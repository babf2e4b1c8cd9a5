import { systemClock } from '@protoo-kit/protocol'
import { Allowance, type FrameReceiver, type FrameRefusal } from './allowance.js'
import type { ConnectionSettings } from './connection.js'
import type { LimitName } from './limits.js'
import { messageRefusal } from './request-limits.js'

/** The limits as one client meets them, over all its connections. */
export class ClientLimits {
  private readonly allowance: Allowance

  /** @param hit told of each refusal */
  constructor(
    private readonly settings: ConnectionSettings,
    private readonly hit: (limit: LimitName) => void,
  ) {
    this.allowance = new Allowance(settings.limits, systemClock)
  }

  /** Hands a frame on, as far as it is within the limits. @returns which it is not within */
  hand(frame: unknown, receiver: FrameReceiver): FrameRefusal | undefined {
    return this.counted(this.allowance.hand(frame, receiver))
  }

  /** A frame that is no message was received. */
  control(): FrameRefusal | undefined {
    return this.counted(this.allowance.refusal(undefined))
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
    if (refusal) this.hit(refusal.limit)
    return refusal
  }
}
