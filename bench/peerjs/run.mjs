// `node bench/peerjs/run.mjs`: our broker and the npm package `peer`, in one run, round about: what they relay in a
// second and what a connection costs them. Both at their defaults. `--json` prints the numbers alone.
import { parseArgs } from 'node:util'
import { BrokerProcess } from './broker-process.mjs'
import { measureMemory } from './memory.mjs'
import { measureRelay } from './relay.mjs'

/** @typedef {{ rate: number, cpu: number, rss: number, used: number }} Sample */
/** @typedef {import('./broker-process.mjs').Name} Name */

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    messages: { type: 'string', default: '60000' },
    pairs: { type: 'string', default: '50' },
    window: { type: 'string', default: '8' },
    connections: { type: 'string', default: '2000' },
    json: { type: 'boolean', default: false },
  },
})
const load = { pairs: Number(values.pairs), window: Number(values.window), messages: Number(values.messages) }

/**
 * @param {Name} name
 * @returns {Promise<Sample>}
 */
async function sample(name) {
  const idle = await BrokerProcess.start(name)
  const memory = await measureMemory(idle, Number(values.connections))
  await idle.stop()
  const broker = await BrokerProcess.start(name)
  await measureRelay(broker, { ...load, messages: Math.ceil(load.messages / 4) })
  const relay = await measureRelay(broker, load)
  await broker.stop()
  return { ...memory, ...relay }
}

/** @param {number[]} numbers */
function median(numbers) {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN
}

/** @type {Record<Name, Sample>[]} */
const rounds = []
for (let round = 0; round < Number(values.rounds); round++) {
  // Whoever is first in one round is second in the next.
  const names = /** @type {Name[]} */ (round % 2 === 0 ? ['peer', 'ours'] : ['ours', 'peer'])
  /** @type {Partial<Record<Name, Sample>>} */
  const result = {}
  for (const name of names) result[name] = await sample(name)
  const { peer, ours } = /** @type {Record<Name, Sample>} */ (result)
  rounds.push({ peer, ours })
  if (values.json) continue
  const show = (/** @type {Sample} */ { rate, cpu, rss, used }) =>
    `${Math.round(rate)}/s, ${cpu.toFixed(1)} µs, ${Math.round(rss)} B (${Math.round(used)} B used)`
  console.log(
    `round ${round + 1}: peer ${show(peer)}; ours ${show(ours)}; rate × ${(ours.rate / peer.rate).toFixed(2)}`,
  )
}

const ratio = (/** @type {keyof Sample} */ key) =>
  median(rounds.map(({ peer, ours }) => ours[key] / peer[key]))
const summary = {
  load,
  rate: ratio('rate'),
  cpu: ratio('cpu'),
  rss: ratio('rss'),
  used: ratio('used'),
  rounds,
}
if (values.json) console.log(JSON.stringify(summary))
else {
  console.log(`\nours to peer, median of ${rounds.length} rounds:`)
  console.log(
    `  offers relayed a second   × ${summary.rate.toFixed(2)}  (${load.messages} a round, all counted)`,
  )
  console.log(`  processor time of each    × ${summary.cpu.toFixed(2)}`)
  console.log(
    `  memory of a connection    × ${summary.rss.toFixed(2)}  (heap and buffers × ${summary.used.toFixed(2)})`,
  )
}
