// `npm run bench:guard`: whether anything has become much slower, on whatever machine, however busy. Each figure is the server's
// CPU time for a message, × that of raw `ws` in the same rounds; a bound is about half as much again as what was measured.
import { interleave } from './lib/interleave.mjs'
import { Pair } from './lib/processes.mjs'
import { broadcast } from './scenarios/connections.mjs'
import { notify, request } from './scenarios/messages.mjs'
import { limit, ours } from './systems/index.mjs'

/** @type {[name: string, bound: number, scenario: (pair: Pair) => Promise<Record<string, number>>][]} */
const guards = [
  ['requests to the server', 0.9, (pair) => request(pair, 'load', 30_000, 64)],
  ['requests to the client', 0.9, (pair) => request(pair, 'server', 30_000, 64)],
  ['notifications to the server', 0.65, (pair) => notify(pair, 'load', 60_000)],
  ['notifications to the client', 0.55, (pair) => notify(pair, 'server', 60_000)],
  ['broadcast to 200', 1.4, (pair) => broadcast(pair, 200, 50)],
]

const rows = []
for (const [name, bound, scenario] of guards) {
  const result = await interleave([limit, ours], 5, scenario, (system) => Pair.start(system))
  const ratio = result[ours]?.cpu?.ratio ?? Number.NaN
  rows.push({ name, ratio: Number(ratio.toFixed(2)), bound, ok: ratio <= bound })
}
console.table(rows)
if (rows.some(({ ok }) => !ok)) {
  console.error(`slower than it was: run "npm run bench:profile" to see where the time goes`)
  process.exitCode = 1
}
