import * as peer from './peer.mjs'
import * as protoo from './protoo.mjs'
import { protooKit } from './protoo-kit.mjs'
import { partySocket, reconnectingWebSocket } from './reconnecting.mjs'
import * as socketIo from './socket-io.mjs'
import * as ws from './ws.mjs'

/** What others are compared with: the practical limit. */
export const limit = ws.name
export const ours = 'protoo-kit, sessions'

/** Those that carry messages. */
export const messaging = [ws, protooKit(false), protooKit(true), protoo, socketIo]

/** Those that take connections in. */
export const connecting = [...messaging, peer]

/** Those that come back by themselves. */
export const persistent = [protooKit(true), protoo, socketIo, reconnectingWebSocket, partySocket]

/** @param {string | undefined} name */
export function systemNamed(name) {
  const system = [...connecting, ...persistent].find((system) => system.name === name)
  if (!system) throw new Error(`no system is called "${name}"`)
  return system
}
