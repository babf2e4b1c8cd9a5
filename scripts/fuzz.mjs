// `npm run fuzz -- [--inputs 1000000] [--client 100000] [--seed n]` (after a build): what the three servers and the client make of
// hostile input: docs/fuzz.md. With the seed of another run the same inputs are drawn.
import { parseArgs } from 'node:util'
import { fuzzClient, fuzzServers, problemsOf } from '../test/fuzz/run.mjs'

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '1000000' },
    client: { type: 'string', default: '100000' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e6)) },
  },
})
const seed = Number(values.seed)
console.log(`fuzz with seed ${seed}`)
const start = performance.now()
const result = await fuzzServers({
  seed,
  inputs: Number(values.inputs),
  progress: (inputs) => console.log(`${inputs} inputs`),
})
const { before, after, tallies } = result
console.log(`servers: ${tallies.reduce((sum, { inputs }) => sum + inputs, 0)} inputs in ${seconds(start)} s`)
console.table({ ...after.counts, ...after.limits })
console.table(Object.fromEntries(tallies.flatMap(({ codes }) => [...codes]).reduce(add, new Map())))
console.log(
  `heap after a collection: ${megabytes(before.heap)} MB after a part, ${megabytes(after.heap)} MB at the end`,
)
const problems = problemsOf(result)
for (const problem of problems) console.error(problem)

const middle = performance.now()
const client = await fuzzClient({ seed, inputs: Number(values.client) })
console.log(`client: ${client.inputs} inputs on ${client.connections} connections in ${seconds(middle)} s`)
console.log(`${client.protocolErrors} protocol errors, heap ${megabytes(client.growth)} MB more at the end`)
process.exitCode = problems.length > 0 || client.answered !== 2 ? 1 : 0

/**
 * @param {Map<string, number>} sum
 * @param {[string, number]} entry
 */
function add(sum, [name, count]) {
  return sum.set(name, (sum.get(name) ?? 0) + count)
}

/** @param {number} since */
function seconds(since) {
  return Math.round((performance.now() - since) / 1000)
}

/** @param {number} bytes */
function megabytes(bytes) {
  return (bytes / 0x100000).toFixed(1)
}
