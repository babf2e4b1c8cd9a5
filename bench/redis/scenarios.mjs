// What is measured of a cluster. Every message is counted, and its order checked, at every client.
import { LossyRun } from '../lib/interleave.mjs'
import { percentiles } from '../scenarios/messages.mjs'

/** @typedef {import('./cluster.mjs').Cluster} Cluster */

/** Broadcasts in one turn of a node, and how many such turns may be on their way. */
const BATCH = 64
const WINDOW = 16
/** ms without anything that arrives after which nothing more will. */
const STALLED = 5000

/**
 * All nodes broadcast at once, as fast as all clients of all nodes get it.
 * @param {Cluster} cluster
 * @param {number} each broadcasts of each node; rounded up to whole turns
 */
export async function throughput(cluster, each) {
  const { nodes, redis, clients } = cluster
  const batches = Math.ceil(each / BATCH)
  const count = batches * BATCH
  const before = { ...(await redis.used()), nodes: await cluster.cpu() }
  const start = performance.now()
  await new Promise((resolve, reject) => {
    let left = nodes.length
    let arrived = 0
    let seen = -1
    const watch = setInterval(() => {
      if (arrived === seen) fail(`${cluster.name}: ${arrived} of ${count * nodes.length * clients} arrived`)
      seen = arrived
    }, STALLED)
    const fail = (/** @type {string} */ reason) => {
      clearInterval(watch)
      cluster.heard = () => {}
      reject(new LossyRun(reason))
    }
    const sources = nodes.map((node) => {
      /** Of each client: the next message that it is to get. */
      const next = Array.from({ length: clients }, () => 0)
      /** Of each turn: how many clients have not got all of it. */
      const waiting = Array.from({ length: batches }, () => clients)
      let sent = 0
      const send = () => {
        if (sent < batches) void node.do('broadcast', { first: sent++ * BATCH, count: BATCH })
      }
      return { next, waiting, send }
    })
    cluster.heard = (client, { from, n }) => {
      const source = sources[from]
      if (!source) return
      arrived++
      if (n !== source.next[client])
        return fail(`${cluster.name}: ${n} came in place of ${source.next[client]}`)
      source.next[client] = n + 1
      if ((n + 1) % BATCH > 0) return
      const batch = (n + 1) / BATCH - 1
      source.waiting[batch] = (source.waiting[batch] ?? 0) - 1
      if (source.waiting[batch] !== 0) return
      source.send()
      if (batch + 1 < batches || --left > 0) return
      clearInterval(watch)
      resolve(undefined)
    }
    for (const { send } of sources) for (let turn = 0; turn < WINDOW; turn++) send()
  })
  const seconds = (performance.now() - start) / 1000
  const total = count * nodes.length
  const after = { ...(await redis.used()), nodes: await cluster.cpu() }
  return {
    perSecond: total / seconds,
    commands: (after.commands - before.commands) / total,
    redisCpu: (after.cpu - before.cpu) / total,
    nodesCpu: (after.nodes - before.nodes) / total,
  }
}

/**
 * One broadcast at a time: when does it reach a client of its own node, and how much later the last one of another?
 * @param {Cluster} cluster
 * @param {number} count
 */
export async function latency(cluster, count) {
  const { nodes, redis, clients } = cluster
  const [node] = nodes
  const perNode = clients / nodes.length
  /** @type {number[]} */
  const local = []
  /** @type {number[]} */
  const remote = []
  /** @type {number[]} */
  const added = []
  const { commands } = await redis.used()
  for (let n = 0; n < count; n++) {
    const start = performance.now()
    const times = await new Promise((resolve) => {
      /** @type {{ here: number, elsewhere: number }} */
      const last = { here: 0, elsewhere: 0 }
      let left = clients
      cluster.heard = (client, message) => {
        if (message.n !== n) throw new Error(`${cluster.name}: ${message.n} came in place of ${n}`)
        last[client < perNode ? 'here' : 'elsewhere'] = performance.now() - start
        if (--left === 0) resolve(last)
      }
      void node?.do('broadcast', { first: n, count: 1 })
    })
    local.push(times.here)
    remote.push(times.elsewhere)
    added.push(times.elsewhere - times.here)
  }
  const after = await redis.used()
  const [here, elsewhere, difference] = [local, remote, added].map(percentiles)
  return {
    local: here?.p50 ?? Number.NaN,
    remote: elsewhere?.p50 ?? Number.NaN,
    added50: difference?.p50 ?? Number.NaN,
    added99: difference?.p99 ?? Number.NaN,
    commandsAlone: (after.commands - commands) / count,
  }
}
