// One of the two brokers, in a process of its own: `node server.mjs ours|peer`. It is told what to do over IPC.
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

const packages = { ours: '@protoo-kit/peerjs-server', peer: 'peer' }
const name = /** @type {keyof typeof packages} */ (process.argv[2])
const { PeerServer } = require(packages[name])

/** @param {string} message */
function answer(message) {
  if (message === 'exit') process.exit()
  // What is let go of in one collection frees more in the next.
  for (let round = 0; round < 4; round++) globalThis.gc?.()
  const { rss, heapUsed, external } = process.memoryUsage()
  const { user, system } = process.cpuUsage()
  process.send?.({ rss, used: heapUsed + external, cpu: (user + system) / 1000 })
}

const options = { host: '127.0.0.1', port: 0, concurrent_limit: 20_000, alive_timeout: 10 * 60_000 }
PeerServer(options, (/** @type {import('node:http').Server} */ server) => {
  process.on('message', answer)
  process.on('disconnect', () => process.exit())
  const address = /** @type {import('node:net').AddressInfo} */ (server.address())
  process.send?.({ port: address.port })
})
