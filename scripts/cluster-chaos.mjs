// `npm run cluster-chaos -- [--seconds 600] [--clients 300] [--rooms 30] [--seed n] [--log folder] [--rolling]`: three nodes on a Redis, all of them
// processes, are drained, killed and restarted, Redis is restarted and frozen, clients are cut off; every message is counted at both ends.
// With --rolling the nodes are only restarted one after the other, and nothing may be lost at all.
import { parseArgs } from 'node:util'
import { runClusterChaos, runRolling } from '../test/cluster/run.mjs'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '600' },
    clients: { type: 'string', default: '300' },
    rooms: { type: 'string', default: '30' },
    lease: { type: 'string', default: '6000' },
    seed: { type: 'string', default: process.env.CHAOS_SEED || String(Math.floor(Math.random() * 2 ** 31)) },
    log: { type: 'string' },
    rolling: { type: 'boolean', default: false },
  },
})
const number = (/** @type {'seconds' | 'clients' | 'rooms' | 'lease' | 'seed'} */ name) => {
  const value = Number(values[name])
  if (!Number.isSafeInteger(value) || value < 0) throw new TypeError(`--${name} takes a whole number`)
  return value
}
const size = {
  clients: number('clients'),
  rooms: number('rooms'),
  lease: number('lease'),
  seed: number('seed'),
  log: values.log,
}
console.log(`seed ${size.seed}`)
if (values.rolling) {
  const { problems, left, longest, ...rest } = await runRolling(size)
  console.log(rest)
  console.log(`longest time away: ${longest} ms; left: ${left.join() || 'nobody'}`)
  console.log(problems.slice(0, 20).join('\n') || 'no problems')
  if (problems.length + left.length + rest.lost + rest.failed > 0 || longest > 5000) process.exitCode = 1
} else {
  const { problems, ...rest } = await runClusterChaos({ ...size, seconds: number('seconds') })
  console.log(rest)
  console.log(problems.slice(0, 20).join('\n') || 'no problems')
  if (problems.length > 0) process.exitCode = 1
}
