import type { Clock } from '@protoo-kit/protocol'
import type { PeerStatus } from './connection.js'

/** Who a transport tells: its peer. */
export interface TransportHandler {
  /** `status` has become another object. What it means is the peer's to say, alike for every transport. */
  change(after: PeerStatus, before: PeerStatus): void
  /** Anything the socket delivered: a string, or a binary frame. */
  message(frame: unknown): void
}

/**
 * A connection that comes back: what a `Peer` needs of one. `WebSocketTransport`
 * is the default; `./reconnecting-websocket` adapts an instance that you have.
 */
export interface Transport {
  readonly status: PeerStatus
  readonly closed: boolean
  /** Time for the peer's deadlines, if not the system's. */
  readonly clock?: Clock | undefined
  /** One peer per transport: a second one throws. */
  attach(handler: TransportHandler): void
  /** @throws NotConnectedError */
  send(text: string): void
  /** Dials, unless that has happened already. */
  connect(): void
  /**
   * Dials now, rather than at `status.retryAt`; opens again after `exhausted`,
   * `refused` and `replaced`. Does nothing while connecting or open.
   * @throws PeerClosedError when closed here or by the server on purpose
   */
  reconnect(): void
  close(code?: number, reason?: string): void
}
