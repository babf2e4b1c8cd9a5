import { BackplaneGapError } from '@protoo-kit/server-lite'
import { isRefusal, type Reply } from './connection.js'

/** Something that Redis is to do some time, in its turn. */
export interface Posting {
  readonly args: string[]
  /** What it counts for; 0 is never turned away. */
  readonly length: number
  /** It will never be done. */
  failed(error: Error): void
}

export interface OutboxLimits {
  readonly maxWaitingMessages: number
  readonly maxWaitingLength: number
}

/**
 * What Redis is to do, in order, over one connection after the other: whatever has not been answered is sent again on the next. So
 * what is posted must be such that the second time does no harm.
 */
export class Outbox {
  private readonly postings: Posting[] = []
  private messages = 0
  private length = 0
  /** Over which connection; undefined without one. */
  private round: object | undefined

  constructor(
    private readonly send: (args: string[]) => Promise<Reply>,
    private readonly limits: OutboxLimits,
  ) {}

  /** How many wait for their answers. */
  get size(): number {
    return this.postings.length
  }

  /** @returns whether it is to be done */
  post(posting: Posting): boolean {
    const { length } = posting
    const { maxWaitingMessages, maxWaitingLength } = this.limits
    if (length && (this.messages >= maxWaitingMessages || this.length + length > maxWaitingLength)) {
      posting.failed(
        new BackplaneGapError('too many broadcasts wait for Redis: one was not sent to other nodes'),
      )
      return false
    }
    if (length) this.messages++
    this.length += length
    this.postings.push(posting)
    if (this.round) this.hand(posting, this.round)
    return true
  }

  /** There is a connection: everything goes out over it. */
  resume(): void {
    const round = {}
    this.round = round
    for (const posting of [...this.postings]) this.hand(posting, round)
  }

  /** There is none. */
  pause(): void {
    this.round = undefined
  }

  /** Nothing more is sent or taken. */
  stop(): void {
    this.pause()
    this.postings.length = 0
  }

  private hand(posting: Posting, round: object): void {
    // Answers come in order, so it is the first one that was answered.
    const answered = () => {
      if (round !== this.round) return false
      this.postings.shift()
      if (posting.length) this.messages--
      this.length -= posting.length
      return true
    }
    this.send(posting.args).then(answered, (error) => {
      // Without an answer the connection is gone, and it waits for the next one.
      if (isRefusal(error) && answered())
        posting.failed(new BackplaneGapError('Redis has refused a message', { cause: error }))
    })
  }
}
