import type { Clock } from '@protoo-kit/protocol'
import { detached, type Frame } from './frame.js'

export interface MailboxLimits {
  /** Most messages that wait for one id. */
  readonly maxQueuedMessages: number
  /** Most bytes likewise. */
  readonly maxQueuedBytes: number
  /** Most ids for which something waits. */
  readonly maxQueuedIds: number
  /** Most messages that wait from one sender, for whomever. */
  readonly maxQueuedPerSender: number
  /** Most bytes that wait, for all ids together. */
  readonly maxTotalQueuedBytes: number
}

/** A sender's id and the id that it sent to. */
export interface Pair {
  readonly src: string
  readonly dst: string
}

interface Letter {
  readonly src: string
  readonly frame: Frame
}

interface Mailbox {
  readonly since: number
  readonly letters: Letter[]
  bytes: number
  /** Those who were told that no more fits. */
  readonly refused: Set<string>
}

/** What a message costs beyond its bytes. */
const OVERHEAD = 128

/**
 * What waits for ids that are not there, in order and within bounds (J5, J6). The longest that anything waits is what
 * {@link expire} is called with, counted from the first message for an id.
 */
export class Mailboxes {
  private readonly boxes = new Map<string, Mailbox>()
  private readonly senders = new Map<string, number>()
  private bytes = 0

  constructor(
    private readonly limits: MailboxLimits,
    private readonly clock: Clock,
  ) {}

  get size(): number {
    return this.boxes.size
  }

  /** Bytes that wait, with what each message costs beyond its own. */
  get totalBytes(): number {
    return this.bytes
  }

  /**
   * Keeps a message until somebody takes `dst`.
   * @returns `full` when there is no room, and the sender is to be told; `told` when there is none and it was
   */
  put({ src, dst }: Pair, frame: Frame): 'kept' | 'full' | 'told' {
    const { limits } = this
    const existing = this.boxes.get(dst)
    const box = existing ?? { since: this.clock.monotonic(), letters: [], bytes: 0, refused: new Set() }
    const bytes = frame.bytes.length + OVERHEAD
    const fits =
      (existing || (this.boxes.size < limits.maxQueuedIds && dst.length <= limits.maxQueuedBytes)) &&
      box.letters.length < limits.maxQueuedMessages &&
      box.bytes + bytes <= limits.maxQueuedBytes &&
      this.bytes + bytes <= limits.maxTotalQueuedBytes &&
      (this.senders.get(src) ?? 0) < limits.maxQueuedPerSender
    if (!fits) return existing ? this.refuse(existing, src) : 'full'

    this.boxes.set(dst, box)
    box.letters.push({ src, frame: detached(frame) })
    box.bytes += bytes
    this.bytes += bytes
    this.senders.set(src, (this.senders.get(src) ?? 0) + 1)
    return 'kept'
  }

  /** What waits for an id, in order. It waits no longer. */
  take(id: string): Frame[] {
    return this.remove(id)?.letters.map(({ frame }) => frame) ?? []
  }

  /** Drops what has waited for `age` ms or more. @returns each sender and receiver of it, once */
  expire(age: number): Pair[] {
    const now = this.clock.monotonic()
    const pairs: Pair[] = []
    for (const [dst, { since, letters, refused }] of this.boxes) {
      // In the order in which they were made.
      if (now - since < age) break
      this.remove(dst)
      const sources = new Set(letters.map(({ src }) => src))
      for (const src of sources) if (!refused.has(src)) pairs.push({ src, dst })
    }
    return pairs
  }

  private remove(id: string): Mailbox | undefined {
    const box = this.boxes.get(id)
    if (!box) return
    this.boxes.delete(id)
    this.bytes -= box.bytes
    for (const { src } of box.letters) {
      const left = (this.senders.get(src) ?? 0) - 1
      if (left > 0) this.senders.set(src, left)
      else this.senders.delete(src)
    }
    return box
  }

  private refuse({ refused }: Mailbox, src: string): 'full' | 'told' {
    if (refused.has(src)) return 'told'
    if (refused.size < this.limits.maxQueuedMessages) refused.add(src)
    return 'full'
  }
}
