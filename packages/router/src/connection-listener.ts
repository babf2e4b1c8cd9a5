import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type {
  ConnectionRequestAcceptFn,
  ConnectionRequestInfo,
  ConnectionRequestRejectFn,
} from '@protoo-kit/server-lite'
import type { Data } from './response.js'

/** What is known of a client that wants to come in. */
export interface ConnectionInfo {
  /** The HTTP request. */
  readonly req: IncomingMessage
  /** The page's origin; undefined for clients that are no browsers. */
  readonly origin: string | undefined
  readonly socket: Socket
  /** The client's `authToken`, decoded. It is nowhere in `req`. Do not log it. */
  readonly authToken?: string | undefined
}

/**
 * Takes the client in, under names of the application's choice: strings, and not empty, or the client is rejected (400).
 * @param data becomes `peer.data`
 */
export type Accept = (username: string, uuid: string, data?: Data | null) => void

/**
 * Turns the client away.
 * @param code HTTP status, default 403, also for what is none
 * @param reason default `Rejected`
 */
export type Reject = (code?: number | string, reason?: string) => void

/** Asked of each client: answer now or later; the first answer counts. May be async: a rejection is 500. */
export type ConnectionListener = (info: ConnectionInfo, accept: Accept, reject: Reject) => unknown

type Connect = (username: string, uuid: string, data: Data, accept: ConnectionRequestAcceptFn) => void

/** The application's listener, for the event of the WebSocketServer. */
export function connectionListener(
  listener: ConnectionListener,
  connect: Connect,
  closed: () => boolean,
): (
  info: ConnectionRequestInfo,
  accept: ConnectionRequestAcceptFn,
  reject: ConnectionRequestRejectFn,
) => unknown {
  return ({ request: req, origin, socket, authToken }, accept, reject) => {
    let answered = false
    const first = (): boolean => {
      const is = !answered
      answered = true
      return is
    }
    return listener(
      { req, origin, socket, authToken },
      (username, uuid, data) => {
        if (!first()) return
        const problem = closed() ? undefined : refusal(username, uuid, data)
        if (closed()) reject(503, 'shutting down')
        else if (problem) reject(400, problem)
        else connect(username, uuid, data ?? {}, accept)
      },
      (code, reason) => {
        if (first()) reject(typeof code === 'number' ? code : 403, reason)
      },
    )
  }
}

/** Names come from clients, often enough: what is wrong with them is no reason to throw (L4). */
function refusal(username: unknown, uuid: unknown, data: unknown): string | undefined {
  if (typeof username !== 'string' || !username) return 'username must be a string that is not empty'
  if (typeof uuid !== 'string' || !uuid) return 'uuid must be a string that is not empty'
  if (data !== undefined && data !== null && typeof data !== 'object') return 'data must be an object'
  return
}
