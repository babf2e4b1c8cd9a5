import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from './client.mjs'
import { surplus } from './resources.mjs'

/** Heap after the soak over heap after warm-up: more is a leak. */
export const MAX_GROWTH = 0.05

/** So often it is measured after warm-up. */
const PARTS = 4

// What V8 learns of code is kept from the first call on, and what it has compiled stays: so that the heap does not depend on
// what was called how often, and when; nor on what is compiled once more for speed, which lies there, too.
const FLAGS = ['--expose-gc', '--no-lazy-feedback-allocation', '--no-flush-bytecode', '--no-opt']

/**
 * @typedef {object} Options
 * @property {number} clients
 * @property {number} warmUp seconds
 * @property {number} seconds
 * @property {number} seed
 * @property {number} window of a session, in seconds: within it a client that was cut has to be back
 * @property {number} actions per second, of all clients
 * @property {(line: string) => void} progress
 */

/** @param {Options} options */
export async function runSoak({ clients: count, warmUp, seconds, window, seed, actions, progress }) {
  // They exist once they are looked at.
  void [process.stdout, process.stderr]
  const idle = process.getActiveResourcesInfo()
  /** @type {string[]} */
  const problems = []
  const problem = (/** @type {string} */ text) => {
    if (problems.length < 100) problems.push(text)
  }
  const totals = {
    lives: 0,
    requests: 0,
    notifications: 0,
    received: 0,
    answered: 0,
    drops: 0,
    cuts: 0,
    outages: 0,
  }
  const child = fork(join(import.meta.dirname, 'server.mjs'), [String(window * 1000)], { execArgv: FLAGS })
  const exited = once(child, 'exit')
  const [{ port }] = await once(child, 'message')
  const ask = async (/** @type {'measure' | 'stop'} */ command) => {
    child.send(command)
    const [answer] = await Promise.race([
      once(child, 'message'),
      exited.then(([code, signal]) => {
        throw new Error(`the server has ended: ${code ?? signal}`)
      }),
    ])
    return answer
  }

  /** Told after each thing that a client did. */
  let acted = () => {}
  /** @type {import('./client.mjs').Soak} */
  const soak = {
    url: `ws://127.0.0.1:${port}`,
    seed,
    roomSize: 8,
    gap: (count / actions) * 1000,
    problem,
    acted: () => acted(),
    totals,
  }
  const fail = (/** @type {unknown} */ cause) => {
    throw new Error(`the soak has failed: ${problems.join('; ')}`, { cause })
  }
  /** @type {Client[]} */
  const clients = []
  while (clients.length < count) {
    const first = clients.length
    for (let index = first; index < Math.min(count, first + 100); index++)
      clients.push(new Client(soak, index))
    await Promise.all(clients.slice(first).map(({ life }) => life.enter())).catch(fail)
  }

  /** They all do what they do for so long, on a slow machine for longer, and are where they were before. */
  const churn = async (/** @type {number} */ duration) => {
    const quiet = Promise.all(clients.map((client) => client.churn()))
    const end = performance.now() + duration * 1000
    let left = (duration * actions) / 2
    acted = () => {
      left--
      if (left > 0 || performance.now() < end) return
      for (const client of clients) client.hold()
    }
    await quiet.catch(fail)
    // Before, somebody may still have been in a room that others have left.
    await Promise.all(clients.map(({ life }) => life.compare('count')))
    const measured = await ask('measure')
    progress(
      `${duration} s: ${totals.lives} lives, ${totals.outages} outages, ${problems.length} problems; ` +
        `heap ${mib(measured.heapUsed)}, resident ${mib(measured.rss)}`,
    )
    return measured
  }

  const before = await churn(warmUp)
  const between = []
  for (let part = 1; part < PARTS; part++) between.push(await churn(seconds / PARTS))
  const after = await churn(seconds / PARTS)
  for (const { life } of clients) life.add()
  for (const { life } of clients) {
    life.left = true
    life.peer.close()
  }
  const stopped = await ask('stop')
  child.disconnect()
  const [code] = await exited

  const growth = after.heapUsed / before.heapUsed - 1
  for (const [name, measured] of /** @type {const} */ ([
    ['after warm-up', before],
    ['at the end', after],
  ]))
    if (measured.connections !== count || measured.sessions !== count)
      problem(`${name} there were ${measured.connections} connections and ${measured.sessions} sessions`)
  if (before.rooms !== after.rooms) problem(`rooms: ${before.rooms} after warm-up, ${after.rooms} at the end`)
  if (growth > MAX_GROWTH) problem(`the server's heap has grown by ${(growth * 100).toFixed(1)} %`)
  if (stopped.left.length > 0) problem(`left at the server: ${stopped.left.join(', ')}`)
  if (stopped.timers > 0) problem(`${stopped.timers} timers left at the server`)
  if (stopped.rooms > 0 || stopped.opened.rooms !== stopped.opened.closedRooms)
    problem(`${stopped.rooms} rooms left at the server`)
  if (stopped.connections + stopped.sessions > 0) problem('connections or sessions are left at the server')
  if (Object.keys(stopped.limited).length > 0) problem(`limits hit: ${JSON.stringify(stopped.limited)}`)
  if (code !== 0) problem(`the server ended with ${code}`)
  // What has closed takes some turns to be gone.
  for (let looks = 0; surplus(idle).length > 0 && looks < 100; looks++) await sleep(20)
  if (surplus(idle).length > 0) problem(`left with the clients: ${surplus(idle).join(', ')}`)
  return { seed, count, warmUp, seconds, actions, totals, before, between, after, growth, stopped, problems }
}

/** @param {number} bytes */
export const mib = (bytes) => `${(bytes / 2 ** 20).toFixed(1)} MiB`
