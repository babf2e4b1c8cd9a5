// Several servers of the chat, each a process of its own, all over one Redis: for the visitors they are one.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** ms */
const RESTART = 3500
/** ms until a node that died is started again. */
const PAUSE = 500
/** ms that a node has to drain. */
const PATIENCE = 15_000

/** @typedef {import('node:child_process').ChildProcess} ChildProcess */

/** As ChatHost, but that what was said outlives them. */
export class ChatNodes {
  /** Those that take visitors in, in the order of starting. @type {Map<ChildProcess, number>} */
  #serving = new Map()
  /** All there are. @type {Set<ChildProcess>} */
  #children = new Set()
  /** How many have been handed out. */
  #turn = 0
  /** While all are restarted. @type {{ timer: NodeJS.Timeout, at: number } | undefined} */
  #restart
  /** Of nodes that died. @type {Set<NodeJS.Timeout>} */
  #pauses = new Set()
  #stopped = false
  #count
  #options

  /**
   * @param {number} count
   * @param {import('./shared-chat.js').NodeOptions} options
   */
  constructor(count, options) {
    this.#count = count
    this.#options = options
  }

  /** Of one after the other, on this machine only; undefined while there is none. */
  get port() {
    const ports = [...this.#serving.values()]
    return ports[this.#turn++ % ports.length]
  }

  /** ms until they are back; 0 when they are there. */
  get restartsIn() {
    return this.#restart ? Math.max(Math.round(this.#restart.at - performance.now()), 1) : 0
  }

  /** The process ids of those that serve. */
  get pids() {
    return [...this.#serving.keys()].map(({ pid }) => pid)
  }

  async start() {
    try {
      await Promise.all(Array.from({ length: this.#count }, () => this.#launch()))
    } catch (error) {
      await this.stop()
      throw error
    }
  }

  /**
   * All go, and are back after a while. Does nothing while that is under way.
   *
   * @param {() => void} disconnect breaks the connections first, so that nobody hears a goodbye
   */
  restart(disconnect) {
    if (this.#restart || this.#stopped) return
    disconnect()
    this.#stayDown()
    const gone = Promise.all([...this.#children].map((child) => this.#end(child)))
    const timer = setTimeout(async () => {
      await gone
      this.#restart = undefined
      for (let index = 0; index < this.#count; index++) this.#startAgain(0)
    }, RESTART)
    this.#restart = { timer, at: performance.now() + RESTART }
  }

  /** @param {string} roomId */
  closeRoom(roomId) {
    for (const child of this.#serving.keys()) child.send({ closeRoom: roomId })
  }

  /** For good, one after the other: who is on the first goes on at the next. */
  async stop() {
    this.#stopped = true
    clearTimeout(this.#restart?.timer)
    this.#restart = undefined
    this.#stayDown()
    for (const child of [...this.#children]) await this.#end(child)
  }

  /** What has died is not started again. */
  #stayDown() {
    for (const pause of this.#pauses) clearTimeout(pause)
    this.#pauses.clear()
  }

  async #launch() {
    const child = fork(join(import.meta.dirname, 'chat-node.js'), [], {
      env: { ...process.env, CHAT_NODE: JSON.stringify(this.#options) },
    })
    this.#children.add(child)
    const gone = once(child, 'exit')
    child.once('exit', () => this.#exited(child))
    // It may be gone while it is told something.
    child.on('error', () => {})
    const [{ port, error = 'a node of the chat ended before it listened' }] = await Promise.race([
      once(child, 'message'),
      gone.then(() => [{}]),
    ])
    if (!port) throw new Error(error)
    if (this.#children.has(child) && !this.#stopped) this.#serving.set(child, port)
  }

  /** @param {ChildProcess} child */
  #exited(child) {
    this.#children.delete(child)
    // Otherwise it was told to, or never began.
    if (!this.#serving.delete(child)) return
    this.#startAgain(PAUSE)
  }

  /** @param {number} wait ms */
  #startAgain(wait) {
    if (this.#stopped || this.#restart) return
    const pause = setTimeout(() => {
      this.#pauses.delete(pause)
      this.#launch().catch((error) => {
        if (this.#stopped || this.#restart) return
        console.error('A node of the chat did not start:', error.message)
        this.#startAgain(PAUSE)
      })
    }, wait)
    this.#pauses.add(pause)
  }

  /** Takes nobody more in, and drains. @param {ChildProcess} child */
  async #end(child) {
    this.#serving.delete(child)
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGTERM')
    const late = setTimeout(() => child.kill('SIGKILL'), PATIENCE)
    await gone
    clearTimeout(late)
  }
}
