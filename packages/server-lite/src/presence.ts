import type { Clock, Data } from '@protoo-kit/protocol'
import { backgroundClock } from './background-clock.js'
import type { Member } from './backplane.js'

/** Who is told of members that come and go. */
export interface PresenceListener {
  joined(member: Member): void
  left(member: Member): void
}

interface Entry {
  info: Data
  /** Set while the member is gone, and may come back unnoticed. */
  timer: unknown
}

/**
 * Who is there, without flicker: a member that leaves is kept for a grace, so that a page that is
 * reloaded, or a client that goes to another node, has never been away.
 */
export class Presence {
  private readonly entries = new Map<string, Entry>()

  /** @param grace ms */
  constructor(
    private readonly grace: number,
    private readonly listener: PresenceListener,
    private readonly clock: Clock = backgroundClock,
  ) {}

  /** Those within their grace too. */
  get members(): Member[] {
    return [...this.entries].map(([id, { info }]) => ({ id, info }))
  }

  /** Told on if it is news: nobody knew of it, or its info is another. */
  joined({ id, info }: Member): void {
    const before = this.entries.get(id)
    if (before) this.clock.clearTimeout(before.timer)
    this.entries.set(id, { info, timer: undefined })
    if (!before || JSON.stringify(before.info) !== JSON.stringify(info)) this.listener.joined({ id, info })
  }

  left(id: string): void {
    const entry = this.entries.get(id)
    if (!entry || entry.timer !== undefined) return
    entry.timer = this.clock.setTimeout(() => {
      this.entries.delete(id)
      this.listener.left({ id, info: entry.info })
    }, this.grace)
  }

  /** Nobody is told anything any more. */
  end(): void {
    for (const { timer } of this.entries.values()) this.clock.clearTimeout(timer)
    this.entries.clear()
  }
}
