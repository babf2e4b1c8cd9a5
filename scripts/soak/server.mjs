// The server of a soak: rooms that open with their first member and close with their last. Run with --expose-gc, by fork().
import { timers } from './timers.mjs'

process.on('message', async (/** @type {keyof typeof commands} */ command) => {
  process.send?.(await commands[command]())
})

const { once } = (await import('node:events')).default
// Its timers are not counted.
const { setTimeout: after } = (await import('node:timers/promises')).default
const { surplus } = await import('./resources.mjs')
const { createServer } = await import('node:http')
const { Room, WebSocketServer } = await import('@protoo-kit/server-lite')

/**
 * What the server knows of a member.
 *
 * @typedef {object} Member
 * @property {number} requests
 * @property {number} notifications from it
 * @property {number} sent notifications to it
 * @property {number} asked requests to it that were answered
 * @property {Promise<unknown>[]} asking
 * @property {boolean} vanishing whether it will go without telling
 * @property {boolean} done whether it has said bye, and is sent nothing any more
 * @property {import('node:net').Socket} [socket] of its first connection, once its session is confirmed
 */

/** ms. */
const WINDOW = Number(process.argv[2])

const httpServer = createServer()
/** @type {Map<string, import('@protoo-kit/server-lite').Room>} */
const rooms = new Map()
const opened = { rooms: 0, connections: 0, closedRooms: 0 }
/** @type {Record<string, number>} */
const resumes = {}
/** @type {Record<string, number>} */
const limited = {}

const server = new WebSocketServer(httpServer, {
  session: { window: WINDOW },
  metrics: {
    opened: () => opened.connections++,
    resume(outcome) {
      resumes[outcome] = (resumes[outcome] ?? 0) + 1
    },
    limited(limit) {
      limited[limit] = (limited[limit] ?? 0) + 1
    },
  },
})

server.on('connectionrequest', ({ request, socket }, accept) => {
  const { searchParams } = new URL(request.url ?? '', 'ws://localhost')
  const name = searchParams.get('room') ?? ''
  const room = rooms.get(name) ?? open(name)
  join(room, room.createPeer(searchParams.get('peerId') ?? '', accept()), socket)
})

/** @param {string} name */
function open(name) {
  const room = new Room()
  rooms.set(name, room)
  opened.rooms++
  room.once('close', () => {
    opened.closedRooms++
    if (rooms.get(name) === room) rooms.delete(name)
  })
  return room
}

/**
 * @param {import('@protoo-kit/server-lite').Room} room
 * @param {import('@protoo-kit/server-lite').Peer} peer
 * @param {import('node:net').Socket} socket
 */
function join(room, peer, socket) {
  /** @type {Member} */
  const member = {
    requests: 0,
    notifications: 0,
    sent: 0,
    asked: 0,
    asking: [],
    vanishing: false,
    done: false,
  }
  peer.data.member = member
  peer.handle('hello', () => {
    member.socket = socket
    return {}
  })
  peer.handle('echo', (data) => {
    if (++member.requests % 8 === 0) member.asking.push(ask(peer, member))
    return data
  })
  peer.on('notification', ({ method, data }) => {
    member.notifications++
    const done = room.peers.filter((other) => memberOf(other).done)
    for (const other of room.peers) if (other !== peer && !memberOf(other).done) memberOf(other).sent++
    room.broadcast(method, data, { except: [peer, ...done] })
  })
  // Somebody's connection breaks, at this end.
  peer.handle('cut', ({ at }) => {
    const { peers } = room
    memberOf(peers[at % peers.length] ?? peer).socket?.destroy()
    return {}
  })
  peer.handle('count', async () => {
    await Promise.all(member.asking.splice(0))
    return counts(member)
  })
  peer.handle('bye', async ({ how }) => {
    await Promise.all(member.asking.splice(0))
    member.done = true
    member.vanishing = how === 'vanish'
    // Once this has been answered.
    setImmediate(() => closeIfDone(room))
    return counts(member)
  })
  peer.once('close', () => closeIfDone(room))
}

/**
 * Those who are gone for good are not waited for to be told: to others this would mean to come back.
 * @param {import('@protoo-kit/server-lite').Room} room
 */
function forget(room) {
  for (const peer of room.peers) if (memberOf(peer).vanishing && !peer.connected) peer.close(1012)
}

/** @param {import('@protoo-kit/server-lite').Room} room */
function closeIfDone(room) {
  if (room.closed || !room.peers.every((peer) => memberOf(peer).done)) return
  forget(room)
  room.close()
}

/**
 * @param {import('@protoo-kit/server-lite').Peer} peer
 * @returns {Member}
 */
const memberOf = (peer) => peer.data.member

/** @param {Member} member */
const counts = ({ requests, notifications, sent, asked }) => ({ requests, notifications, sent, asked })

/**
 * @param {import('@protoo-kit/server-lite').Peer} peer
 * @param {Member} member
 */
async function ask(peer, member) {
  const n = member.requests
  const answer = await peer.request('ask', { n }, { timeout: 120_000 })
  if (answer.n !== n) throw new Error(`asked ${n}, answered ${answer.n}`)
  member.asked++
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

/** Bytes in use, garbage taken away. */
async function heap() {
  for (let round = 0; round < 8; round++) {
    await turn()
    globalThis.gc?.()
  }
  return process.memoryUsage()
}

const commands = {
  /** With nobody there but who is connected. */
  async measure() {
    for (const room of [...rooms.values()]) forget(room)
    // Their sockets are closing.
    while (server.gauges.away > 0 || server.gauges.connections > server.gauges.sessions) await turn()
    const { heapUsed, rss, external } = await heap()
    return { heapUsed, rss, external, rooms: rooms.size, ...server.gauges }
  },

  /** @returns what is left of it */
  async stop() {
    await server.drain({ spread: 0 })
    httpServer.close()
    httpServer.closeAllConnections()
    await once(httpServer, 'close')
    // Clients that were away when they were closed are waited for, to be told: as if their window had passed.
    const now = performance.now.bind(performance)
    performance.now = () => now() + 2 * WINDOW
    // What has closed takes some turns to be gone.
    let left = surplus(idle)
    const end = now() + 30_000
    while (left.length + timers() > 0 && now() < end) {
      await after(100)
      left = surplus(idle)
    }
    return { left, timers: timers(), rooms: rooms.size, opened, resumes, limited, ...server.gauges }
  },
}

process.once('disconnect', () => {
  // Whoever began it has gone without stopping it.
  if (httpServer.listening) process.exit(1)
})
// What it begins with: the channel to who began it.
await turn()
const idle = process.getActiveResourcesInfo()
httpServer.listen(0, '127.0.0.1')
await once(httpServer, 'listening')
process.send?.(httpServer.address())
