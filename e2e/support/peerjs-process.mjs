// The broker and its page as a process of its own, which a test can kill.
import { createServer } from 'node:http'
import { serveCalls } from '../../examples/chat-app/peerjs/broker.js'

const http = createServer((request, response) => listener(request, response))
const { listener } = serveCalls(http)
process.on('disconnect', () => process.exit())
http.listen(Number(process.argv[2]), '127.0.0.1', () => {
  const address = /** @type {import('node:net').AddressInfo} */ (http.address())
  process.send?.({ port: address.port })
})
