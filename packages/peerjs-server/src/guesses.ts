import type { Clock } from '@protoo-kit/protocol'
import { networkOf } from '@protoo-kit/server-lite/parts'

export interface GuessLimits {
  /** Wrong tokens from one address until it may try no more. */
  readonly maxIdGuesses: number
  /** For so many ms from the first of them. */
  readonly idGuessWindow: number
}

/** Addresses that are remembered; beyond, the oldest are forgotten. */
const MAX_ADDRESSES = 10_000

/** Counts attempts to take an id with a wrong token, by address: so many of them are somebody trying tokens. */
export class Guesses {
  /** In the order in which they began, which is that in which they end. */
  private readonly addresses = new Map<string, { count: number; readonly since: number }>()

  constructor(
    private readonly limits: GuessLimits,
    private readonly clock: Clock,
  ) {}

  get size(): number {
    return this.addresses.size
  }

  /** A wrong token came from `address`. */
  failed(address: string): void {
    this.forget()
    const network = networkOf(address)
    const entry = this.addresses.get(network)
    if (entry) entry.count += 1
    else this.addresses.set(network, { count: 1, since: this.clock.monotonic() })
    if (this.addresses.size > MAX_ADDRESSES) this.addresses.delete(this.addresses.keys().next().value ?? '')
  }

  /** ms for which `address` may not ask for an id that is taken; 0 when it may. */
  wait(address: string): number {
    this.forget()
    const entry = this.addresses.get(networkOf(address))
    if (!entry || entry.count < this.limits.maxIdGuesses) return 0
    return entry.since + this.limits.idGuessWindow - this.clock.monotonic()
  }

  private forget(): void {
    const start = this.clock.monotonic() - this.limits.idGuessWindow
    for (const [address, { since }] of this.addresses) {
      if (since > start) break
      this.addresses.delete(address)
    }
  }
}
