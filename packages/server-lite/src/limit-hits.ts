import type { LimitName } from './limits.js'
import type { Meter } from './metrics.js'

/** How often each limit was hit. One for each server. */
export class LimitHits {
  private readonly counts = new Map<LimitName, number>()

  constructor(private readonly meter?: Meter | undefined) {}

  /** @returns how often by now */
  count(name: LimitName): number {
    const count = (this.counts.get(name) ?? 0) + 1
    this.counts.set(name, count)
    this.meter?.limited(name)
    return count
  }

  /** Those that were hit at all. */
  get all(): Partial<Record<LimitName, number>> {
    return Object.fromEntries(this.counts)
  }
}
