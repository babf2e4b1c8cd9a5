// One node of several: the chat's server over a Redis that all of them share.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { RedisBackplane } from '@protoo-kit/redis'
import { createClient } from '@redis/client'
import { serveChat } from './chat.js'
import { SharedRoomMemory } from './shared-room-memory.js'

/** ms. Short, so that whoever was on a node that was killed does not wait long at the next one. */
const LEASE = 5000

/**
 * @typedef {object} NodeOptions
 * @property {string} redis its URL
 * @property {boolean} [redisIsOurs] it was started for these nodes
 * @property {number} [forgetAfter] ms for which an empty room is remembered, default 5 minutes
 */

/**
 * @param {NodeOptions} options
 * @returns once it listens, on this machine only
 * @throws Error (rejects) when Redis cannot be reached
 */
export async function startSharedChat({ redis: url, redisIsOurs = false, ...options }) {
  const redis = await connect(url)
  const backplane = new RedisBackplane({ url, lease: LEASE })
  const http = createServer((_request, response) => response.writeHead(404).end())
  const chat = serveChat(http, {
    ...options,
    remember: (roomId, forgetAfter) => new SharedRoomMemory(roomId, { backplane, redis }, forgetAfter),
  })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const { port } = /** @type {import('node:net').AddressInfo} */ (http.address())

  return {
    port,
    closeRoom: (/** @type {string} */ roomId) => chat.closeRoom(roomId),
    /**
     * Sends everybody to other nodes.
     * @param {boolean} [orphaned] whoever started this is gone, and cannot stop Redis any more
     */
    async stop(orphaned = false) {
      await chat.drain()
      http.close()
      http.closeIdleConnections()
      await backplane.close()
      // It answers by hanging up.
      if (orphaned && redisIsOurs) await redis.sendCommand(['SHUTDOWN', 'NOSAVE']).catch(() => {})
      if (redis.isOpen) redis.destroy()
    },
  }
}

/** @param {string} url */
async function connect(url) {
  let reached = false
  const redis = createClient({
    url,
    RESP: 3,
    // Whoever asks while it is away is told at once.
    disableOfflineQueue: true,
    commandsQueueMaxLength: 10_000,
    socket: { reconnectStrategy: (retries) => reached && Math.min(50 * (retries + 1), 1000) },
  })
  // Those who ask are told, and it comes back by itself.
  redis.on('error', () => {})
  try {
    await redis.connect()
  } catch (error) {
    throw new Error(`Redis cannot be reached at ${new URL(url).host}`, { cause: error })
  }
  reached = true
  return redis
}
