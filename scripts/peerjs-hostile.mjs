// What a PeerJS broker has to live through, at length: ten thousand fuzzed frames and URLs, 100 MB in one message, a million
// messages to an id that is not there. `node scripts/peerjs-hostile.mjs --seed 1` (after a build). Prints its seed.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import {
  floodAbsent,
  floodSleeper,
  fuzzFrames,
  fuzzRequests,
  hugePayload,
  stillRelays,
} from '../packages/peerjs-server/test/hostile/attacks.mjs'
import { root } from './run.mjs'

const MEGABYTE = 0x100000
/** More than it has at the start. */
const LIMIT = 200 * MEGABYTE

const { values } = parseArgs({ options: { seed: { type: 'string' } } })
const seed = Number(values.seed ?? Date.now() % 2 ** 31)
console.log(`seed ${seed}`)

const folder = join(root, 'packages/peerjs-server')
const broker = fork(join(folder, 'test/hostile/broker.mjs'), [join(folder, 'dist/index.js')])
broker.on('exit', (code) => {
  if (!finished) throw new Error(`the broker ended with ${code}`)
})
let finished = false
const [{ port }] = await once(broker, 'message')

async function peak() {
  broker.send('peak')
  const [message] = await once(broker, 'message')
  return message.peak
}

const start = await peak()

/** @type {[string, () => Promise<unknown>][]} */
const attacks = [
  ['10,000 frames that are none', () => fuzzFrames(port, { seed, count: 10_000 })],
  ['10,000 requests that are none', () => fuzzRequests(port, { seed, count: 10_000 })],
  ['100 MB in one message', () => hugePayload(port, 100 * MEGABYTE)],
  ['1,000,000 messages to one id that is not there', () => floodAbsent(port, { messages: 1e6, ids: 1 })],
  ['1,000,000 messages to as many such ids', () => floodAbsent(port, { messages: 1e6, ids: 1e6 })],
  ['1 GB to somebody who reads nothing', () => floodSleeper(port, { bytes: 1024 * MEGABYTE })],
]
for (const [name, attack] of attacks) {
  const result = await attack()
  if (!(await stillRelays(port))) throw new Error(`it does not relay after: ${name}`)
  const growth = (await peak()) - start
  console.log(
    `${name}: ${result ?? 'done'}; ${Math.round(growth / MEGABYTE)} MB more than at the start, at most`,
  )
  if (growth > LIMIT) throw new Error(`more than ${LIMIT / MEGABYTE} MB`)
}
finished = true
broker.disconnect()
console.log('The broker has lived through all of it.')
