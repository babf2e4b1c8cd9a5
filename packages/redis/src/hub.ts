import type { Calls } from './calls.js'
import type { RedisConnection } from './connection.js'
import type { Lease } from './lease.js'
import type { ResolvedOptions } from './options.js'
import type { Outbox } from './outbox.js'

/** What a room has of its node. */
export interface Hub {
  readonly options: ResolvedOptions
  readonly connection: RedisConnection
  readonly outbox: Outbox
  readonly lease: Lease
  readonly calls: Calls
  /** ms that the keys of a room live unless somebody touches them. */
  readonly roomTtl: number
  /** The next number: no two things that this node writes have the same, and they rise with {@link time}. */
  number(): number
  /** Below those that nodes gave so long ago that nothing of then is still under way. */
  oldestNumber(): number
  /** Whether it is this node's name, or was. */
  isOwn(node: string): boolean
  /** Redis's time in ms, about. */
  time(): number
  /** The position in a stream before which entries are too old. */
  oldest(): string
  /** Resolves once calls are let in; rejects if that takes too long. */
  whenUp(): Promise<void>
  /** Rejects after as long as anything may take. */
  tooLate(): Promise<never>
  /** Resolves once a Redis that has just started may give ids out. */
  settled(): Promise<void>
  /** A room is not there any more. */
  left(roomId: string): void
}
