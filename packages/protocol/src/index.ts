export type {
  AcceptRequest,
  RejectRequest,
  RequestHandler,
  RequestListener,
} from './answer.js'
export { type Clock, systemClock } from './clock.js'
export {
  CLOSED_ON_PURPOSE,
  CloseCode,
  ErrorCode,
  endsSession,
  isRetryable,
  NOT_ALLOWED,
  OVERLOADED,
  REPLACED,
} from './codes.js'
export type {
  AnyContract,
  ClientSide,
  Contract,
  NotificationArguments,
  NotificationData,
  NotificationMethod,
  NotificationOf,
  RequestArguments,
  RequestData,
  RequestMethod,
  RequestOf,
  RequestResult,
  ServerSide,
  Side,
} from './contract-types.js'
export { createDeadlines } from './deadlines.js'
export {
  BufferFullError,
  ConnectionLostError,
  MessageTooLargeError,
  NotConnectedError,
  PeerClosedError,
  ProtocolError,
  type ProtocolErrorCode,
  ProtooError,
  RequestError,
  RequestTimeoutError,
  SessionLostError,
} from './errors.js'
export { FRAGMENTATION_THRESHOLD, type Fragment, fragments } from './fragment.js'
export { guard } from './guard.js'
export {
  createErrorResponse,
  createNotification,
  createRequest,
  createSuccessResponse,
  type Data,
  encode,
  type Message,
  type ProtooErrorResponse,
  type ProtooNotification,
  type ProtooRequest,
  type ProtooResponse,
  type ProtooSuccessResponse,
} from './message.js'
export { parse } from './parse.js'
export { type RequestOptions, Rpc, type RpcHooks } from './rpc.js'
export {
  attachSocket,
  createSession,
  createWelcome,
  flushMessages,
  forgetMessage,
  keepMessage,
  readWelcome,
  receiveFrame,
  type Session,
  type SessionSocket,
  type SessionTerms,
  sendAck,
  unackedNotifications,
  type Welcome,
} from './session.js'
export { ACK_EVERY } from './session-constants.js'
export {
  decodeAuthToken,
  decodeResume,
  encodeAuthToken,
  encodeResume,
  isCredential,
  mayHoldCredentials,
  type Resume,
  SESSION_SUBPROTOCOL,
  SUBPROTOCOL,
} from './subprotocol.js'
