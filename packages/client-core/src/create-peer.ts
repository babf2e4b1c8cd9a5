import type { AnyContract, Contract } from '@protoo-kit/protocol'
import { Peer } from './peer.js'
import { todaysRetry } from './todays-retry.js'
import type { TransportOptions, UrlSource } from './transport-options.js'
import { pageWakeSource } from './wake.js'
import { WebSocketTransport } from './websocket-transport.js'

/**
 * A peer with the defaults of today rather than v4's: it jitters its retries, the first
 * one after a drop included, never gives up unless told to, dials at once when the
 * network is back or the page is shown again, and asks for a session.
 *
 * ```ts
 * const peer = createPeer<ChatContract>('wss://example.org/?roomId=lobby&peerId=ann')
 * ```
 */
export function createPeer<C extends Contract = AnyContract>(
  url: UrlSource,
  options: TransportOptions = {},
): Peer<C> {
  const retry = todaysRetry(options.retry)
  return new Peer<C>(new WebSocketTransport(url, { wake: pageWakeSource, session: true, ...options, retry }))
}
