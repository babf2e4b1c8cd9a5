import { once } from 'node:events'
import { createServer } from 'node:net'
import { Line } from './line.mjs'
import { Victim } from './victim.mjs'

/** ms without a cut after which no more are expected. */
const STALLED = 60_000

/** Stands between clients and a server, and cuts their connections at random until each client has had its share. */
export class ChaosProxy {
  /** @type {Map<string, Victim>} */
  victims = new Map()
  /** @type {Set<import('node:net').Socket>} */
  sockets = new Set()
  server = createServer((near) => this.relay(near))
  lastCut = performance.now()
  /** @type {() => void} */
  changed = () => {}

  /**
   * @param {object} options
   * @param {number} options.port the server's
   * @param {number} options.seed
   * @param {number} options.quota cuts for each client
   */
  constructor({ port, seed, quota }) {
    this.port = port
    this.seed = seed
    this.quota = quota
  }

  /** @returns {Promise<string>} its address for clients, which ends with a slash */
  async listen() {
    this.server.listen(0, '127.0.0.1')
    await once(this.server, 'listening')
    const { port } = /** @type {import('node:net').AddressInfo} */ (this.server.address())
    return `ws://127.0.0.1:${port}/`
  }

  get cuts() {
    return [...this.victims.values()].reduce((sum, { cuts }) => sum + cuts, 0)
  }

  /**
   * Resolves when so many clients have had their cuts: to `true`, or to `false` when that comes to nothing.
   * From then on all connections are left alone.
   *
   * @param {number} clients
   * @returns {Promise<boolean>}
   */
  async calm(clients) {
    this.lastCut = performance.now()
    const done = () => this.victims.size >= clients && [...this.victims.values()].every(({ spent }) => spent)
    while (!done()) {
      if (performance.now() - this.lastCut > STALLED) return false
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, 1000)
        this.changed = () => {
          this.lastCut = performance.now()
          if (!done()) return
          clearTimeout(timer)
          resolve(undefined)
        }
      })
    }
    return true
  }

  close() {
    for (const socket of this.sockets) socket.destroy()
    this.server.close()
  }

  /** @param {import('node:net').Socket} near */
  relay(near) {
    const line = new Line(near, this.port, (id) => this.victim(id))
    for (const socket of [near, line.far]) {
      this.sockets.add(socket)
      socket.on('close', () => this.sockets.delete(socket))
    }
  }

  /** @param {string} id */
  victim(id) {
    const victim = this.victims.get(id) ?? new Victim(id, this.seed, this.quota, () => this.changed())
    this.victims.set(id, victim)
    return victim
  }
}
