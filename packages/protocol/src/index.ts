export type {
  AcceptRequest,
  RejectRequest,
  RequestHandler,
  RequestListener,
} from './answer.js'
export { type Clock, systemClock } from './clock.js'
export { CLOSED_ON_PURPOSE, CloseCode, ErrorCode, isRetryable } from './codes.js'
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
} from './contract.js'
export {
  ConnectionLostError,
  NotConnectedError,
  PeerClosedError,
  ProtocolError,
  type ProtocolErrorCode,
  ProtooError,
  RequestError,
  RequestTimeoutError,
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
export { createRpc, type RequestOptions, type Rpc, type RpcHooks } from './rpc.js'
export { decodeAuthToken, encodeAuthToken, isCredential, SUBPROTOCOL } from './subprotocol.js'
