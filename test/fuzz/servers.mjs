// The three servers, in a process of their own, to be attacked. Over IPC it is asked for what they have counted.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { PeerServer } from '@protoo-kit/peerjs-server'
import { protoo } from '@protoo-kit/router'
import { Room, WebSocketServer } from '@protoo-kit/server-lite'
import { MAX_MESSAGE } from './constants.mjs'

/** @type {Map<string, number>} */
const counts = new Map()
const count = (/** @type {string} */ name) => void counts.set(name, (counts.get(name) ?? 0) + 1)
// Only what arrives in a second is not limited: it is an attack.
const limits = { messagesPerSecond: 1e9, messageBurst: 1e9, connectionsPerAddress: 1e6 }
const logger = { warn() {} }

async function listen() {
  const http = createServer().listen(0, '127.0.0.1')
  await once(http, 'listening')
  return http
}
const portOf = (/** @type {import('node:http').Server} */ http) =>
  /** @type {import('node:net').AddressInfo} */ (http.address()).port

const lite = await listen()
const server = new WebSocketServer(lite, {
  session: { window: 1000 },
  maxReceivedMessageSize: MAX_MESSAGE,
  limits,
  logger,
})
const room = new Room()
let joined = 0
server.on('connectionrequest', (_info, accept) => {
  const peer = room.createPeer(`peer ${++joined}`, accept())
  peer.handle('echo', (data) => data)
  peer.on('notification', () => {})
  peer.on('protocolerror', ({ code }) => count(`protoo ${code}`))
})

const routed = await listen()
const app = protoo()
app.set('env', 'test')
app.websocket(routed, { maxReceivedMessageSize: MAX_MESSAGE, limits, logger }, (_info, accept) =>
  accept(`user ${++joined}`, 'fuzz'),
)
app.on('online', (peer) => {
  peer.on('protocolerror', ({ code }) => count(`router ${code}`))
})
app.get('/echo', (req) => req.reply(200, 'OK', req.data))
app.use('/users', protoo.middleware.messenger(app))

const broker = await new Promise((/** @type {(http: import('node:http').Server) => void} */ resolve) => {
  const peerServer = PeerServer(
    {
      host: '127.0.0.1',
      port: 0,
      maxReceivedMessageSize: MAX_MESSAGE,
      expire_timeout: 50,
      concurrent_limit: 1e6,
      logger,
    },
    (http) => resolve(/** @type {import('node:http').Server} */ (http)),
  )
  peerServer.on('error', (error) => {
    // A frame that `ws` takes for broken is told here, too.
    if (!('code' in error)) count('peerjs error')
  })
})

for (const event of ['uncaughtException', 'unhandledRejection'])
  process.on(event, (error) => {
    console.error(event, error)
    process.exit(70)
  })
process.on('disconnect', () => process.exit())
process.on('message', (/** @type {string} */ question) => {
  if (question !== 'counts') return
  // What is in the connections that are ending is not growth.
  setTimeout(() => {
    globalThis.gc?.()
    globalThis.gc?.()
    process.send?.({
      counts: Object.fromEntries(counts),
      limits: server.limitHits,
      peers: room.peers.length + app.peers(),
      heap: process.memoryUsage().heapUsed,
      polluted: 'polluted' in {} || Object.keys(Object.prototype).length > 0,
    })
  }, 1500)
})
process.send?.({ protoo: portOf(lite), router: portOf(routed), peerjs: portOf(broker) })
