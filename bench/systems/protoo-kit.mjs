import { createPeer } from '@protoo-kit/client-core'
import { Room, WebSocketServer } from '@protoo-kit/server-lite'

/**
 * What a benchmark sends is what a flood is. The same work is done for it as with limits that are reached, but for the count of
 * connections by address: all come from one here, and to ask the system for it takes a tenth of a connection's set-up.
 */
const LIMITS = {
  messagesPerSecond: 1e9,
  messageBurst: 1e9,
  requestsInFlight: 1e9,
  connections: 1e9,
  connectionsPerAddress: Number.POSITIVE_INFINITY,
}

/**
 * @param {boolean} session
 * @returns {import('./system.js').System}
 */
export function protooKit(session) {
  return {
    name: session ? 'protoo-kit, sessions' : 'protoo-kit',

    serve(http, application) {
      const server = new WebSocketServer(http, { session, limits: LIMITS })
      const room = new Room()
      let joined = 0
      server.on('connectionrequest', (_info, accept) => {
        const peer = room.createPeer(`peer ${++joined}`, accept())
        application.joined(endOf(peer, application))
      })
      return { broadcast: (data) => room.broadcast('bench', data) }
    },

    async connect(url, application) {
      const peer = createPeer(url, { session })
      const end = endOf(peer, application)
      await new Promise((resolve) => peer.once('open', resolve))
      return end
    },

    persist(url, opened, ended) {
      createPeer(url, { session }).on('open', opened).on('close', ended)
    },
  }
}

/**
 * @param {any} peer of the client or the server, which differ in what they type
 * @param {import('./system.js').Application} application
 * @returns {import('./system.js').End}
 */
function endOf(peer, application) {
  peer.handle('bench', (/** @type {any} */ data) => application.request(data))
  peer.on('notification', (/** @type {{ data: any }} */ { data }) => application.notification(data))
  return {
    request: (data) => peer.request('bench', data),
    notify: (data) => void peer.notify('bench', data),
    close: () => peer.close(),
  }
}
