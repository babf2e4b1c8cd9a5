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
  /** Grows with whatever arrives: bytes rather than messages, for a long one may take its time. */
  readonly bytesRead: number
  ping(): void
  terminate(): void
}

/** What is known of a connection; times in ms. */
interface Watch {
  bytesRead: number
  heard: number
  /** When the ping went out that nothing has answered yet. */
  pinged: number | undefined
}

/** Looks are at most this part of the interval apart: so late, at most, is it noticed that something has arrived, and a ping sent. */
const SPACING = 0.025

/**
 * Finds dead connections: pings one from which nothing came for `interval` ms
 * and drops it when nothing comes within `gracePeriod` ms after. It looks at all of them now and
 * then, by one timer, which costs them nothing in between; without connections there is none.
 */
export class Keepalive<Watched extends Pingable = Pingable> {
  private readonly watches = new Map<Watched, Watch>()
  private timer: unknown

  constructor(
    private readonly settings: KeepaliveSettings,
    private readonly clock: Clock = backgroundClock,
  ) {}

  /** All that are watched. */
  get connections(): IterableIterator<Watched> {
    return this.watches.keys()
  }

  get size(): number {
    return this.watches.size
  }

  watch(connection: Watched): void {
    const { bytesRead } = connection
    this.watches.set(connection, { bytesRead, heard: this.now(), pinged: undefined })
    this.schedule(this.settings.interval * SPACING)
  }

  forget(connection: Watched): void {
    this.watches.delete(connection)
    if (this.watches.size > 0) return
    this.clock.clearTimeout(this.timer)
    this.timer = undefined
  }

  private readonly look = (): void => {
    this.timer = undefined
    const now = this.now()
    let next = this.settings.interval * SPACING
    for (const [connection, watch] of this.watches)
      next = Math.min(next, this.check(connection, watch, now) - now)
    if (this.watches.size > 0) this.schedule(next)
  }

  /** @returns when to look at it again at the latest */
  private check(connection: Watched, watch: Watch, now: number): number {
    const { interval, gracePeriod, drop } = this.settings
    if (connection.bytesRead !== watch.bytesRead) {
      watch.bytesRead = connection.bytesRead
      watch.heard = now
      watch.pinged = undefined
    }
    if (watch.pinged !== undefined) {
      const end = watch.pinged + gracePeriod
      if (end > now) return end
      this.watches.delete(connection)
      connection.terminate()
    } else if (watch.heard + interval <= now) {
      connection.ping()
      if (drop) watch.pinged = now
      else watch.heard = now
      return now + gracePeriod
    }
    return Number.POSITIVE_INFINITY
  }

  /** Whole ms, which take no room of their own where they are kept. */
  private now(): number {
    return Math.ceil(this.clock.monotonic())
  }

  private schedule(ms: number): void {
    this.timer ??= this.clock.setTimeout(this.look, ms)
  }
}
