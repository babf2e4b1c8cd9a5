import type { IncomingMessage } from 'node:http'
import { type Refusal, refusalResponse } from './handshake.js'
import { createLogger } from './logger.js'

const logger = createLogger('WebSocketServer')

/** Says that a server has replied: there may be several on one HTTP server, and the first reply counts. */
const CLAIMED: unique symbol = Symbol('protoo.claimed')

interface Claimable extends IncomingMessage {
  [CLAIMED]?: true
}

/**
 * Says that an upgrade request is answered by the caller: every `WebSocketServer` on the same HTTP
 * server then leaves it alone. To be called before the reply.
 * @returns `false` when another server has answered it
 */
export function claimUpgrade(request: IncomingMessage): boolean {
  if (isClaimed(request)) return false
  const claimable: Claimable = request
  claimable[CLAIMED] = true
  return true
}

export function isClaimed(request: Claimable): boolean {
  return request[CLAIMED] === true
}

/** Answers with an HTTP error, unless another server has answered. */
export function refuseUpgrade(request: IncomingMessage, refusal: Refusal): void {
  if (claimUpgrade(request)) sendRefusal(request, refusal)
}

/** The answer itself, for who has claimed the request. */
export function sendRefusal({ socket }: IncomingMessage, refusal: Refusal): void {
  logger.warn('refused: %d %s', refusal.status, refusal.reason)
  // Nobody else listens, and a reset connection would end the process (S18).
  socket.on('error', ignoreError)
  // With data unread, closing resets the connection, and the response may be lost.
  socket.resume()
  socket.once('finish', () => socket.destroy())
  socket.end(refusalResponse(refusal), 'latin1')
}

export function ignoreError(error: Error): void {
  logger.debug('socket error: %s', error)
}
