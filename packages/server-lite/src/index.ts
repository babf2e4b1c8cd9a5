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
export type { FrameReceiver, FrameRefusal } from './allowance.js'
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
export type { LimitName, LimitOptions } from './limits.js'
export { type LeveledLogger, type Logger, setLogger } from './logger.js'
export { MemoryBackplane } from './memory-backplane.js'
export type { ResumeOutcome, ServerGauges, ServerMetrics } from './metrics.js'
export type { ServerOptions, SessionOptions } from './options.js'
export type { AllowedOrigins } from './origin.js'
export type { Peer } from './peer.js'
export type { PeerEvents } from './peer-events.js'
export type { TrustProxy } from './proxies.js'
export { type BroadcastArguments, type BroadcastOptions, Room, type RoomEvents } from './room.js'
export type { RoomOptions } from './room-options.js'
export type { TransportReceiver } from './transport-receiver.js'
export { version } from './version.js'
export {
  type ConnectionRequestAcceptFn,
  type ConnectionRequestInfo,
  type ConnectionRequestRejectFn,
  WebSocketServer,
  type WebSocketServerEvents,
} from './websocket-server.js'
export type { WebSocketTransport } from './websocket-transport.js'
