// What a server mounts for calls between pages: the page, the PeerJS client as it comes from npm, and the broker.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ExpressPeerServer } from '@protoo-kit/peerjs-server'
import express from 'express'

/** The original client, as one file for a page without a build step. */
const clientFile = fileURLToPath(new URL('./peerjs.min.js', import.meta.resolve('peerjs')))

/**
 * Everything below `/peerjs/`.
 *
 * @param {import('node:http').Server} httpServer whose WebSockets at `/peerjs/broker/peerjs` the broker takes
 * @returns `listener`, for all HTTP requests below `/peerjs`, and `close`, to be called when the server stops
 */
export function serveCalls(httpServer) {
  const app = express()
  app.disable('x-powered-by')
  // A page that is reloaded has its id back, and those it talked to are told when it does not come.
  const broker = ExpressPeerServer(httpServer, {
    path: '/broker',
    reconnectWindow: 10_000,
    leaveOnDisconnect: true,
  })
  app.get('/peerjs/', (_request, response) => response.sendFile(join(import.meta.dirname, 'index.html')))
  app.get('/peerjs/peerjs.min.js', (_request, response) => response.sendFile(clientFile))
  app.use('/peerjs', broker)
  return {
    listener: app,
    /** Disconnects the pages, which come back when there is a server again. */
    close: () => broker.close(),
  }
}
