// The processes of a cluster under test: a Redis, and nodes. Whoever starts them stops them.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { freePort } from '../../scripts/free-port.mjs'
import { findRedis } from '../../scripts/redis.mjs'

const program = new URL('node.mjs', import.meta.url)

/** @typedef {Awaited<ReturnType<typeof startRedis>>} Redis */
/** @typedef {ReturnType<typeof createNode>} Node */
/** @typedef {{ rooms: number, lease: number, window: number, grace: number, log?: string | undefined }} Settings */
/** @typedef {{ left?: string, gap?: string, handover?: string, members?: Record<string, string[]>, up?: true }} Told */

/** Without data, and again without data after each restart. */
export async function startRedis() {
  const path = await findRedis()
  const port = await freePort()
  const launch = async () => {
    const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']
    const child = spawn(path, options, { stdio: ['ignore', 'pipe', 'inherit'] })
    let log = ''
    for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
      log += chunk
      if (!log.includes('Ready to accept connections')) continue
      child.stdout.resume()
      return child
    }
    throw new Error(`redis-server did not start: ${log}`)
  }
  let child = await launch()
  const stop = () => end(child, 'SIGKILL')
  return {
    url: `redis://127.0.0.1:${port}`,
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    async restart() {
      await stop()
      child = await launch()
    },
    stop,
  }
}

/**
 * A place in the cluster: one process after the other, on the same port.
 *
 * @param {string} url of Redis
 * @param {Settings} settings
 * @param {(told: Told) => void} told
 */
export function createNode(url, { rooms, lease, window, grace, log = '' }, told) {
  /** @type {import('node:child_process').ChildProcess | undefined} */
  let child
  /** @type {number | undefined} */
  let port
  const node = {
    /** Whether clients are sent here. */
    up: false,
    get port() {
      return port
    },
    async start() {
      port ??= await freePort()
      const numbers = { PORT: port, ROOMS: rooms, LEASE: lease, WINDOW: window, GRACE: grace, LOG: log }
      const variables = Object.entries(numbers).map(([name, value]) => [name, String(value)])
      const started = spawn(process.execPath, [program.pathname], {
        env: { ...process.env, ...Object.fromEntries(variables), REDIS_URL: url },
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      })
      child = started
      await new Promise((resolve, reject) => {
        started.once('exit', () => reject(new Error('a node has ended')))
        started.on('message', (/** @type {Told} */ message) => {
          if (message.up) resolve(undefined)
          else told(message)
        })
      })
      node.up = true
    },
    /** As before a deployment: resolves when it has gone by itself. */
    async drain() {
      node.up = false
      if (child) await end(child, 'SIGTERM')
    },
    async kill() {
      node.up = false
      if (child) await end(child, 'SIGKILL')
    },
    /** @returns {Promise<Record<string, string[]>>} who is there, as it sees it */
    async members() {
      const current = child
      if (!current) throw new Error('the node is not there')
      return await new Promise((resolve) => {
        const listen = (/** @type {Told} */ { members }) => {
          if (!members) return
          current.off('message', listen)
          resolve(members)
        }
        current.on('message', listen)
        current.send('members')
      })
    },
  }
  return node
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {NodeJS.Signals} signal
 */
async function end(child, signal) {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill(signal)
  await gone
}
