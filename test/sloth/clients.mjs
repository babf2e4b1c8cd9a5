// Clients that shake hands and read nothing since: `node clients.mjs PATH COUNT`.
import { once } from 'node:events'
import { connect } from 'node:net'

const [, , path = '', count = '1'] = process.argv
for (let index = 0; index < Number(count); index++) {
  const socket = connect(path)
  socket.on('error', () => {})
  socket.write(
    'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: protoo\r\n\r\n',
  )
  await once(socket, 'data')
  socket.pause()
}
process.on('disconnect', () => process.exit())
process.send?.('asleep')
