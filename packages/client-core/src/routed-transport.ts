import type { CloseCause, ConnectionEvent } from './connection.js'
import { todaysRetry } from './todays-retry.js'
import type { TransportOptions, UrlSource } from './transport-options.js'
import { pageWakeSource } from './wake.js'
import { WebSocketTransport } from './websocket-transport.js'

/** Close codes of a protoo Application after which a client stays away, beyond 4000. */
const FINAL = new Map<unknown, CloseCause>([
  // `peer.close()`.
  [1000, 'kicked'],
  // The same user and device connected once more.
  [3000, 'replaced'],
])

/**
 * A WebSocket that comes back, to a protoo Application: it stays away where that says so. Without such a transport two
 * pages of one user and device would take the connection from each other without end.
 */
export class RoutedTransport extends WebSocketTransport {
  /** @param options those of `WebSocketTransport`; there are no sessions, in whose place the server has its grace period */
  constructor(url: UrlSource, options: TransportOptions = {}) {
    super(url, { ...options, session: false })
  }

  /** @internal */
  protected override _dispatch(type: ConnectionEvent['type'], details?: { code?: number }): void {
    const final = type === 'lost' && FINAL.get(details?.code)
    super._dispatch(type, final ? { ...details, final } : details)
  }
}

/** One with the defaults of today, as `createPeer()` has them: retries without end and with jitter, and wakes with the page. */
export function createRoutedTransport(url: UrlSource, options: TransportOptions = {}): RoutedTransport {
  const retry = todaysRetry(options.retry)
  return new RoutedTransport(url, { wake: pageWakeSource, ...options, retry })
}
