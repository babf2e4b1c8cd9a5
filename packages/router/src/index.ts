export { ProtocolError, type ProtocolErrorCode, RequestError } from '@protoo-kit/protocol'
export {
  Application,
  type ApplicationEvents,
  type ApplicationOptions,
  type GetSetting,
  type WebSocketOptions,
} from './application.js'
export type { Accept, ConnectionInfo, ConnectionListener, Reject } from './connection-listener.js'
export type { ErrorHandler, Handler, Handlers, Next, ParamHandler } from './handler.js'
export type { CustomMethods, HandlerMethods, Method, RouteMethods } from './methods.js'
export type { MessengerOptions } from './middleware/messenger.js'
export type { AcceptJoin, RejectJoin, Room, RoomEvents } from './middleware/room.js'
export type { RoomHandlerOptions } from './middleware/room-handler.js'
export type { Session, SessionEvents, SessionStatus } from './middleware/session.js'
export type { SessionHandlerOptions } from './middleware/session-handler.js'
export type { Params } from './params.js'
export type { PathPattern } from './path-pattern.js'
export { Peer, type PeerEvents } from './peer.js'
export { type Protoo, protoo, protoo as default, protoo as 'module.exports' } from './protoo.js'
export { Request, type RequestEvents, type RequestFields, type Sender } from './request.js'
export { type Data, type MessageId, Response } from './response.js'
export { Route } from './route.js'
export { Router, type RouterOptions } from './router.js'
export type { KnownSettings } from './settings.js'
export { version } from './version.js'
