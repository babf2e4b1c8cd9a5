// Lets clients into rooms.
import { WebSocketServer } from '@protoo-kit/server-lite'
import { ChatRoom } from './chat-room.js'
import { RoomMemory } from './room-memory.js'
import { isText } from './text.js'

const MAX_ROOMS = 1000

/** ms. Short enough that whoever tries it out sees a frozen connection noticed: within twice as long. */
const HEARTBEAT = 4000

/**
 * @import { Memory } from './memory.js'
 *
 * @typedef {object} ChatOptions
 * @property {number} [forgetAfter] ms for which an empty room is remembered, default 5 minutes
 * @property {(roomId: string, forgetAfter: number) => Memory} [remember] default: each room in this process's memory
 */

/**
 * Takes chat clients in on an HTTP server, at `/?roomId=…&peerId=…`.
 *
 * There are no accounts: a client is who it says it is.
 *
 * @param {import('node:http').Server} httpServer
 * @param {ChatOptions} [options]
 */
export function serveChat(httpServer, { forgetAfter = 5 * 60_000, remember = () => new RoomMemory() } = {}) {
  /** @type {Map<string, ChatRoom>} */
  const rooms = new Map()
  const server = new WebSocketServer(httpServer, {
    maxReceivedMessageSize: 16 * 1024,
    session: { heartbeat: HEARTBEAT },
  })

  server.on('connectionrequest', ({ request }, accept, reject) => {
    const query = new URLSearchParams(request.url?.split('?')[1])
    const roomId = query.get('roomId')
    const peerId = query.get('peerId')
    if (!isText(roomId, 64) || !isText(peerId, 64)) return reject(400, 'connect to /?roomId=…&peerId=…')
    if (!rooms.has(roomId) && rooms.size >= MAX_ROOMS) return reject(503, 'too many rooms')

    const room = rooms.get(roomId) ?? open(roomId)
    if (!room.hasPlaceFor(peerId)) return reject(503, 'the room is full')
    room.enter(peerId, accept())
  })

  /** @param {string} roomId */
  function open(roomId) {
    const room = new ChatRoom(remember(roomId, forgetAfter), () => rooms.delete(roomId), forgetAfter)
    rooms.set(roomId, room)
    return room
  }

  return {
    /** Sends everybody out of a room, who will not come back by themselves, and forgets what was said. */
    closeRoom(/** @type {string} */ roomId) {
      rooms.get(roomId)?.close()
      rooms.delete(roomId)
    },
    /** Disconnects everybody, who will come back by themselves, and lets nobody in any more. */
    stop() {
      server.stop()
      for (const room of rooms.values()) room.stop()
    },
    /** The same, spread over a moment; resolves when their connections are gone. */
    async drain() {
      await server.drain({ spread: 500, timeout: 5000 })
      for (const room of rooms.values()) room.stop()
    },
  }
}
