// What runs in the page.
import { createTally, requests } from '../lib/work.mjs'

/**
 * Connects with a system's client, and offers what is measured.
 * @param {import('../systems/system.js').System['connect']} connect
 */
export async function start(connect) {
  const tally = createTally()
  /** @type {number[]} ms */
  const longTasks = []
  new PerformanceObserver((list) =>
    longTasks.push(...list.getEntries().map(({ duration }) => duration)),
  ).observe({ type: 'longtask' })
  const end = await connect(`ws://${location.host}`, {
    request: (data) => data,
    notification: tally.add,
  })
  globalThis.bench = {
    requests: (amount) => requests(end, amount),
    take: tally.take,
    longTasks: () => longTasks.splice(0),
  }
}
