import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** @typedef {'ours' | 'peer'} Name */
/** @typedef {{ rss: number, used: number, cpu: number }} Usage bytes, bytes of heap and buffers, ms of processor time */

/** A broker in a process of its own. */
export class BrokerProcess {
  /**
   * @param {import('node:child_process').ChildProcess} child
   * @param {number} port
   */
  constructor(child, port) {
    this.child = child
    this.port = port
  }

  /** @param {Name} name */
  static async start(name) {
    const child = fork(join(import.meta.dirname, 'server.mjs'), [name], { execArgv: ['--expose-gc'] })
    const [{ port }] = await once(child, 'message')
    return new BrokerProcess(child, port)
  }

  /**
   * After a garbage collection.
   *
   * @returns {Promise<Usage>}
   */
  async usage() {
    this.child.send('usage')
    const [usage] = await once(this.child, 'message')
    return usage
  }

  async stop() {
    const exited = once(this.child, 'exit')
    this.child.send('exit')
    await exited
  }
}
