// What connections cost: to set up, to keep, and to reach all at once.
import { timed } from './messages.mjs'

/** @typedef {import('../lib/processes.mjs').Pair} Pair */

/**
 * @param {Pair} pair
 * @param {number} count
 */
export async function setUp(pair, count) {
  const { seconds, cpu } = await timed(pair, () => pair.connect(count, 32))
  const peers = await pair.server.do('peers')
  await pair.close()
  if (peers !== count) throw new Error(`${pair.name}: ${peers} of ${count} clients joined`)
  return { perSecond: count / seconds, cpu: cpu / count }
}

/**
 * Of idle connections, in a process that has had some before.
 * @param {Pair} pair
 * @param {number} count
 */
export async function memory(pair, count) {
  await pair.connect(Math.ceil(count / 20), 32)
  const before = await pair.server.do('heap')
  await pair.connect(count, 32)
  const heap = (await pair.server.do('heap')) - before
  await pair.close()
  return { heap: heap / count }
}

/**
 * @param {Pair} pair
 * @param {number} size of the room
 * @param {number} count
 */
export async function broadcast(pair, size, count) {
  const text = 'x'.repeat(180)
  await pair.connect(size, 32)
  const expected = size * count
  const run = async () => {
    const arrived = pair.load.do('arrived', { count: expected })
    const { cpu, seconds, result } = await timed(pair, async () => {
      await pair.server.do('broadcast', { count, text })
      return arrived
    })
    if (result.received !== expected || result.wrong)
      throw new Error(`${pair.name}: ${result.received} of ${expected} arrived, ${result.wrong} wrong`)
    return { perSecond: expected / seconds, cpu: cpu / expected }
  }
  await run()
  const result = await run()
  await pair.close()
  return result
}
