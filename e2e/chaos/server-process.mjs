// The server, in a process of its own. It is told over IPC when to come to an end.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { Room, WebSocketServer } from '@protoo-kit/server-lite'
import { Conversation } from './conversation.mjs'

const seed = Number(process.argv[2])
/** @type {Map<string, { begun: number, resumed: number, disconnected: number, closed: string, conversation: Conversation }>} */
const clients = new Map()

const http = createServer().listen(0, '127.0.0.1')
await once(http, 'listening')
const session = { window: 600_000, heartbeat: 400 }
// Clients send what they have as fast as it goes.
const limits = { messagesPerSecond: 1e6, messageBurst: 1e6 }
new WebSocketServer(http, { session, limits }).on('connectionrequest', ({ request }, accept) => {
  const id = new URLSearchParams(request.url?.split('?')[1]).get('peerId') ?? ''
  // A room each: should a client come without its session, that is to be counted and not refused.
  const room = new Room()
  const peer = room.createPeer(id, accept())
  const known = clients.get(id)
  const ways = {
    request: peer.request.bind(peer),
    /** @type {import('./conversation.mjs').PeerLike['notify']} */
    async notify(method, data) {
      if (data.n % 3 === 0) room.broadcast(method, data)
      else await peer.notify(method, data)
    },
  }
  const conversation = new Conversation(ways, seed, id, 'server')
  // One of which the client never heard does not count.
  const before = known?.conversation.received ? known.begun : 0
  const client = { begun: before + 1, resumed: 0, disconnected: 0, closed: '', conversation }
  clients.set(id, client)
  peer.on('request', (request, accept) => conversation.answer(request, accept))
  peer.on('notification', ({ data }) => conversation.count(data))
  peer.on('resumed', () => client.resumed++)
  peer.on('disconnected', () => client.disconnected++)
  peer.on('close', ({ cause, code, reason }) => {
    client.closed = `${cause} ${code} ${reason}`
  })
  conversation.start()
})

process.on('message', async (/** @type {{ finish: number }} */ order) => {
  const drained = Promise.all([...clients.values()].map(({ conversation }) => conversation.finish()))
  const patience = new Promise((resolve) => {
    setTimeout(resolve, order.finish)
  })
  await Promise.race([drained, patience])
  process.send?.([...clients].map(report))
})
process.on('disconnect', () => process.exit())
process.send?.(http.address())

/** @typedef {ReturnType<typeof report>} ServerReport */

/** @param {[id: string, client: NonNullable<ReturnType<typeof clients.get>>]} entry */
function report([id, { conversation, ...client }]) {
  return { id, ...client, ...conversation.report() }
}
