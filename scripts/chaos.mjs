// `npm run chaos -- [--cuts 10000] [--clients 20] [--pages 0] [--seed n]`: clients and a server exchange numbered
// messages while their connections are cut at random, and count what arrives: docs/chaos.md. With the seed of
// another run (or CHAOS_SEED) the same cuts are drawn. Each page is to be opened by hand; the tests open theirs.
import { parseArgs } from 'node:util'
import { runChaos } from '../e2e/chaos/run.mjs'
import { print } from '../e2e/chaos/summary.mjs'

const { values } = parseArgs({
  options: {
    cuts: { type: 'string', default: '10000' },
    clients: { type: 'string', default: '20' },
    pages: { type: 'string', default: '0' },
    seed: { type: 'string', default: process.env.CHAOS_SEED || String(Math.floor(Math.random() * 2 ** 32)) },
  },
})
const seed = number('seed')
console.log(`chaos with seed ${seed}`)
const result = await runChaos({
  seed,
  cuts: number('cuts'),
  clients: number('clients'),
  pages: number('pages'),
  open(url) {
    if (process.send) process.send({ open: url })
    else console.log(`open ${url}`)
  },
  progress: (cuts) => console.log(`${cuts} cuts`),
})
print(result)
// Whoever started this wants the figures.
process.send?.({ result })
process.exitCode = result.problems.length > 0 ? 1 : 0
process.disconnect?.()

/** @param {keyof typeof values} name */
function number(name) {
  const value = Number(values[name])
  if (!Number.isSafeInteger(value) || value < 0) throw new TypeError(`--${name} takes a whole number`)
  return value
}
