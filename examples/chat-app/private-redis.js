// A Redis for as long as the chat runs: on this machine only, with nothing on disk.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'

const MISSING =
  'no redis-server was found: install Redis 7 or later, or Valkey, set REDIS_SERVER_PATH to it, or name one that runs by --redis redis://…'

/**
 * @returns once it takes connections
 * @throws Error (rejects) when there is none that runs
 */
export async function startRedis() {
  const { REDIS_SERVER_PATH } = process.env
  const port = await freePort()
  for (const program of REDIS_SERVER_PATH ? [REDIS_SERVER_PATH] : ['redis-server', 'valkey-server']) {
    const child = await launch(program, port)
    if (!child) continue
    return {
      url: `redis://127.0.0.1:${port}`,
      async stop() {
        if (child.exitCode !== null || child.signalCode !== null) return
        child.kill('SIGKILL')
        await once(child, 'exit')
      },
    }
  }
  throw new Error(MISSING)
}

/**
 * @param {string} program
 * @param {number} port
 * @returns undefined when there is no such program
 */
async function launch(program, port) {
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']
  // Ctrl-C in a terminal is for the chat, which stops it last.
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'], detached: true })
  try {
    await once(child, 'spawn')
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return undefined
    throw error
  }
  let log = ''
  for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
    log += chunk
    if (!log.includes('Ready to accept connections')) continue
    child.stdout.resume()
    return child
  }
  throw new Error(`redis-server did not start: ${log}`)
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  server.close()
  await once(server, 'close')
  return port
}
