// Over WebSocket alone, and with its acknowledgements as the answers to requests.
import { Server } from 'socket.io'
import { io } from 'socket.io-client'

export const name = 'socket.io'

/** @type {import('./system.js').System['serve']} */
export function serve(http, application) {
  const server = new Server(http, { transports: ['websocket'], serveClient: false })
  server.on('connection', (socket) => application.joined(endOf(socket, application)))
  return { broadcast: (data) => void server.emit('notification', data) }
}

/** @type {import('./system.js').System['connect']} */
export async function connect(url, application) {
  const socket = io(url.replace('ws', 'http'), { transports: ['websocket'], forceNew: true })
  const end = endOf(socket, application)
  await new Promise((resolve, reject) =>
    socket.once('connect', () => resolve(undefined)).once('connect_error', reject),
  )
  return end
}

/** @type {NonNullable<import('./system.js').System['persist']>} */
export function persist(url, opened, ended) {
  const socket = io(url.replace('ws', 'http'), { transports: ['websocket'], forceNew: true })
  socket.on('connect', opened)
  socket.io.on('reconnect_failed', ended)
}

/**
 * @param {any} socket of the client or the server, which differ in their types only
 * @param {import('./system.js').Application} application
 * @returns {import('./system.js').End}
 */
function endOf(socket, application) {
  socket.on('request', (/** @type {any} */ data, /** @type {(data: object) => void} */ answer) =>
    answer(application.request(data)),
  )
  socket.on('notification', application.notification)
  return {
    request: (data) => new Promise((resolve) => socket.emit('request', data, resolve)),
    notify: (data) => socket.emit('notification', data),
    close: () => socket.disconnect(),
  }
}
