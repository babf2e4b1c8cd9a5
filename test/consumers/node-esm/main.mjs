import { once } from 'node:events'
import { createServer } from 'node:http'
import { createPeer } from '@protoo-kit/client-core'
import { Room, WebSocketServer } from '@protoo-kit/server-lite'

const http = createServer().listen(0, '127.0.0.1')
await once(http, 'listening')
const room = new Room()
new WebSocketServer(http, { session: true }).on('connectionrequest', (_info, accept) => {
  const peer = room.createPeer('ann', accept())
  peer.handle('hello', ({ from }) => ({ text: `hello ${from}` }))
})

const peer = createPeer(`ws://127.0.0.1:${http.address().port}`)
const { text } = await peer.request('hello', { from: 'node-esm' }, { whenOpen: true })
console.log(text)
peer.close()
room.close()
http.close()
