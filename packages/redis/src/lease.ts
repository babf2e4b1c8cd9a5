import { randomBytes } from 'node:crypto'
import type { RedisServer } from './connection.js'

/** Its own clock may run so much faster than Redis's. */
const MARGIN = 1 / 16

/**
 * This node's right to act for the peers that it has claimed. It holds for so long after Redis was last asked to
 * prolong it, by the node's own monotonic clock: Redis's copy of it ends later, whatever the network and the process did.
 */
export class Lease {
  /** Another one after each lapse: what the node had before is no longer its own. */
  node: string = newNode()
  private until = Number.NEGATIVE_INFINITY
  private timer: ReturnType<typeof setTimeout> | undefined

  /**
   * @param length ms
   * @param lapsed told once the lease is over, before the node gets its next name
   */
  constructor(
    private readonly length: number,
    private readonly lapsed: () => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Whether this node may act. */
  get current(): boolean {
    return this.now() < this.until
  }

  /** Whether it is to be prolonged, rather than begun. */
  get begun(): boolean {
    return this.until > Number.NEGATIVE_INFINITY
  }

  /**
   * @param node whose key Redis has prolonged: should it have another name by now, this is not its lease any more
   * @param asked when Redis was asked to
   */
  prolong(node: string, asked: number): void {
    if (node !== this.node) return
    this.until = asked + this.length * (1 - MARGIN)
    this.look()
  }

  /** It is over: early, or because its time is. */
  end(): void {
    clearTimeout(this.timer)
    if (!this.begun) return
    this.until = Number.NEGATIVE_INFINITY
    this.lapsed()
    this.node = newNode()
  }

  private look(): void {
    clearTimeout(this.timer)
    // A timer may be early by part of a millisecond: then it is set once more.
    if (this.current) this.timer = setTimeout(() => this.look(), this.until - this.now()).unref()
    else this.end()
  }
}

/**
 * ms until a Redis that has started is to give ids out: it may have lost its data, and those who had an id before still act for
 * it until they have told it so, or their leases are over.
 */
export function quarantine({ uptime }: RedisServer, asked: number, lease: number, now: number): number {
  return Math.max(0, lease - uptime - (now - asked))
}

function newNode(): string {
  return randomBytes(12).toString('base64url')
}
