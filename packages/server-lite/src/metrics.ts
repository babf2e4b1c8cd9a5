import { type Direction, MethodNames, type Metrics, safely } from '@protoo-kit/protocol/metrics'
import { shown } from './text.js'

/** What came of a client that wanted its session back. */
export type ResumeOutcome =
  | 'resumed'
  /** It comes from another server, and goes on if the application has the same peer go on. */
  | 'handover'
  /** There is none: its window has passed, or it was another server's. A new one begins. */
  | 'unknown'
  /** The client's counts do not fit. A new one begins. */
  | 'mismatch'
  /** The application had closed it, and the client is told now. */
  | 'closed'
  /** A newer attempt was first (409). */
  | 'outdated'
  /** `authorize` said no (4003), or failed (500). */
  | 'unauthorized'

/** What stands at this moment. */
export interface ServerGauges {
  readonly connections: number
  /** Those whose clients are away included. */
  readonly sessions: number
  /** Sessions that wait for their clients. */
  readonly away: number
  /** Whether `server.drain()` was called. */
  readonly draining: boolean
}

/** What a server tells of itself, as it happens: see {@link Metrics} for what holds of all these functions. */
export interface ServerMetrics extends Metrics {
  /** An upgrade request was answered with this HTTP status: 401 and 403 also where the client was told by a close code. */
  refused?(status: number): void
  resume?(outcome: ResumeOutcome): void
  /** Of messages: those that arrived, and the frames that were written. */
  bytes?(direction: Direction, count: number): void
  /** A client was over this limit: its `LimitName`, or the name of the option. */
  limited?(limit: string): void
  /** Called once, by each server: `read` says at any time what stands. */
  gauges?(read: () => ServerGauges): void
}

/** {@link ServerMetrics} without gaps, whose functions do not throw. */
export type Meter = Required<Omit<ServerMetrics, 'maxMethods'>> & { readonly names: MethodNames }

const FUNCTIONS = [
  'opened',
  'closed',
  'refused',
  'resume',
  'request',
  'notification',
  'bytes',
  'limited',
  'gauges',
] as const

/** @throws TypeError when one of them is no function, or `maxMethods` no number */
export function createMeter(metrics: ServerMetrics): Meter {
  if (typeof metrics !== 'object' || metrics === null)
    throw new TypeError(`metrics must be an object, not ${shown(metrics)}`)
  for (const name of FUNCTIONS)
    if (metrics[name] !== undefined && typeof metrics[name] !== 'function')
      throw new TypeError(`metrics.${name} must be a function, not ${shown(metrics[name])}`)
  const { maxMethods = 100 } = metrics
  if (!Number.isSafeInteger(maxMethods) || maxMethods < 0)
    throw new TypeError(`metrics.maxMethods must be a whole number of names, not ${shown(maxMethods)}`)
  return {
    names: new MethodNames(maxMethods),
    opened: safely(metrics, metrics.opened),
    closed: safely(metrics, metrics.closed),
    refused: safely(metrics, metrics.refused),
    resume: safely(metrics, metrics.resume),
    request: safely(metrics, metrics.request),
    notification: safely(metrics, metrics.notification),
    bytes: safely(metrics, metrics.bytes),
    limited: safely(metrics, metrics.limited),
    gauges: safely(metrics, metrics.gauges),
  }
}
