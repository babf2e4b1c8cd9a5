// A Redis of a system's own: on this machine, with nothing on disk.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createClient } from '@redis/client'
import { freePort } from '../../scripts/free-port.mjs'
import { findRedis } from '../../scripts/redis.mjs'

/** What is asked to measure, and what clients say when they come and go. */
const OTHERS = /^(info|hello|ping|client\|.*|config\|.*)$/

export class RedisServer {
  static async start() {
    const port = await freePort()
    const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']
    const child = spawn(await findRedis(), args, { stdio: ['ignore', 'pipe', 'inherit'] })
    let log = ''
    for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
      log += chunk
      if (log.includes('Ready to accept connections')) break
    }
    if (!log.includes('Ready to accept connections')) throw new Error(`redis-server did not start: ${log}`)
    child.stdout.resume()
    const url = `redis://127.0.0.1:${port}`
    const client = createClient({ url })
    client.on('error', () => {})
    await client.connect()
    return new RedisServer(url, child, client)
  }

  #child
  #client

  /**
   * @param {string} url
   * @param {import('node:child_process').ChildProcess} child
   * @param {any} client
   */
  constructor(url, child, client) {
    this.url = url
    this.#child = child
    this.#client = client
  }

  /** @returns {Promise<{ commands: number, cpu: number }>} how many commands it has run, those of scripts too, and for how many µs */
  async used() {
    const stats = String(await this.#client.sendCommand(['INFO', 'commandstats']))
    const cpu = String(await this.#client.sendCommand(['INFO', 'cpu']))
    const commands = [...stats.matchAll(/^cmdstat_([\w|]+):calls=(\d+)/gm)]
      .filter(([, name = '']) => !OTHERS.test(name))
      .reduce((sum, [, , calls]) => sum + Number(calls), 0)
    const seconds = [...cpu.matchAll(/^used_cpu_(?:user|sys):([\d.]+)/gm)]
    return { commands, cpu: seconds.reduce((sum, [, value]) => sum + Number(value) * 1e6, 0) }
  }

  /** @returns {Promise<number>} bytes that its data takes */
  async memory() {
    const memory = String(await this.#client.sendCommand(['INFO', 'memory']))
    return Number(/^used_memory_dataset:(\d+)/m.exec(memory)?.[1])
  }

  async stop() {
    this.#client.destroy()
    this.#child.kill('SIGKILL')
    await once(this.#child, 'exit')
  }
}
