// What a page's main thread has to do: round trips, and a flood of notifications.
import { LossyRun } from '../lib/interleave.mjs'
import { percentiles } from './messages.mjs'

/** @typedef {import('../lib/page-pair.mjs').PagePair} PagePair */

/**
 * @param {PagePair} pair
 * @param {number} count
 */
export async function roundTrips(pair, count) {
  const run = (/** @type {{ count: number, inFlight: number }} */ amount) =>
    pair.page.evaluate((amount) => bench.requests(amount), amount)
  const alone = await run({ count: Math.ceil(count / 10), inFlight: 1 })
  const before = await pair.busy()
  const start = performance.now()
  const { right } = await run({ count, inFlight: 64 })
  const seconds = (performance.now() - start) / 1000
  const busy = (await pair.busy()) - before
  if (right !== count) throw new LossyRun(`${pair.name}: ${right} of ${count} answers were right`)
  return { perSecond: count / seconds, busy: busy / count, ...percentiles(alone.waits) }
}

/**
 * @param {PagePair} pair
 * @param {number} count
 */
export async function flood(pair, count) {
  const take = () => pair.page.evaluate(() => ({ ...bench.take(), longTasks: bench.longTasks() }))
  await pair.server.do('notifications', { count: Math.ceil(count / 10) })
  await take()
  const before = await pair.busy()
  const start = performance.now()
  await pair.server.do('notifications', { count })
  const seconds = (performance.now() - start) / 1000
  const busy = (await pair.busy()) - before
  const { received, wrong, longTasks } = await take()
  if (received !== count || wrong)
    throw new LossyRun(`${pair.name}: ${received} of ${count} arrived, ${wrong} wrong`)
  return {
    perSecond: count / seconds,
    busy: busy / count,
    longTasks: longTasks.length,
    longest: Math.max(0, ...longTasks),
  }
}
