// A node of the cluster that tests break: rooms on a Redis, sessions that go from node to node, and a parent that is told what happens.
import { createWriteStream } from 'node:fs'
import http from 'node:http'
import { RedisBackplane } from '@protoo-kit/redis'
import { Room, setLogger, WebSocketServer } from '@protoo-kit/server-lite'

const { PORT, REDIS_URL, ROOMS, LEASE, WINDOW, GRACE, LOG } = process.env
if (LOG) {
  const file = createWriteStream(`${LOG}/${PORT}-${process.pid}.log`)
  const write = (/** @type {string} */ message) => void file.write(`${Date.now()} ${message}\n`)
  setLogger({ debug: write, warn: write, error: write })
}
const backplane = new RedisBackplane({ url: REDIS_URL, lease: Number(LEASE), timeout: 500 })
/** @type {Map<string, Room>} */
const rooms = new Map()
const tell = (/** @type {object} */ message) => {
  if (process.connected) process.send?.(message)
}

for (let index = 0; index < Number(ROOMS); index++) {
  const id = `room${index}`
  const room = new Room({ id, backplane, grace: Number(GRACE) })
  room.on('memberleave', (member) => tell({ left: member.id }))
  // Whoever counts must know.
  room.on('gap', ({ message }) => {
    tell({ gap: `${id}: ${message}` })
    for (const peer of room.peers) peer.notify('gap').catch(() => {})
  })
  rooms.set(id, room)
}

const httpServer = http.createServer()
const server = new WebSocketServer(httpServer, { session: { backplane, window: Number(WINDOW) } })
server.on('connectionrequest', ({ request, handover }, accept, reject) => {
  const { searchParams } = new URL(request.url ?? '', 'ws://localhost')
  const room = rooms.get(searchParams.get('room') ?? '')
  const peerId = searchParams.get('peer')
  if (!room || !peerId) return reject(404)
  if (handover) tell({ handover: peerId })
  const peer = room.createPeer(peerId, accept())
  peer.on('notification', ({ data }) => room.broadcast('told', { from: peerId, ...data }, { except: peerId }))
  peer.on('caughtup', ({ complete }) => {
    peer.notify(complete ? 'caughtup' : 'unknown').catch(() => {})
  })
  // Some answers take their time, and clients are elsewhere by then.
  peer.handle('ask', async ({ n }) => {
    await new Promise((resolve) => setTimeout(resolve, (n % 4) * 300))
    return { n }
  })
})
httpServer.listen(Number(PORT), '127.0.0.1', () => tell({ up: true }))

process.on('message', async () => {
  /** @type {Record<string, string[]>} */
  const members = {}
  for (const [id, room] of rooms) {
    const all = await room.members().catch(() => [])
    members[id] = all.map((member) => member.id).sort()
  }
  tell({ members })
})
process.once('SIGTERM', async () => {
  await server.drain({ timeout: Number(WINDOW), spread: 500 })
  for (const room of rooms.values()) room.close()
  await backplane.close()
  process.exit(0)
})
// With its parent it goes.
process.once('disconnect', () => process.exit(0))
