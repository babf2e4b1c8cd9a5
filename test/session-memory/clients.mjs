/** A server with sessions, and the cheapest clients there are: they begin a session and leave. */
import { once } from 'node:events'
import http from 'node:http'
import net from 'node:net'
import { Room, WebSocketServer } from '@protoo-kit/server-lite'

/** A masked text frame: `{"ack":0}`, which confirms the session. */
const CONFIRM = Buffer.concat([Buffer.from([0x81, 0x80 | 9, 0, 0, 0, 0]), Buffer.from('{"ack":0}')])

/** @param {import('@protoo-kit/server-lite').ServerOptions['session']} session */
export async function serve(session) {
  const httpServer = http.createServer()
  const room = new Room()
  new WebSocketServer(httpServer, { session }).on('connectionrequest', ({ request }, accept) => {
    room.createPeer(request.url ?? '', accept())
  })
  httpServer.listen(0, '127.0.0.1')
  await once(httpServer, 'listening')
  const address = httpServer.address()
  if (typeof address !== 'object' || !address) throw new Error('no port')
  return { httpServer, room, port: address.port }
}

/**
 * Begins a session and drops its connection.
 * @param {{ room: Room, port: number }} server
 * @param {string} id
 * @returns {Promise<void>} resolved when its peer waits for it
 */
export async function visit({ room, port }, id) {
  const socket = net.connect(port, '127.0.0.1')
  socket.write(
    `GET ${id} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n` +
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: protoo-session.v1, protoo\r\n\r\n',
  )
  let text = ''
  while (!text.includes('"session"')) text += (await once(socket, 'data'))[0]
  const peer = room.getPeer(id)
  if (!peer) throw new Error(`${id} is not there`)
  const disconnected = once(peer, 'disconnected')
  socket.write(CONFIRM, () => socket.destroy())
  await disconnected
}
