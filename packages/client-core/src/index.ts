export {
  type AcceptRequest,
  type AnyContract,
  BufferFullError,
  type Clock,
  CloseCode,
  ConnectionLostError,
  type Contract,
  ErrorCode,
  MessageTooLargeError,
  NotConnectedError,
  PeerClosedError,
  ProtocolError,
  type ProtocolErrorCode,
  ProtooError,
  type ProtooNotification,
  type ProtooRequest,
  type ProtooResponse,
  type RejectRequest,
  RequestError,
  type RequestOptions,
  RequestTimeoutError,
  SessionLostError,
} from '@protoo-kit/protocol'
export type { RetryOptions } from './backoff.js'
export {
  type BannerAction,
  type BannerMessages,
  type BannerView,
  bannerView,
  defaultBannerMessages,
} from './banner-view.js'
export { sameByValue, shallowEqual } from './compare.js'
export type { CloseCause, Down, PeerStatus } from './connection.js'
export { createPeer } from './create-peer.js'
export { type CloseEvent, type OpenEvent, Peer, type PeerEvents } from './peer.js'
export { type RequestState, type RequestStore, requestState } from './request-state.js'
export {
  type ConnectionPhase,
  type ConnectionStatus,
  type ConnectionStatusOptions,
  connectionStatus,
  type StatusSource,
} from './status.js'
export type { Store } from './store.js'
export type { Transport, TransportHandler, TransportSession } from './transport.js'
export type { TransportOptions, UrlSource } from './transport-options.js'
export { version } from './version.js'
export { pageWakeSource, type WakeEvent, type WakeSource } from './wake.js'
export type { NodeWebSocketOptions, WebSocketConstructor, WebSocketLike } from './websocket.js'
export { WebSocketTransport } from './websocket-transport.js'
