// A server that sends to clients which may not read, and says how much memory that takes.
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Room, WebSocketServer } from '@protoo-kit/server-lite'

const BOUND = 32 * 0x100000
// A local socket, for which the system keeps little: over TCP it would keep megabytes for each.
const folder = await mkdtemp(join(tmpdir(), 'sloth-'))
const path = join(folder, 'socket')
const http = createServer().listen(path)
await once(http, 'listening')
const server = new WebSocketServer(http, {
  limits: { totalBufferedBytes: BOUND, connectionsPerAddress: Number.POSITIVE_INFINITY },
  closeTimeout: 100,
})
const room = new Room()
let joined = 0
server.on('connectionrequest', (_info, accept) => {
  room.createPeer(`peer ${++joined}`, accept())
})

function state() {
  globalThis.gc?.()
  globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return { peers: room.peers.length, held: heapUsed + external, hits: server.limitHits }
}

process.on('disconnect', async () => {
  await rm(folder, { recursive: true })
  process.exit()
})
process.on('message', async (/** @type {{ send?: number }} */ { send = 0 }) => {
  const text = 'x'.repeat(1000)
  let sent = 0
  for (let round = 0; round < send; round++) {
    for (const peer of room.peers) {
      sent += text.length
      // To each its own, so that nothing is shared.
      peer.notify('news', { round, text }).catch(() => {})
    }
    await new Promise((resolve) => setImmediate(resolve))
  }
  process.send?.({ ...state(), sent })
})
process.send?.({ path, bound: BOUND })
