// `node bench/redis/costs.mjs`: what a node and its Redis pay for what is there, for docs/scaling.md: a connection in the
// node's memory and the kernel's, a peer that comes and goes and a broadcast that is kept in Redis.
import { readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { RedisBackplane } from '@protoo-kit/redis'
import { Pair } from '../lib/processes.mjs'
import { ours } from '../systems/index.mjs'
import { RedisServer } from './redis-server.mjs'

const CONNECTIONS = 5000
const PEERS = 5000
const BROADCASTS = 20_000
/** That a room is spread over. */
const NODES = 16
/** About what the other benchmarks send. */
const text = JSON.stringify({ notification: true, method: 'bench', data: { n: 0, text: 'x'.repeat(180) } })

setFlagsFromString('--expose-gc')
/** @type {() => void} */
const collect = runInNewContext('gc')

const room = {
  deliver() {},
  joined() {},
  left() {},
  yield: () => true,
  lost() {},
  call: async () => ({}),
  gap(/** @type {Error} */ error) {
    throw error
  },
}

console.table({ ...(await connection()), ...(await redis()) })
process.exit()

async function connection() {
  const pair = await Pair.start(ours)
  // What a process needs once.
  await pair.connect(CONNECTIONS / 10, 32)
  const measure = async () => {
    const heap = await pair.server.do('heap')
    const status = readFileSync(`/proc/${pair.server.pid}/status`, 'utf8')
    const resident = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) * 1024
    const slab = Number(/^Slab:\s+(\d+)/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1]) * 1024
    return { heap, resident, slab }
  }
  const before = await measure()
  await pair.connect(CONNECTIONS, 32)
  await wait(1000)
  const after = await measure()
  await pair.kill()
  return {
    'heap of a connection, bytes': round((after.heap - before.heap) / CONNECTIONS),
    'resident memory of a connection, bytes': round((after.resident - before.resident) / CONNECTIONS),
    // Both ends are on this machine.
    'kernel memory of one end, bytes': round((after.slab - before.slab) / CONNECTIONS / 2),
  }
}

async function redis() {
  const server = await RedisServer.start()
  const [node, ...others] = Array.from({ length: NODES }, () => {
    // Short: a Redis that has just started gives no ids out for as long.
    const backplane = new RedisBackplane({ url: server.url, lease: 6000 })
    return { backplane, link: backplane.join('many', room) }
  })
  if (!node) throw new Error('no node')
  const { backplane, link } = node
  const alone = backplane.join('alone', room)
  for (const link of [alone, node.link, ...others.map((other) => other.link)]) await link.ready()
  ;(await link.claim('first', { name: 'A name' }, false))?.release()

  const heap = heapUsed()
  const coming = await spent(server, PEERS, async () => {
    const ids = Array.from({ length: PEERS }, (_, index) => `peer-${index}`)
    return await Promise.all(ids.map((id) => alone.claim(id, { name: 'A name' }, false)))
  })
  const view = (heapUsed() - heap) / PEERS
  const sending = await spent(server, BROADCASTS, () => publish(alone))
  const wide = await spent(server, BROADCASTS, () => publish(link))
  await Promise.all([node, ...others].map(({ backplane }) => backplane.close()))
  await server.stop()
  return {
    'a peer that comes: CPU of Redis, µs': coming.cpu,
    'a peer that is there: memory of Redis, its entry included, bytes': coming.memory,
    'a peer that is there: heap of its node, besides the connection, bytes': round(view),
    'a broadcast in a room on 1 node: CPU of Redis, µs': sending.cpu,
    [`a broadcast in a room on ${NODES} nodes: CPU of Redis, µs`]: wide.cpu,
    'a broadcast that is kept: memory of Redis, bytes': sending.memory,
    'length of a broadcast, bytes': text.length,
  }
}

/** @param {import('@protoo-kit/server-lite').BackplaneLink} link */
async function publish(link) {
  for (let n = 0; n < BROADCASTS; n++) {
    link.publish(text, [])
    if (n % 64 === 63) await wait(1)
  }
  // In order, and so done when this is.
  ;(await link.claim('last', {}, false))?.release()
}

function heapUsed() {
  collect()
  return process.memoryUsage().heapUsed
}

/**
 * @param {RedisServer} server
 * @param {number} count
 * @param {() => Promise<unknown>} work
 */
async function spent(server, count, work) {
  const before = { ...(await server.used()), memory: await server.memory() }
  await work()
  const after = { ...(await server.used()), memory: await server.memory() }
  return {
    cpu: round((after.cpu - before.cpu) / count),
    memory: round((after.memory - before.memory) / count),
  }
}

/** @param {number} value */
function round(value) {
  return Number(value.toPrecision(3))
}
