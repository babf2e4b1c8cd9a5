import type { Data, ProtooNotification, RequestHandler, RequestListener } from '@protoo-kit/protocol'

/** The part of a peer, of any contract, that its checks use. */
export interface CheckedPeer {
  readonly id: string
  readonly closed: boolean
  // biome-ignore lint/complexity/noBannedTypes: as Node's EventEmitter says it
  rawListeners(event: 'request'): Function[]
  emitEvent(event: 'notification' | 'protocolerror', ...args: unknown[]): void
}

/** What a contract makes of what comes from clients. One for all peers of a room. */
export interface PeerChecks {
  /** Takes the requests that `peer.handle()` has no handler for; `this` is the peer. */
  readonly listener: RequestListener
  notification(peer: CheckedPeer, notification: ProtooNotification): void
  /** Around a handler of one method. */
  handler(peer: CheckedPeer, handler: RequestHandler): RequestHandler
  /** Around what comes of a request to the client. */
  answer(method: string, answer: Promise<Data>): Promise<Data>
}
