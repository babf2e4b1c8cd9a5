/** Ends by itself, although sessions wait for their clients: nothing else is left to do. */
import { once } from 'node:events'
import { serve, visit } from './clients.mjs'

const server = await serve({ window: 2 ** 31 - 1 })
await visit(server, '/ann')
await visit(server, '/bob')
server.room.getPeer('/bob')?.close()
server.httpServer.close()
server.httpServer.closeAllConnections()
await once(server.httpServer, 'close')
console.log(JSON.stringify(server.room.peers.map(({ id, connected, closed }) => ({ id, connected, closed }))))
