// The practical limit: nothing but `ws` and JSON, in the messages of protoo.
import { WebSocket, WebSocketServer } from 'ws'

export const name = 'ws'

/** @type {import('./system.js').System['serve']} */
export function serve(http, application) {
  const server = new WebSocketServer({ server: http })
  server.on('connection', (socket) => application.joined(endOf(socket, application)))
  return {
    broadcast(data) {
      const text = JSON.stringify({ notification: true, method: 'bench', data })
      for (const socket of server.clients) socket.send(text)
    },
  }
}

/** @type {import('./system.js').System['connect']} */
export async function connect(url, application) {
  const socket = new WebSocket(url)
  const end = endOf(socket, application)
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  return end
}

/**
 * @param {WebSocket} socket
 * @param {import('./system.js').Application} application
 * @returns {import('./system.js').End}
 */
function endOf(socket, application) {
  /** @type {Map<number, (data: any) => void>} */
  const pending = new Map()
  let lastId = 0
  socket.on('message', (frame) => {
    const message = JSON.parse(frame.toString())
    if (message.request) {
      const data = application.request(message.data)
      socket.send(JSON.stringify({ response: true, id: message.id, ok: true, data }))
    } else if (message.response) {
      pending.get(message.id)?.(message.data)
      pending.delete(message.id)
    } else application.notification(message.data)
  })
  return {
    request(data) {
      const id = ++lastId
      socket.send(JSON.stringify({ request: true, id, method: 'bench', data }))
      return new Promise((resolve) => pending.set(id, resolve))
    },
    notify: (data) => socket.send(JSON.stringify({ notification: true, method: 'bench', data })),
    close: () => socket.close(),
  }
}
