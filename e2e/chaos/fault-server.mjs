// A server to be killed. Its arguments: the port, and whether it leaves requests for `later` unanswered.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { Room, WebSocketServer } from '@protoo-kit/server-lite'

const [, , port, silent] = process.argv
const http = createServer().listen(Number(port), '127.0.0.1')
await once(http, 'listening')
const room = new Room()
new WebSocketServer(http, { session: true, limits: { messagesPerSecond: Infinity } }).on(
  'connectionrequest',
  (_info, accept) => {
    room.createPeer('ann', accept()).on('request', ({ method, data }, accept) => {
      if (method !== 'later' || silent !== 'silent') accept(data)
    })
  },
)
process.on('disconnect', () => process.exit())
process.send?.(http.address())
