// `node bench/redis/run.mjs`: one room on three nodes over Redis, ours beside socket.io with its adapter for Redis Streams:
// broadcasts per second, commands of Redis for each, and how much later they come to other nodes. They take turns:
// A B B A in one round, B A A B in the next. `--json` prints the numbers alone. Exit code 1 if ours is slower.
import { parseArgs } from 'node:util'
import { median, summarize } from '../lib/statistics.mjs'
import { Cluster } from './cluster.mjs'
import { latency, throughput } from './scenarios.mjs'
import { systems } from './systems.mjs'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    nodes: { type: 'string', default: '3' },
    clients: { type: 'string', default: '4' },
    broadcasts: { type: 'string', default: '6000' },
    latencies: { type: 'string', default: '300' },
    json: { type: 'boolean', default: false },
  },
})
const load = {
  nodes: Number(values.nodes),
  clients: Number(values.clients),
  broadcasts: Number(values.broadcasts),
  latencies: Number(values.latencies),
}

/** @typedef {Awaited<ReturnType<typeof throughput>> & Awaited<ReturnType<typeof latency>>} Sample */

const clusters = []
for (const { name } of systems) clusters.push(await Cluster.start(name, load.nodes, load.clients))

/**
 * Each of them twice, A B B A: whatever changes meanwhile falls on both.
 * @param {Cluster[]} order
 */
async function round(order) {
  /** @type {Map<Cluster, Sample>} */
  const first = new Map()
  for (const cluster of order) first.set(cluster, await sample(cluster))
  for (const cluster of order.toReversed()) {
    const second = await sample(cluster)
    const both = Object.entries(first.get(cluster) ?? {}).map(([measure, value]) => [
      measure,
      (value + (second[/** @type {keyof Sample} */ (measure)] ?? Number.NaN)) / 2,
    ])
    rounds[cluster.name]?.push(Object.fromEntries(both))
  }
}

/**
 * @param {Cluster} cluster
 * @returns {Promise<Sample>}
 */
async function sample(cluster) {
  const flow = await throughput(cluster, load.broadcasts)
  return { ...flow, ...(await latency(cluster, load.latencies)) }
}

/** @type {Record<string, Sample[]>} */
const rounds = Object.fromEntries(systems.map(({ name }) => [name, []]))
try {
  // Code that is not compiled yet is not what is compared.
  for (const cluster of clusters) {
    await throughput(cluster, Math.ceil(load.broadcasts / 2))
    await latency(cluster, Math.ceil(load.latencies / 2))
  }
  for (let turn = 0; turn < Number(values.rounds); turn++) {
    await round(turn % 2 === 0 ? clusters : clusters.toReversed())
    const last = Object.entries(rounds).map(([name, all]) => [name, all.at(-1)])
    if (!values.json) console.log(`round ${turn + 1}:`, Object.fromEntries(last))
  }
} finally {
  for (const cluster of clusters) await cluster.kill()
}

const [theirs = [], own = []] = systems.map(({ name }) => rounds[name])
/** Ours to theirs, round by round. */
const ratios = own.map(({ perSecond }, turn) => perSecond / (theirs[turn]?.perSecond ?? Number.NaN))
const summary = {
  load,
  rounds: own.length,
  ratios,
  systems: Object.fromEntries(systems.map(({ name }) => [name, summarize(rounds[name] ?? [], theirs)])),
}
if (values.json) console.log(JSON.stringify(summary))
else {
  console.log(JSON.stringify(summary.systems, undefined, 1))
  console.log(
    `ours to socket.io, broadcasts per second: ${ratios.map((ratio) => ratio.toFixed(2)).join(', ')}`,
  )
}
if (median(ratios) < 1) process.exitCode = 1
// The clients of both would come back for ever.
process.exit()
