/**
 * The names under which programs import types that were written against
 * `@types/protoo-server`, sic.
 */
import type { ProtooNotification, ProtooRequest } from '@protoo-kit/protocol'
import type { ServerOptions } from './options.js'
import type {
  ConnectionRequestAcceptFn,
  ConnectionRequestInfo,
  ConnectionRequestRejectFn,
} from './websocket-server.js'

export type ConnectionRequestCb = (
  info: ConnectionRequestInfo,
  accept: ConnectionRequestAcceptFn,
  reject: ConnectionRequestRejectFn,
) => void

/** The options of WebSocket-Node, with those that have no effect here. */
export interface WebSocketServerOptions extends ServerOptions {
  assembleFragments?: boolean | undefined
  autoAcceptConnections?: boolean | undefined
  ignoreXForwardedFor?: boolean | undefined
}

export interface ProotooResponse {
  response: true
  id: number
  ok: boolean
  data?: ProtooRequest['data']
  errorCode?: number | undefined
  errorReason?: string | undefined
}

export type RequestCb = (request: ProtooRequest, accept: AcceptFn, reject: RejectFn) => void
export type AcceptFn = (data?: ProtooRequest['data']) => void
export type RejectFn = (errorCode?: number | Error, errorReason?: string | Error) => void
export type NotificationCb = (notification: ProtooNotification) => void
export type EmptyCb = () => void
