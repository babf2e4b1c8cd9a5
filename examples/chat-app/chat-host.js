// The chat's server, on a port of its own, so that it can be restarted under the eyes of the visitors.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { serveChat } from './chat.js'

/** ms. */
const RESTART = 3500

/** @typedef {{ http: import('node:http').Server, chat: ReturnType<typeof serveChat>, port: number }} Running */

export class ChatHost {
  /** @type {Running | undefined} */
  #running
  /** While it restarts. @type {{ timer: NodeJS.Timeout, at: number } | undefined} */
  #restart
  #stopped = false
  #options

  /** @param {{ forgetAfter?: number }} options of {@link serveChat} */
  constructor(options) {
    this.#options = options
  }

  /** On this machine only; undefined while it is down. */
  get port() {
    return this.#running?.port
  }

  /** ms until it is back; 0 when it is there. */
  get restartsIn() {
    return this.#restart ? Math.max(Math.round(this.#restart.at - performance.now()), 1) : 0
  }

  async start() {
    const http = createServer((_request, response) => response.writeHead(404).end())
    const chat = serveChat(http, this.#options)
    http.listen(0, '127.0.0.1')
    await once(http, 'listening')
    const { port } = /** @type {import('node:net').AddressInfo} */ (http.address())
    this.#running = { http, chat, port }
    if (this.#stopped) this.#end()
  }

  /**
   * Forgets everything, and is back after a while. Does nothing while that is under way.
   *
   * @param {() => void} disconnect breaks the connections first, so that nobody hears a goodbye
   * @param {(error: unknown) => void} failed
   */
  restart(disconnect, failed) {
    if (this.#restart || !this.#running) return
    disconnect()
    this.#end()
    const timer = setTimeout(() => {
      this.#restart = undefined
      this.start().catch(failed)
    }, RESTART)
    this.#restart = { timer, at: performance.now() + RESTART }
  }

  /** @param {string} roomId */
  closeRoom(roomId) {
    this.#running?.chat.closeRoom(roomId)
  }

  /** For good. Everybody is told goodbye. */
  stop() {
    clearTimeout(this.#restart?.timer)
    this.#restart = undefined
    this.#stopped = true
    this.#end()
  }

  #end() {
    const { http, chat } = this.#running ?? {}
    this.#running = undefined
    http?.close()
    chat?.stop()
    http?.closeIdleConnections()
  }
}
