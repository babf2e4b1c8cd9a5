// Serves the chat: `node server.js`, then open the address it prints in two windows.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { parseArgs } from 'node:util'
import { ChatHost } from './chat-host.js'
import { ChatNodes } from './chat-nodes.js'
import { createNetworkControl } from './network/control.js'
import { Network } from './network/network.js'
import { servePage } from './pages.js'
import { serveCalls } from './peerjs/broker.js'
import { startRedis } from './private-redis.js'

const MAX_NODES = 16
const LOOPBACK = ['127.0.0.1', '::1', 'localhost']

/**
 * @typedef {object} ChatServerOptions
 * @property {number} [port] default 0: any free one
 * @property {string} [host] default 127.0.0.1
 * @property {boolean} [network] whether visitors may break their connections and restart the server, for demonstrations;
 *   default: on this machine only
 * @property {number} [forgetAfter] ms for which an empty room is remembered, default 5 minutes
 * @property {number} [nodes] processes that share the rooms, default 1
 * @property {string} [redis] URL of the Redis that joins them; default: one of their own if there are several, otherwise none
 *
 * @param {ChatServerOptions} [options]
 * @returns once it listens; rejects with Node's error (such as `EADDRINUSE`) when it cannot
 */
export async function startChat(options = {}) {
  const {
    port = 0,
    host = '127.0.0.1',
    network: mayBreak = LOOPBACK.includes(host),
    ...hostOptions
  } = options
  const { chat, release } = await hostOf(hostOptions)
  const network = new Network(() => chat.port)
  const control = createNetworkControl(network, { restart, restartsIn: () => chat.restartsIn }, mayBreak)
  const http = createServer((request, response) => {
    if (request.url?.split('?')[0] === '/network') control(request, response)
    else if (isCall(request)) calls.listener(request, response)
    else servePage(request, response)
  })
  const calls = serveCalls(http)
  http.on('upgrade', (request, socket, head) => {
    if (!isCall(request)) network.connect(request, socket, head)
  })

  function restart() {
    chat.restart(
      () => network.destroyAll(),
      (error) => console.error('The chat did not restart:', error),
    )
  }

  try {
    await chat.start()
    http.listen(port, host)
    await once(http, 'listening')
  } catch (error) {
    await chat.stop()
    await release()
    throw error
  }
  const address = /** @type {import('node:net').AddressInfo} */ (http.address())
  return {
    /** Ends with a slash. */
    url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}/`,
    closeRoom: (/** @type {string} */ roomId) => chat.closeRoom(roomId),
    /** The process ids of its nodes, if they are processes of their own. */
    get nodes() {
      return chat instanceof ChatNodes ? chat.pids : []
    },
    async close() {
      network.restoreAll()
      // While one node goes, those who were on it are let in at the next.
      await chat.stop()
      const closed = once(http, 'close')
      http.close()
      calls.close()
      http.closeIdleConnections()
      await closed
      await release()
    },
  }
}

/**
 * One server in this process, or several in processes of their own.
 * @param {Pick<ChatServerOptions, 'forgetAfter' | 'nodes' | 'redis'>} options
 */
async function hostOf({ nodes = 1, redis, ...options }) {
  if (nodes === 1 && redis === undefined) return { chat: new ChatHost(options), release: async () => {} }
  const own = redis === undefined ? await startRedis() : undefined
  const chat = new ChatNodes(nodes, {
    ...options,
    redis: redis ?? own?.url ?? '',
    redisIsOurs: own !== undefined,
  })
  return { chat, release: async () => own?.stop() }
}

/** Calls have a page and a broker of their own. @param {import('node:http').IncomingMessage} request */
function isCall({ url = '' }) {
  return url.startsWith('/peerjs/')
}

async function main() {
  const { values } = parseArgs({
    options: {
      port: { type: 'string' },
      host: { type: 'string' },
      network: { type: 'boolean' },
      nodes: { type: 'string', default: '1' },
      redis: { type: 'string' },
    },
  })
  const chosen = values.port ?? process.env.PORT
  const port = Number(chosen ?? 3000)
  const { host, network, redis } = values
  const nodes = Number(values.nodes)
  if (!Number.isInteger(nodes) || nodes < 1 || nodes > MAX_NODES)
    throw new Error(`--nodes must be a number from 1 to ${MAX_NODES}`)
  if (redis !== undefined && !/^rediss?:\/\/./.test(redis))
    throw new Error('--redis must be a URL, such as redis://127.0.0.1:6379')
  const options = { nodes, ...(host && { host }), ...(network && { network }), ...(redis && { redis }) }

  const chat = await startChat({ ...options, port }).catch((error) => {
    // Whoever named a port wants that one.
    if (error.code === 'EADDRINUSE' && chosen === undefined) return startChat(options)
    throw error
  })
  console.log(`Chat: ${chat.url}`)
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void chat.close())
}

if (process.argv[1] === import.meta.filename) {
  main().catch((error) => {
    console.error(`The chat did not start: ${error.message}`)
    process.exitCode = 1
  })
}
