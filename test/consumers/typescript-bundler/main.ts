import { once } from 'node:events'
import { createServer } from 'node:http'
import { createPeer } from '@protoo-kit/client-core'
import { ContractError, isRequestError } from '@protoo-kit/client-core/contract'
import { Room, WebSocketServer } from '@protoo-kit/server-lite'

interface Hello {
  server: { requests: { hello(data: { from: string }): { text: string } } }
  errors: { 409: { taken: string } }
}

const http = createServer().listen(0, '127.0.0.1')
await once(http, 'listening')
const room = new Room<Hello>()
new WebSocketServer(http, { session: true }).on('connectionrequest', (_info, accept) => {
  const peer = room.createPeer('ann', accept())
  peer.handle('hello', ({ from }) => {
    if (from === 'nobody') throw new ContractError<Hello>(409, 'taken', { taken: from })
    return { text: `hello ${from}` }
  })
})

const address = http.address()
if (typeof address !== 'object' || !address) throw new Error('no address')
const peer = createPeer<Hello>(`ws://127.0.0.1:${address.port}`)
const { text } = await peer.request('hello', { from: 'typescript' }, { whenOpen: true })
const error: unknown = await peer.request('hello', { from: 'nobody' }).catch((error) => error)
if (!isRequestError<Hello>(error) || error.code !== 409 || error.data.taken !== 'nobody') throw error
console.log(text)
peer.close()
room.close()
http.close()
