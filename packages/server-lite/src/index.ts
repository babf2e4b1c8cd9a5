export type {
  AcceptRequest,
  AnyContract,
  Contract,
  ProtocolErrorCode,
  ProtooNotification,
  ProtooRequest,
  RejectRequest,
  RequestOptions,
} from '@protoo-kit/protocol'
export {
  BufferFullError,
  CloseCode,
  ConnectionLostError,
  ErrorCode,
  PeerClosedError,
  ProtocolError,
  ProtooError,
  RequestError,
  RequestTimeoutError,
} from '@protoo-kit/protocol'
export type {
  Backplane,
  BackplaneLink,
  BackplaneRoom,
  BackplaneServer,
  Claim,
  Member,
  MemberSession,
  Missed,
  Passage,
  PeerCall,
  ServerLink,
  TakenClaim,
} from './backplane.js'
export { BackplaneGapError, BackplaneUnavailableError, PeerNotFoundError } from './backplane-errors.js'
export type { CloseInfo } from './close.js'
export type {
  AcceptFn,
  ConnectionRequestCb,
  EmptyCb,
  NotificationCb,
  ProotooResponse,
  RejectFn,
  RequestCb,
  WebSocketServerOptions,
} from './compat-types.js'
export type { DrainOptions } from './drain.js'
export type { Logger } from './logger.js'
export { MemoryBackplane } from './memory-backplane.js'
export type { ServerOptions, SessionOptions } from './options.js'
export type { AllowedOrigins } from './origin.js'
export type { Peer, PeerEvents } from './peer.js'
export { type BroadcastArguments, type BroadcastOptions, Room, type RoomEvents } from './room.js'
export type { RoomOptions } from './room-options.js'
export { version } from './version.js'
export {
  type ConnectionRequestAcceptFn,
  type ConnectionRequestInfo,
  type ConnectionRequestRejectFn,
  WebSocketServer,
  type WebSocketServerEvents,
} from './websocket-server.js'
export type { TransportReceiver, WebSocketTransport } from './websocket-transport.js'
