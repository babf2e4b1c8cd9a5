/** A Redis of the test's own: a free port, nothing on disk, gone when the test is over. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@redis/client'
import { freePort } from '../../../scripts/free-port.mjs'

export interface RedisServer {
  readonly port: number
  readonly url: string
  /** Stops the process where it stands. */
  freeze(): void
  thaw(): void
  kill(): Promise<void>
  /** Kills it, and starts another one without its data. */
  restart(): Promise<void>
  /** Runs one command on a connection of its own. */
  command(...args: string[]): Promise<unknown>
  stop(): Promise<void>
}

/** @param options further ones of the command line */
export async function startRedis(...options: string[]): Promise<RedisServer> {
  const port = await freePort()
  const directory = await mkdtemp(join(tmpdir(), 'protoo-kit-redis-'))
  let child = await launch(port, directory, options)
  const server: RedisServer = {
    port,
    url: `redis://127.0.0.1:${port}`,
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    },
    async restart() {
      await server.kill()
      child = await launch(port, directory, options)
    },
    async command(...args) {
      const client = createClient({ url: server.url })
      client.on('error', () => {})
      await client.connect()
      try {
        return await client.sendCommand(args)
      } finally {
        client.destroy()
      }
    },
    async stop() {
      await server.kill()
      await rm(directory, { recursive: true, force: true })
    },
  }
  return server
}

/** @param directory where it is, and leaves nothing but what a cluster's node must */
async function launch(port: number, directory: string, options: string[]): Promise<ChildProcess> {
  const fixed = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']
  const child = spawn(
    process.env.REDIS_SERVER_PATH || 'redis-server',
    [...fixed, '--dir', directory, ...options],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  let log = ''
  for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
    log += chunk
    if (log.includes('Ready to accept connections')) {
      child.stdout.resume()
      return child
    }
  }
  throw new Error(`redis-server did not start: ${log}`)
}
