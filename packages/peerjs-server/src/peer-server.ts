import { createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { posix } from 'node:path'
import { type Clock, systemClock } from '@protoo-kit/protocol'
import express, { type Express } from 'express'
import { Broker } from './broker.js'
import { ListenedEvents } from './broker-events.js'
import type { IClient } from './client.js'
import { httpApi } from './http-api.js'
import type { IMessage } from './message.js'
import { type AnyServer, type PeerServerOptions, type ResolvedOptions, resolveOptions } from './options.js'
import { WebSocketEndpoint } from './websocket-endpoint.js'

export interface PeerServerEvents {
  /** A client has come, or has come back on a new connection. */
  on(event: 'connection', listener: (client: IClient) => void): this
  /** A message came, before it is relayed. A listener that throws keeps it from that. */
  on(event: 'message', listener: (client: IClient, message: IMessage) => void): this
  /** A client is gone: once for each. */
  on(event: 'disconnect', listener: (client: IClient) => void): this
  /** A client sent what is no message, its connection failed, or a listener did. */
  on(event: 'error', listener: (error: Error) => void): this
}

export interface PeerServerControl {
  /**
   * Disconnects everybody, who may come back when there is a server again, and lets nobody in any more.
   * A `PeerServer` stops listening, too; the HTTP server of an `ExpressPeerServer` is yours.
   *
   * @returns once all connections are closed
   */
  close(): Promise<void>
}

/** An Express application, with the events of a PeerServer. */
export type PeerServerApp = PeerServerEvents & PeerServerControl & Express

/** Alone, timers do not keep the process running: the HTTP server does. */
const clock: Clock = {
  ...systemClock,
  setTimeout: (callback, ms) => setTimeout(callback, ms).unref(),
}

/**
 * A broker on an HTTP server of yours, for `app.use('/peerjs', ExpressPeerServer(server))`. It begins once it is mounted.
 *
 * @throws TypeError when an option is wrong
 */
export function ExpressPeerServer(server: AnyServer, options: PeerServerOptions = {}): PeerServerApp {
  const resolved = resolveOptions(options)
  const app = express()
  app.disable('x-powered-by')
  if (resolved.proxied || resolved.trustProxy) app.set('trust proxy', resolved.trustProxy ?? true)
  const closings: (() => Promise<void>)[] = []
  app.on('mount', () => {
    if (!server) throw new Error("Server is not passed to constructor - can't start PeerServer")
    closings.push(start(app, server, resolved))
  })
  const close = async (): Promise<void> => {
    await Promise.all(closings.splice(0).map((stop) => stop()))
  }
  // Its events are more than Express knows of.
  return Object.assign(app, { close }) as Express & PeerServerApp
}

/**
 * A broker on an HTTP server of its own, or HTTPS with `ssl`.
 *
 * @param callback is called with that server once it listens. When it cannot, there is an `error` event, which ends the
 *   process if nobody listens
 * @throws TypeError when an option is wrong
 */
export function PeerServer(
  options: PeerServerOptions = {},
  callback?: (server: AnyServer) => void,
): PeerServerApp {
  const { ssl, port, host } = resolveOptions(options)
  const app = express()
  app.disable('x-powered-by')
  const server = ssl && Object.keys(ssl).length > 0 ? createTlsServer(ssl, app) : createServer(app)
  const peerServer = ExpressPeerServer(server, options)
  app.use(peerServer)
  server.listen(port, host, () => callback?.(server))
  const { close } = peerServer
  return Object.assign(peerServer, {
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      await close()
      server.closeAllConnections()
      await closed
    },
  })
}

/** @returns its undo */
function start(app: Express, server: AnyServer, options: ResolvedOptions): () => Promise<void> {
  const events = new ListenedEvents(app)
  const failed = (error: unknown): void => events.error(error)
  const broker = new Broker(options, events, clock)
  app.use(options.path, httpApi({ ...options, ids: () => broker.ids, has: (id) => broker.has(id), failed }))
  const path = posix.join('/', app.path(), options.path, 'peerjs')
  const serverFailed = (error: Error): void => {
    // Somebody has to hear of it: for want of anybody else, the process ends, as it would without this listener.
    if (app.listenerCount('error') > 0) failed(error)
    else if (server.listenerCount('error') === 1) throw error
  }
  const endpoint = new WebSocketEndpoint({ server, path, options, broker, failed, serverFailed, clock })

  return async () => {
    broker.close(1012, 'server is stopping')
    await endpoint.close()
  }
}
