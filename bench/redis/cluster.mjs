// The nodes of a system, its Redis, and clients at each node.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { RedisServer } from './redis-server.mjs'
import { systemNamed } from './systems.mjs'

/** @typedef {import('./systems.mjs').Message} Message */

class Node {
  /** @type {Map<number, (result: any) => void>} */
  #waiting = new Map()
  #lastId = 0
  #child

  /** @param {string[]} args */
  constructor(args) {
    this.#child = fork(join(import.meta.dirname, 'node-process.mjs'), args)
    this.#child.on('message', (/** @type {{ id: number, result: unknown }} */ { id, result }) => {
      this.#waiting.get(id)?.(result)
      this.#waiting.delete(id)
    })
    this.begun = new Promise((resolve) => this.#waiting.set(0, resolve))
  }

  /**
   * @param {string} command
   * @param {object} [argument]
   * @returns {Promise<any>}
   */
  do(command, argument) {
    const id = ++this.#lastId
    this.#child.send({ id, command, argument })
    return new Promise((resolve) => this.#waiting.set(id, resolve))
  }

  async kill() {
    this.#child.kill('SIGKILL')
    await once(this.#child, 'exit')
  }
}

export class Cluster {
  /**
   * @param {string} name of the system
   * @param {number} count of nodes
   * @param {number} clients of each node
   */
  static async start(name, count, clients) {
    const redis = await RedisServer.start()
    const nodes = Array.from({ length: count }, (_, index) => new Node([name, String(index), redis.url]))
    const cluster = new Cluster(name, redis, nodes)
    for (const node of nodes) await node.begun
    for (const node of nodes) for (let n = 0; n < clients; n++) await cluster.#connect(await node.do('port'))
    for (const node of nodes) await node.do('ready')
    return cluster
  }

  /** Told of every message that a client gets, with the client's number: those of the first node come first. @type {(client: number, message: Message) => void} */
  heard = () => {}
  clients = 0

  /**
   * @param {string} name
   * @param {RedisServer} redis
   * @param {Node[]} nodes
   */
  constructor(name, redis, nodes) {
    this.name = name
    this.redis = redis
    this.nodes = nodes
  }

  /** µs that the nodes have used. @returns {Promise<number>} */
  async cpu() {
    const all = await Promise.all(this.nodes.map((node) => node.do('cpu')))
    return all.reduce((sum, cpu) => sum + cpu, 0)
  }

  async kill() {
    for (const node of this.nodes) await node.kill()
    await this.redis.stop()
  }

  /** @param {number} port */
  async #connect(port) {
    const number = this.clients++
    await systemNamed(this.name).connect(`ws://127.0.0.1:${port}`, {
      request: (data) => data,
      notification: (data) => this.heard(number, /** @type {any} */ (data)),
    })
  }
}
