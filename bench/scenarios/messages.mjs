// Requests and notifications over one connection.

import { LossyRun } from '../lib/interleave.mjs'

/** @typedef {import('../lib/processes.mjs').Pair} Pair */

/**
 * @param {Pair} pair
 * @param {'server' | 'load'} from who asks
 * @param {number} count
 * @param {number} inFlight
 */
export async function request(pair, from, count, inFlight) {
  await pair.connect()
  await pair[from].do('requests', { count: Math.ceil(count / 4), inFlight })
  const { result, seconds, cpu } = await timed(pair, () => pair[from].do('requests', { count, inFlight }))
  await pair.close()
  if (result.right !== count)
    throw new LossyRun(`${pair.name}: ${result.right} of ${count} answers were right`)
  return { perSecond: count / seconds, cpu: cpu / count, ...percentiles(result.waits) }
}

/**
 * @param {Pair} pair
 * @param {'server' | 'load'} from who sends
 * @param {number} count
 */
export async function notify(pair, from, count) {
  const to = from === 'server' ? 'load' : 'server'
  await pair.connect()
  await pair[from].do('notifications', { count: Math.ceil(count / 4) })
  await pair[to].do('tally')
  const { seconds, cpu } = await timed(pair, () => pair[from].do('notifications', { count }))
  const { received, wrong } = await pair[to].do('tally')
  await pair.close()
  if (received !== count || wrong)
    throw new LossyRun(`${pair.name}: ${received} of ${count} arrived, ${wrong} wrong`)
  return { perSecond: count / seconds, cpu: cpu / count }
}

/**
 * @template Result
 * @param {Pair} pair
 * @param {() => Promise<Result>} work
 * @returns the CPU time that the server used, in µs
 */
export async function timed(pair, work) {
  const before = await pair.server.do('cpu')
  const start = performance.now()
  const result = await work()
  const seconds = (performance.now() - start) / 1000
  return { result, seconds, cpu: (await pair.server.do('cpu')) - before }
}

/** @param {number[]} waits in ms */
export function percentiles(waits) {
  if (waits.length === 0) return {}
  const sorted = waits.toSorted((a, b) => a - b)
  const at = (/** @type {number} */ share) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0
  return { p50: at(0.5), p99: at(0.99) }
}
