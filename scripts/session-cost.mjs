// `npm run session-cost -- [--rounds 31] [--count 20000] [--in-flight 64]`: what a session costs. Requests per second with
// and without one, by turns in one run and against one server, so that only the ratio within each round counts.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { parseArgs } from 'node:util'
import { createPeer } from '@protoo-kit/client-core'
import { Room, WebSocketServer } from '@protoo-kit/server-lite'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '31' },
    count: { type: 'string', default: '20000' },
    'in-flight': { type: 'string', default: '64' },
    server: { type: 'boolean', default: false },
  },
})

if (values.server) await serve()
else await compare(Number(values.rounds), Number(values.count), Number(values['in-flight']))

async function serve() {
  const http = createServer().listen(0, '127.0.0.1')
  await once(http, 'listening')
  const room = new Room()
  let connections = 0
  const limits = { messagesPerSecond: 1e9, messageBurst: 1e9 }
  new WebSocketServer(http, { session: true, limits }).on('connectionrequest', (_info, accept) => {
    room.createPeer(`load ${++connections}`, accept()).handle('echo', (data) => data)
  })
  process.once('disconnect', () => process.exit())
  process.on('message', () => process.send?.(process.cpuUsage()))
  process.send?.(http.address())
}

/**
 * @param {number} rounds
 * @param {number} count
 * @param {number} inFlight
 */
async function compare(rounds, count, inFlight) {
  const child = fork(import.meta.filename, ['--server'])
  const [{ port }] = await once(child, 'message')
  const measure = async (/** @type {boolean} */ session) => {
    const peer = createPeer(`ws://127.0.0.1:${port}`, { session })
    await new Promise((resolve) => peer.once('open', resolve))
    const before = await cpu(child)
    const start = performance.now()
    let next = 0
    const worker = async () => {
      while (next < count) {
        const n = next++
        const answer = await peer.request('echo', { n })
        if (answer.n !== n) throw new Error(`asked ${n}, answered ${answer.n}`)
      }
    }
    await Promise.all(Array.from({ length: inFlight }, worker))
    const seconds = (performance.now() - start) / 1000
    const used = (await cpu(child)) - before
    peer.close()
    return { perSecond: count / seconds, cpu: used / count }
  }

  // Code that is not compiled yet would be measured with whoever comes first.
  await measure(true)
  await measure(false)
  const results = []
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 ? [true, false] : [false, true]
    const [first, second] = [await measure(order[0] ?? false), await measure(order[1] ?? false)]
    const [off, on] = order[0] ? [second, first] : [first, second]
    results.push({ off, on })
  }
  const rate = median(results.map(({ off, on }) => on.perSecond / off.perSecond))
  const work = median(results.map(({ off, on }) => on.cpu / off.cpu))
  console.table({
    'requests per second': row(results, (result) => Math.round(result.perSecond)),
    'server CPU per request, µs': row(results, (result) => Math.round(result.cpu * 10) / 10),
  })
  console.log(
    `with a session: ${rate.toFixed(3)} × the requests per second, ${work.toFixed(3)} × the server's CPU time`,
  )
  child.disconnect()
}

/** @typedef {{ perSecond: number, cpu: number }} Result `cpu` in µs per request */

/**
 * @param {{ off: Result, on: Result }[]} results
 * @param {(result: Result) => number} value
 */
function row(results, value) {
  return {
    off: median(results.map(({ off }) => value(off))),
    on: median(results.map(({ on }) => value(on))),
  }
}

/** @param {import('node:child_process').ChildProcess} child */
async function cpu(child) {
  child.send('cpu')
  const [{ user, system }] = await once(child, 'message')
  return user + system
}

/** @param {number[]} values */
function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}
