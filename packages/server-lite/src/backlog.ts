import type { LimitHits } from './limit-hits.js'

/** What waits for a client that reads too slowly. */
export interface Slow {
  /** Bytes of it. */
  readonly waiting: number
  /** Lets go of all of it, at once. */
  overload(limit: 'bufferedBytes' | 'totalBufferedBytes'): void
}

/** What waits for all such clients of a server together. */
export class Backlog {
  private readonly held = new Map<Slow, number>()
  private total = 0

  constructor(
    private readonly limit: number,
    readonly hits: LimitHits,
  ) {}

  get bytes(): number {
    return this.total
  }

  /** So much waits for it by now. Beyond the limit those for whom most waits are disconnected. */
  hold(client: Slow, bytes: number): void {
    this.total += bytes - (this.held.get(client) ?? 0)
    this.held.set(client, bytes)
    while (this.total > this.limit) {
      let slowest: Slow | undefined
      let most = -1
      for (const [other, waiting] of this.held) {
        if (waiting <= most) continue
        most = waiting
        slowest = other
      }
      if (!slowest) return
      this.release(slowest)
      slowest.overload('totalBufferedBytes')
    }
  }

  /** Nothing waits for it any more. */
  release(client: Slow): void {
    this.total -= this.held.get(client) ?? 0
    this.held.delete(client)
  }
}
