import type { Clock } from '@protoo-kit/protocol'
import { backgroundClock } from './background-clock.js'

export interface KeepaliveSettings {
  /** ms without anything received until a ping. */
  interval: number
  /** ms that a ping waits for anything to arrive. */
  gracePeriod: number
  /** Whether a connection that let a ping go unanswered is dropped. */
  drop: boolean
}

/** What is pinged and dropped. */
export interface Pingable {
  ping(): void
  drop(): void
}

export interface Watch {
  /** Call it when anything arrived. */
  received(): void
  stop(): void
}

interface Entry extends Pingable {
  last: number
  /** When the ping went out that nothing has answered yet. */
  pinged: number | undefined
}

/** Sweeps are at least this part of the interval apart: so late, at most, is a ping. */
const SPACING = 0.05

/**
 * Finds dead connections: pings one from which nothing came for `interval` ms
 * and drops it when nothing comes within `gracePeriod` ms after. All share one
 * timer, and without connections there is none.
 */
export class Keepalive {
  private readonly entries = new Set<Entry>()
  private timer: unknown

  constructor(
    private readonly settings: KeepaliveSettings,
    private readonly clock: Clock = backgroundClock,
  ) {}

  watch(connection: Pingable): Watch {
    const entry: Entry = {
      ping: () => connection.ping(),
      drop: () => connection.drop(),
      last: this.clock.monotonic(),
      pinged: undefined,
    }
    this.entries.add(entry)
    if (this.timer === undefined) this.schedule(this.settings.interval)
    return {
      received: () => {
        entry.last = this.clock.monotonic()
        entry.pinged = undefined
      },
      stop: () => {
        this.entries.delete(entry)
        if (this.entries.size === 0) this.clear()
      },
    }
  }

  private readonly sweep = (): void => {
    this.timer = undefined
    const { interval } = this.settings
    const now = this.clock.monotonic()
    // Never later than an interval from now: what is heard or watched in between is not due before.
    let next = now + interval
    for (const entry of this.entries) next = Math.min(next, this.check(entry, now))
    if (this.entries.size > 0) this.schedule(Math.max(next - now, interval * SPACING))
  }

  /** @returns when to look at it again */
  private check(entry: Entry, now: number): number {
    const { interval, gracePeriod, drop } = this.settings
    if (entry.pinged !== undefined) {
      const end = entry.pinged + gracePeriod
      if (end > now) return end
      this.entries.delete(entry)
      entry.drop()
      return Number.POSITIVE_INFINITY
    }
    const due = entry.last + interval
    if (due > now) return due
    entry.ping()
    if (drop) entry.pinged = now
    else entry.last = now
    return now + (drop ? gracePeriod : interval)
  }

  private schedule(ms: number): void {
    this.clear()
    this.timer = this.clock.setTimeout(this.sweep, ms)
  }

  private clear(): void {
    this.clock.clearTimeout(this.timer)
    this.timer = undefined
  }
}
