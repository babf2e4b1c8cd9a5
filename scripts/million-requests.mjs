// `npm run requests -- [--count 1000000] [--in-flight 64] [--stock] [--json]`: sends numbered requests through a real
// server and counts what comes back. Every answer must carry its own request's number.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '1000000' },
    'in-flight': { type: 'string', default: '64' },
    stock: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    server: { type: 'boolean', default: false },
  },
})
const names = values.stock
  ? { server: 'protoo-server', client: 'protoo-client' }
  : { server: '@protoo-kit/server-lite', client: '@protoo-kit/client-core/protoo-client' }

if (values.server) await serve()
else await load(Number(values.count), Number(values['in-flight']))

async function serve() {
  /** @type {typeof import('protoo-server')} */
  const { Room, WebSocketServer } = await import(names.server)
  const http = createServer().listen(0, '127.0.0.1')
  await once(http, 'listening')
  const room = new Room()
  // Options of ours, which the stock server ignores.
  /** @type {object} */
  const options = { limits: { messagesPerSecond: 1e9, messageBurst: 1e9 } }
  new WebSocketServer(http, options).on('connectionrequest', (_info, accept) => {
    room.createPeer('load', accept()).on('request', (request, accept) => accept(request.data))
  })
  process.once('disconnect', () => process.exit())
  process.send?.(http.address())
}

/**
 * @param {number} count
 * @param {number} inFlight
 */
async function load(count, inFlight) {
  const child = fork(import.meta.filename, ['--server', ...(values.stock ? ['--stock'] : [])])
  const [address] = await once(child, 'message')
  /** @type {typeof import('protoo-client')} */
  const { Peer, WebSocketTransport } = await import(names.client)
  const peer = new Peer(new WebSocketTransport(`ws://127.0.0.1:${address.port}`))
  await new Promise((resolve) => peer.on('open', () => resolve(undefined)))

  let next = 0
  const tally = { right: 0, swapped: 0, lost: 0 }
  const start = performance.now()
  let end = start
  const worker = async () => {
    while (next < count) {
      const n = next++
      try {
        const answer = await peer.request('echo', { n })
        tally[answer.n === n ? 'right' : 'swapped']++
        end = performance.now()
      } catch {
        // Counted below, with those that never settle.
      }
    }
  }
  // Longer than any request's timeout without an answer: what is still out will not come.
  const stalled = new Promise((resolve) => {
    setInterval(() => performance.now() - end > 40_000 && resolve(undefined), 1000).unref()
  })
  await Promise.race([Promise.all(Array.from({ length: inFlight }, worker)), stalled])
  tally.lost = count - tally.right - tally.swapped
  const seconds = (end - start) / 1000
  peer.close()
  child.disconnect()
  const rate = Math.round(count / seconds)
  if (values.json) console.log(JSON.stringify({ count, ...tally }))
  else {
    console.log(`${names.client}: ${count} requests, ${inFlight} in flight, ${rate} per second`)
    console.log(`${tally.right} right, ${tally.swapped} swapped, ${tally.lost} lost`)
  }
  process.exit(tally.right === count ? 0 : 1)
}
