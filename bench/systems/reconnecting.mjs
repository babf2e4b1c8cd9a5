// Clients that come back, and nothing else: compared by how they do that, and by their size.
import { WebSocket as PartySocket } from 'partysocket'
import ReconnectingWebSocket from 'reconnecting-websocket'
import { WebSocket } from 'ws'
import * as ws from './ws.mjs'

/**
 * @param {string} name
 * @param {new (url: string, protocols: string[], options: any) => { onopen: ((event: any) => void) | null }} Socket
 * @returns {import('./system.js').System}
 */
function reconnecting(name, Socket) {
  return {
    ...ws,
    name,
    persist(url, opened) {
      new Socket(url, [], { WebSocket }).onopen = opened
    },
  }
}

export const reconnectingWebSocket = reconnecting(
  'reconnecting-websocket',
  /** @type {any} its types are for a bundler */ (ReconnectingWebSocket),
)
export const partySocket = reconnecting('partysocket', /** @type {any} */ (PartySocket))
