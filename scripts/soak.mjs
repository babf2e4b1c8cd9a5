// `npm run soak -- [--clients 2000] [--warm-up 60] [--seconds 600] [--actions 1000] [--window 60] [--seed n] [--write]`: clients come, go, drop and talk in
// rooms that open and close, and every message is counted: docs/soak.md, which `--write` writes.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { root } from './run.mjs'
import { page } from './soak/page.mjs'
import { mib, runSoak } from './soak/run.mjs'

const { values } = parseArgs({
  options: {
    clients: { type: 'string', default: '2000' },
    'warm-up': { type: 'string', default: '60' },
    seconds: { type: 'string', default: '600' },
    window: { type: 'string', default: '60' },
    actions: { type: 'string', default: '1000' },
    seed: { type: 'string', default: process.env.SOAK_SEED || String(Math.floor(Math.random() * 2 ** 32)) },
    write: { type: 'boolean', default: false },
  },
})
const seed = number('seed')
console.log(`soak with seed ${seed}`)
const result = await runSoak({
  seed,
  clients: number('clients'),
  warmUp: number('warm-up'),
  seconds: number('seconds'),
  window: number('window'),
  actions: number('actions'),
  progress: (line) => console.log(line),
})
const { totals, stopped, before, after, growth, problems } = result
console.table({ ...totals, rooms: stopped.opened.rooms, connections: stopped.opened.connections })
console.log(`resumes: ${JSON.stringify(stopped.resumes)}`)
console.log(`heap: ${mib(before.heapUsed)}, then ${mib(after.heapUsed)} (${(growth * 100).toFixed(1)} %)`)
for (const problem of problems) console.error(problem)
console.log(`${problems.length} problems`)
if (values.write && problems.length === 0) await writeFile(join(root, 'docs/soak.md'), page(result))
process.exitCode = problems.length > 0 ? 1 : 0

/** @param {Exclude<keyof typeof values, 'write'>} name */
function number(name) {
  const value = Number(values[name])
  if (!Number.isSafeInteger(value) || value < 0) throw new TypeError(`--${name} takes a whole number`)
  return value
}
