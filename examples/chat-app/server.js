// Serves the chat: `node server.js`, then open the address it prints in two windows.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { parseArgs } from 'node:util'
import { ChatHost } from './chat-host.js'
import { createNetworkControl } from './network/control.js'
import { Network } from './network/network.js'
import { servePage } from './pages.js'
import { serveCalls } from './peerjs/broker.js'

const LOOPBACK = ['127.0.0.1', '::1', 'localhost']

/**
 * @typedef {object} ChatServerOptions
 * @property {number} [port] default 0: any free one
 * @property {string} [host] default 127.0.0.1
 * @property {boolean} [network] whether visitors may break their connections and restart the server, for demonstrations;
 *   default: on this machine only
 * @property {number} [forgetAfter] ms for which an empty room is remembered, default 5 minutes
 *
 * @param {ChatServerOptions} [options]
 * @returns once it listens; rejects with Node's error (such as `EADDRINUSE`) when it cannot
 */
export async function startChat(options = {}) {
  const {
    port = 0,
    host = '127.0.0.1',
    network: mayBreak = LOOPBACK.includes(host),
    ...chatOptions
  } = options
  const chat = new ChatHost(chatOptions)
  const network = new Network(() => chat.port)
  const control = createNetworkControl(network, { restart, restartsIn: () => chat.restartsIn }, mayBreak)
  const http = createServer((request, response) => {
    if (request.url?.split('?')[0] === '/network') control(request, response)
    else if (isCall(request)) calls.listener(request, response)
    else servePage(request, response)
  })
  const calls = serveCalls(http)
  http.on('upgrade', (request, socket, head) => {
    if (!isCall(request)) network.connect(request, socket, head)
  })

  function restart() {
    chat.restart(
      () => network.destroyAll(),
      (error) => console.error('The chat did not restart:', error),
    )
  }

  await chat.start()
  http.listen(port, host)
  await once(http, 'listening').catch((error) => {
    chat.stop()
    throw error
  })
  const address = /** @type {import('node:net').AddressInfo} */ (http.address())
  return {
    /** Ends with a slash. */
    url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}/`,
    closeRoom: (/** @type {string} */ roomId) => chat.closeRoom(roomId),
    /** @returns {Promise<void>} */
    close() {
      return new Promise((resolve) => {
        http.close(() => resolve())
        network.restoreAll()
        chat.stop()
        calls.close()
        http.closeIdleConnections()
      })
    },
  }
}

/** Calls have a page and a broker of their own. @param {import('node:http').IncomingMessage} request */
function isCall({ url = '' }) {
  return url.startsWith('/peerjs/')
}

async function main() {
  const { values } = parseArgs({
    options: { port: { type: 'string' }, host: { type: 'string' }, network: { type: 'boolean' } },
  })
  const chosen = values.port ?? process.env.PORT
  const port = Number(chosen ?? 3000)
  const { host, network } = values
  const options = { ...(host && { host }), ...(network && { network }) }

  const chat = await startChat({ ...options, port }).catch((error) => {
    // Whoever named a port wants that one.
    if (error.code === 'EADDRINUSE' && chosen === undefined) return startChat(options)
    throw error
  })
  console.log(`Chat: ${chat.url}`)
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void chat.close())
}

if (process.argv[1] === import.meta.filename) {
  main().catch((error) => {
    console.error(`The chat did not start: ${error.message}`)
    process.exitCode = 1
  })
}
