/** What many sessions take whose clients are away, as JSON. Run with --expose-gc. */
import { serve, visit } from './clients.mjs'

const SESSIONS = 10_000
const WINDOW = 600_000
const MAX_TOTAL = 48 * 2 ** 20

/** Time passes when this says so, for windows not to be waited for. */
let shift = 0
const now = performance.now.bind(performance)
performance.now = () => now() + shift

const server = await serve({
  window: WINDOW,
  heartbeat: WINDOW / 2,
  maxSessions: SESSIONS,
  maxTotalBufferBytes: MAX_TOTAL,
})
const { room } = server

const turn = () => new Promise((resolve) => setImmediate(resolve))

/** Bytes in use, garbage taken away. */
async function heap() {
  for (let round = 0; round < 4; round++) {
    await turn()
    globalThis.gc?.()
  }
  return process.memoryUsage().heapUsed
}

/** @param {number} count */
async function fill(count) {
  for (let first = 0; first < count; first += 100)
    await Promise.all(
      Array.from({ length: Math.min(100, count - first) }, (_, index) => visit(server, `/${first + index}`)),
    )
}

/** To each peer a text of its own. @param {number} round */
async function notify(round) {
  const results = room.peers.map((peer) =>
    peer.notify('news', { round, id: peer.id, text: `${peer.id} `.repeat(400 / (peer.id.length + 1)) }),
  )
  await Promise.allSettled(results)
}

async function expire() {
  const [...peers] = room.peers
  const closed = Promise.all(peers.map((peer) => new Promise((resolve) => peer.once('close', resolve))))
  // The timer that looks after sessions alone would not keep this process running.
  const keep = setInterval(() => {}, 1000)
  shift += WINDOW
  await closed
  clearInterval(keep)
}

// Once all of it, for what is made for good the first time.
await fill(SESSIONS)
await notify(0)
await expire()

const before = await heap()
await fill(SESSIONS)
const away = await heap()
const waiting = room.peers.length
for (let round = 0; round < 3; round++) await notify(round)
const filled = await heap()
const kept = room.peers.length
for (let round = 0; round < 10; round++) await notify(round)
const full = await heap()
const left = room.peers.length
await expire()
const after = await heap()
console.log(JSON.stringify({ maxTotal: MAX_TOTAL, before, away, filled, full, after, waiting, kept, left }))
process.exit(0)
