/** What a client tells of its connection, for whoever counts it: observed from outside, so that who does not pays nothing. */
import type { Contract, Data, RequestOptions } from '@protoo-kit/protocol'
import {
  MethodNames,
  type Metrics,
  OTHER,
  outcomeOf,
  type RequestOutcome,
  reasonOf,
  safely,
} from '@protoo-kit/protocol/metrics'
import type { CloseCause, PeerStatus } from './connection.js'
import type { Peer } from './peer.js'

/** See {@link Metrics} for what holds of all these functions. A `request` is one to the server: its round trip. */
export interface ClientMetrics extends Metrics {
  /** An attempt to connect failed. @param attempt its number in this outage, from 1 */
  failed?(attempt: number): void
  /**
   * The connection is back.
   * @param seconds since it was lost
   * @param attempts how many it took
   * @param resumed whether the session of before goes on
   */
  reconnected?(seconds: number, attempts: number, resumed: boolean): void
  /** For good, unless `reconnect()` brings it back. */
  ended?(cause: CloseCause): void
}

/** What transports say of a connection that had no close code. */
const WORDS = new Set(['no sign of life', 'connect timeout', 'cannot dial', 'invalid ack', 'invalid welcome'])

type Ask = (method: string, data?: unknown, options?: RequestOptions) => Promise<Data>

/**
 * Has `metrics` told of what happens to the peer from now on. Requests are seen by taking the place of `peer.request`: one observer
 * at a time, or several whose undos are called in reverse.
 *
 * @returns its undo
 * @throws TypeError when `maxMethods` is no whole number
 */
export function observePeer<C extends Contract>(peer: Peer<C>, metrics: ClientMetrics): () => void {
  const { maxMethods = 100 } = metrics
  if (!Number.isSafeInteger(maxMethods) || maxMethods < 0)
    throw new TypeError('maxMethods must be a whole number of names')
  const names = new MethodNames(maxMethods)
  const opened = safely(metrics, metrics.opened)
  const closed = safely(metrics, metrics.closed)
  const failed = safely(metrics, metrics.failed)
  const reconnected = safely(metrics, metrics.reconnected)
  const ended = safely(metrics, metrics.ended)
  const request = safely(metrics, metrics.request)
  const notification = safely(metrics, metrics.notification)

  let before = peer.status
  const change = (): void => {
    const after = peer.status
    const was = before
    before = after
    // A listener that dials may have let a state pass unseen.
    const again = after.state === 'connecting' && was.state === 'connecting' && after.attempt !== was.attempt
    if (after.state === was.state && !again) return
    if (after.state === 'open') {
      opened()
      // The attempt before, which found it down.
      if (was.state === 'connecting' && was.everOpen)
        reconnected((after.since - was.downSince) / 1000, was.attempt, after.resumed)
    } else if (was.state === 'open') closed(reasonFor(after))
    else if (was.state === 'connecting' && after.state !== 'closed') failed(was.attempt)
    if (after.state === 'closed') ended(after.cause)
  }

  // What the contract promises of methods and answers does not matter here.
  const original = peer.request as Ask
  const timed: Ask = (method, data, options) => {
    const since = performance.now()
    const settled = (outcome: RequestOutcome): void =>
      request('out', names.name(String(method), true), outcome, (performance.now() - since) / 1000)
    return Reflect.apply(original, peer, [method, data, options]).then(
      (result: Data) => {
        settled('ok')
        return result
      },
      (error: unknown) => {
        settled(outcomeOf(error, options?.signal?.aborted))
        throw error
      },
    )
  }
  const own = Object.hasOwn(peer, 'request')
  Object.defineProperty(peer, 'request', { value: timed, configurable: true, writable: true })

  const undo = [
    peer.subscribe(change),
    peer.listen('notification', () => notification('in')),
    () => {
      // Not what somebody else has put there since.
      if (peer.request !== timed) return
      if (own) Object.defineProperty(peer, 'request', { value: original, configurable: true, writable: true })
      else Reflect.deleteProperty(peer, 'request')
    },
  ]
  return () => {
    for (const each of undo.splice(0)) each()
  }
}

/** Why a connection ended, as one of few words. */
function reasonFor(after: PeerStatus): string {
  if (after.state === 'closed') return after.code === undefined ? after.cause : reasonOf(after.code)
  const text = ('error' in after && after.error?.message) || ''
  const [, code] = /^closed with (\d+)/.exec(text) ?? []
  if (code) return reasonOf(Number(code))
  return WORDS.has(text) ? text : OTHER
}
