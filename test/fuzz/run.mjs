// Fuzzes all ends, by a seed: the servers, and the client.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { Random } from '../../packages/peerjs-server/test/hostile/random.mjs'
import { attackHandshake, attackSession, attackTexts, Tally } from './attack.mjs'

/** Attacks that go on side by side: each draws from a seed of its own, so that all of it can be repeated. */
const LANES = 8

/** @typedef {{ counts: Record<string, number>, limits: Record<string, number>, peers: number, heap: number, polluted: boolean }} Answer */

/**
 * @param {string} file
 * @param {string[]} [args]
 */
export function start(file, args = []) {
  const child = fork(join(import.meta.dirname, file), args, { execArgv: ['--expose-gc'], silent: true })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (text) => (output = (output + text).slice(-5000)))
  const died = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`${file} has died (${code ?? signal}): ${output}`)
  })
  died.catch(() => {})
  const next = async () => {
    const [message] = await Promise.race([once(child, 'message'), died])
    return message
  }
  return { child, died, next, output: () => output }
}

/**
 * @param {{ seed: number, inputs: number, progress?: (inputs: number) => void }} options
 * @returns what was sent and what became of it
 */
export async function fuzzServers({ seed, inputs, progress }) {
  const { child, died, next, output } = start('servers.mjs')
  try {
    const ports = await next()
    const ask = async () => {
      child.send('counts')
      return /** @type {Promise<Answer>} */ (next())
    }
    const warm = new Tally()
    const tallies = [warm]
    // What is compiled and cached once is not growth.
    await attack(ports, seed, Math.min(inputs / 4, 20_000), warm, died)
    const before = await ask()
    const tally = new Tally()
    tallies.push(tally)
    await attack(ports, seed + 1, inputs - warm.inputs, tally, died, progress)
    const after = await ask()
    return { tallies, before, after, output: output() }
  } finally {
    child.kill()
  }
}

/**
 * @param {import('./attack.mjs').Ports} ports
 * @param {number} seed
 * @param {number} inputs
 * @param {Tally} tally
 * @param {Promise<never>} died
 * @param {(inputs: number) => void} [progress]
 */
async function attack(ports, seed, inputs, tally, died, progress) {
  let told = 0
  const lane = async (/** @type {number} */ number) => {
    for (let turn = 0; tally.inputs < inputs; turn++) {
      const random = new Random(seed * 1_000_003 + number * 7919 + turn * 104_729)
      await one(ports, random, tally).catch((error) => {
        throw new Error(`seed ${seed}, lane ${number}, turn ${turn}: ${error.message}`)
      })
      if (progress && tally.inputs - told >= 100_000) {
        told = tally.inputs
        progress(told)
      }
    }
  }
  await Promise.race([Promise.all(Array.from({ length: LANES }, (_, number) => lane(number))), died])
}

/**
 * @param {import('./attack.mjs').Ports} ports
 * @param {Random} random
 * @param {Tally} tally
 */
async function one(ports, random, tally) {
  const kind = random.below(12)
  if (kind < 5) await attackTexts('protoo', ports, random, tally)
  else if (kind < 8) await attackTexts('router', ports, random, tally)
  else if (kind < 10) await attackTexts('peerjs', ports, random, tally)
  else if (kind === 10) await attackSession(ports, random, tally)
  else await attackHandshake(ports, random, tally)
}

/**
 * Whether what the servers have counted is what the model says.
 *
 * @param {Awaited<ReturnType<typeof fuzzServers>>} result
 * @returns {string[]} what is wrong
 */
export function problemsOf({ tallies, before, after }) {
  const problems = []
  /** @type {Map<string, number>} */
  const expected = new Map()
  for (const tally of tallies)
    for (const [name, count] of tally.expected) expected.set(name, (expected.get(name) ?? 0) + count)
  for (const [name, count] of expected) {
    // The router's limits are counted by its own server, which the application does not show.
    const [dialect, limit = ''] = name.split(' ')
    const isLimit = limit === 'depth' || limit === 'methodLength'
    if (isLimit && dialect !== 'protoo') continue
    const counted = isLimit ? after.limits[limit] : after.counts[name]
    if (counted !== count) problems.push(`${name}: ${counted} instead of ${count}`)
  }
  for (const name of Object.keys(after.counts))
    if (!expected.has(name)) problems.push(`${name}, which nobody expected`)
  if (after.peers > 0) problems.push(`${after.peers} peers are left`)
  if (after.polluted) problems.push('Object.prototype is polluted')
  const growth = after.heap - before.heap
  if (growth > GROWTH) problems.push(`the heap has grown by ${growth} bytes`)
  return problems
}

/** Bytes of heap that may be more after the second part than after the first: nothing that grows with the number of inputs. */
const GROWTH = 4 * 0x100000

/**
 * @param {{ seed: number, inputs: number }} options
 * @returns {Promise<{ inputs: number, connections: number, protocolErrors: number, answered: number, growth: number }>}
 */
export async function fuzzClient({ seed, inputs }) {
  const { child, next } = start('client.mjs', [String(seed), String(inputs)])
  try {
    return await next()
  } finally {
    child.kill()
  }
}
