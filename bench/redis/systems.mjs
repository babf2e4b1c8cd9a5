// One room on several nodes, over Redis: ours, and socket.io with its adapter for Redis Streams.
import { RedisBackplane } from '@protoo-kit/redis'
import { Room, WebSocketServer } from '@protoo-kit/server-lite'
import { createClient } from '@redis/client'
import { createAdapter } from '@socket.io/redis-streams-adapter'
import { Server } from 'socket.io'
import { protooKit } from '../systems/protoo-kit.mjs'
import * as socketIo from '../systems/socket-io.mjs'

/** @typedef {{ from: number, n: number, text: string }} Message */

/**
 * @typedef {object} System
 * @property {string} name
 * @property {(http: import('node:http').Server, redisUrl: string) => Promise<{ broadcast(data: Message): void, ready(): Promise<void> }>} serve
 * @property {import('../systems/system.js').System['connect']} connect
 */

/** @type {System} */
const ours = {
  name: 'protoo-kit',
  connect: protooKit(true).connect,
  async serve(http, url) {
    const backplane = new RedisBackplane({ url })
    const room = new Room({ id: 'bench', backplane })
    let joined = 0
    new WebSocketServer(http, { session: true }).on('connectionrequest', (_info, accept) => {
      room.createPeer(`peer ${process.pid} ${++joined}`, accept())
    })
    room.on('gap', (error) => console.error(error))
    return {
      broadcast: (data) => room.broadcast('bench', data),
      async ready() {
        await room.members()
      },
    }
  },
}

/** @type {System} */
const theirs = {
  name: 'socket.io',
  connect: socketIo.connect,
  async serve(http, url) {
    // What the adapter reads are the answers of RESP2.
    const client = createClient({ url, RESP: 2 })
    await client.connect()
    const server = new Server(http, {
      transports: ['websocket'],
      serveClient: false,
      adapter: createAdapter(client, { onlyPlaintext: true }),
    })
    server.on('connection', (socket) => socket.join('bench'))
    return {
      broadcast: (data) => void server.to('bench').emit('notification', data),
      async ready() {},
    }
  },
}

export const systems = [theirs, ours]

/** @param {string | undefined} name */
export function systemNamed(name) {
  const system = systems.find((system) => system.name === name)
  if (!system) throw new Error(`no system is called "${name}"`)
  return system
}
