// Version 4 as it is on npm.
import protooClient from 'protoo-client'
import protooServer from 'protoo-server'

export const name = 'protoo'

/** @type {import('./system.js').System['serve']} */
export function serve(http, application) {
  const server = new protooServer.WebSocketServer(http, {
    maxReceivedFrameSize: 2 ** 20,
    maxReceivedMessageSize: 2 ** 20,
    fragmentOutgoingMessages: true,
    fragmentationThreshold: 2 ** 16,
  })
  const room = new protooServer.Room()
  let joined = 0
  server.on('connectionrequest', async (_info, accept) => {
    const peer = await room.createPeer(`peer ${++joined}`, accept())
    application.joined(endOf(peer, application))
  })
  return {
    broadcast(data) {
      for (const peer of room.peers) peer.notify('bench', data)
    },
  }
}

/** @type {import('./system.js').System['connect']} */
export async function connect(url, application) {
  const peer = new protooClient.Peer(new protooClient.WebSocketTransport(url))
  const end = endOf(peer, application)
  await new Promise((resolve) => peer.on('open', () => resolve(undefined)))
  return end
}

/** @type {NonNullable<import('./system.js').System['persist']>} */
export function persist(url, opened, ended) {
  const peer = new protooClient.Peer(new protooClient.WebSocketTransport(url))
  peer.on('open', opened)
  peer.on('close', ended)
}

/**
 * @param {any} peer of the client or the server, which differ in their types only
 * @param {import('./system.js').Application} application
 * @returns {import('./system.js').End}
 */
function endOf(peer, application) {
  peer.on('request', (/** @type {any} */ { data }, /** @type {(data: object) => void} */ accept) =>
    accept(application.request(data)),
  )
  peer.on('notification', (/** @type {any} */ { data }) => application.notification(data))
  return {
    request: (data) => peer.request('bench', data),
    notify: (data) => peer.notify('bench', data),
    close: () => peer.close(),
  }
}
