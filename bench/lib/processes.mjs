import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'

/** Whether each end can have a core of its own. */
export const pinned = availableParallelism() > 1 && spawnSync('taskset', ['--version']).status === 0

const cores = { server: '0', load: '1' }

/**
 * V8 takes for long-lived what was kept while connections were set up, and makes it where the garbage of a moment is expensive:
 * the arrays that `ws` gathers the parts of a message in, if each client got a message first and then none for a while, as
 * a session's or socket.io's do. A load of thousands of clients in one process then measures its own garbage collector.
 */
const loadFlags = ['--no-allocation-site-pretenuring']

/** One end of a system, in a process of its own. */
export class EndProcess {
  /**
   * @param {'server' | 'load'} role
   * @param {string} system
   * @param {string[]} [flags] Node's
   */
  static async start(role, system, flags = []) {
    const node = [
      process.execPath,
      '--expose-gc',
      ...(role === 'load' ? loadFlags : []),
      ...flags,
      join(import.meta.dirname, 'end-process.mjs'),
      role,
      system,
    ]
    const [command, ...args] = pinned ? ['taskset', '-c', cores[role], ...node] : node
    const child = spawn(/** @type {string} */ (command), args, {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    const end = new EndProcess(child, `${system} (${role})`)
    await end.#answer()
    return end
  }

  #child
  #name

  /**
   * @param {import('node:child_process').ChildProcess} child
   * @param {string} name
   */
  constructor(child, name) {
    this.#child = child
    this.#name = name
  }

  /**
   * @param {string} command
   * @param {object} [argument]
   * @returns {Promise<any>}
   */
  async do(command, argument) {
    this.#child.send({ command, argument })
    return this.#answer()
  }

  get pid() {
    return this.#child.pid
  }

  /** As by `kill -9`. */
  async kill() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    this.#child.kill('SIGKILL')
    await once(this.#child, 'exit')
  }

  async #answer() {
    const ended = new AbortController()
    const exit = once(this.#child, 'exit', ended).then(([code, signal]) => {
      throw new Error(`${this.#name} ended with ${signal ?? code}`)
    })
    try {
      const [{ result, error }] = await Promise.race([once(this.#child, 'message', ended), exit])
      if (error) throw new Error(`${this.#name}: ${error}`)
      return result
    } finally {
      exit.catch(() => {})
      ended.abort()
    }
  }
}

/** Both ends of a system. */
export class Pair {
  /** @param {string} system @param {string[]} [flags] Node's */
  static async start(system, flags) {
    const server = await EndProcess.start('server', system, flags)
    const load = await EndProcess.start('load', system, flags)
    const port = await server.do('listen', { port: 0 })
    return new Pair(system, server, load, `ws://127.0.0.1:${port}`)
  }

  /**
   * @param {string} name
   * @param {EndProcess} server
   * @param {EndProcess} load
   * @param {string} url
   */
  constructor(name, server, load, url) {
    this.name = name
    this.server = server
    this.load = load
    this.url = url
  }

  /** @param {number} [count] @param {number} [atOnce] */
  async connect(count = 1, atOnce = 1) {
    await this.load.do('connect', { url: this.url, count, atOnce })
  }

  async close() {
    await this.load.do('close')
    await this.server.do('empty')
  }

  async kill() {
    await Promise.all([this.server.kill(), this.load.kill()])
  }
}
