import type {
  AcceptRequest,
  AnyContract,
  Contract,
  NotificationOf,
  ProtocolError,
  RejectRequest,
  RequestOf,
  RequestOptions,
  ServerSide,
} from '@protoo-kit/protocol'
import type { CloseInfo } from './close.js'

/** A peer has one connection or one session, so there is no later one to wait for, or to repeat a request on. */
export type ServerRequestOptions = Pick<RequestOptions, 'timeout' | 'signal'>

export interface PeerEvents<C extends Contract = AnyContract> {
  /** A request that no `handle()` took. Call `accept` or `reject`, now or later. */
  request: [request: RequestOf<ServerSide<C>>, accept: AcceptRequest, reject: RejectRequest]
  notification: [notification: NotificationOf<ServerSide<C>>]
  close: [info: CloseInfo]
  /** The connection dropped; the peer keeps its place, and what it is sent, until the session's window has passed. */
  disconnected: []
  /** The client is back, and nothing was lost. */
  resumed: []
  /**
   * In a room on a backplane: the client's session was lost with its server, and the room's broadcasts since have been sent to it.
   * `complete` is false when some of them are not known any more, or nothing is known of where it stood: tell it.
   */
  caughtup: [info: { complete: boolean }]
  /** The client sent what is no message. It was dropped; the connection stays. */
  protocolerror: [error: ProtocolError]
}
