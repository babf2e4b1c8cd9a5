// A broker to be attacked, in a process of its own: `node broker.mjs MODULE`. Asked over IPC, it says how much memory it has had at most.
const { PeerServer } = await import(process.argv[2] ?? '')

PeerServer({ host: '127.0.0.1', port: 0 }, (/** @type {import('node:http').Server} */ server) => {
  process.on('message', () => process.send?.({ peak: process.resourceUsage().maxRSS * 1024 }))
  process.on('disconnect', () => process.exit())
  const address = /** @type {import('node:net').AddressInfo} */ (server.address())
  process.send?.({ port: address.port })
})
