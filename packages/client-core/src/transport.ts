import type { Clock } from '@protoo-kit/protocol'
import type { PeerStatus } from './connection.js'

/** Who a transport tells: its peer. */
export interface TransportHandler {
  /** `status` has become another object. What it means is the peer's to say, alike for every transport. */
  change(after: PeerStatus, before: PeerStatus): void
  /** Anything the socket delivered: a string, or a binary frame. */
  message(frame: unknown): void
}

/** What a session does for the peer while it lasts, connected or not. */
export interface TransportSession {
  /** The requests that may wait for their answers. */
  readonly maxRequests: number
  /**
   * Keeps the message until the server has it, over however many connections.
   * @param answer whether it answers a request: the bounds do not hold for those
   * @returns its number
   * @throws BufferFullError, MessageTooLargeError
   */
  send(text: string, answer?: boolean): number
  /** Takes a message back that the server does not have yet. */
  forget(number: number): void
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
  /** The session that the server has begun, if any: what is sent goes through it. */
  readonly session?: TransportSession | undefined
  /** One peer per transport: a second one throws. */
  attach(handler: TransportHandler): void
  /**
   * Sends on the connection that there is; with a {@link session} nobody calls it.
   * @throws NotConnectedError
   */
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
