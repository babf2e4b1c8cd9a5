// The server is killed, and back two seconds later: how soon all clients are, and how hard they come.
import { setTimeout as wait } from 'node:timers/promises'
import { EndProcess } from '../lib/processes.mjs'

/** ms */
const DOWN = 2000
const PATIENCE = 60_000

/**
 * @param {string} system
 * @param {number} count
 */
export async function storm(system, count) {
  const load = await EndProcess.start('load', system)
  let server = await EndProcess.start('server', system)
  const port = await server.do('listen', { port: 0 })
  await load.do('gather', { url: `ws://127.0.0.1:${port}`, count })
  const next = await EndProcess.start('server', system)
  try {
    await load.do('watch')
    const start = performance.now()
    await server.kill()
    server = next
    await wait(DOWN - (performance.now() - start))
    await next.do('listen', { port })
    const listening = performance.now() - start
    let result = await load.do('storm')
    while (result.times.length + result.gaveUp < count && performance.now() - start < PATIENCE) {
      await wait(100)
      result = await load.do('storm')
    }
    const back = result.times.map((/** @type {number} */ time) => time - listening).sort(ascending)
    const share = (/** @type {number} */ part) =>
      back[Math.ceil(part * count) - 1] ?? Number.POSITIVE_INFINITY
    return {
      half: share(0.5),
      most: share(0.95),
      all: share(1),
      dials: result.dials,
      handshakes: await next.do('handshakes'),
      gaveUp: count - back.length,
    }
  } finally {
    await Promise.all([load.kill(), server.kill(), next.kill()])
  }
}

/**
 * @param {number} a
 * @param {number} b
 */
function ascending(a, b) {
  return a - b
}
