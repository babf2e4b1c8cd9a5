#!/usr/bin/env node
import { parseArgs } from 'node:util'
import { type DevServer, startDevServer } from './dev-server.js'
import { version } from './version.js'

const USAGE = `Usage: protoo-server-lite [options]

Serves protoo rooms for development at ws://HOST:PORT/?roomId=ROOM&peerId=PEER

  --port <number>         where to listen, 0 for any free port (default 4443)
  --host <address>        the address to listen on (default 127.0.0.1)
  --cors-origin <origin>  also let pages of this origin connect, * for any (repeatable)
  --help                  show this text
  --version               show the version
`

interface Flags {
  port: number
  host: string
  corsOrigins: string[]
  help: boolean
  version: boolean
}

/** @throws Error saying what is wrong with them */
function readFlags(args: string[]): Flags {
  const { values } = parseArgs({
    args,
    options: {
      port: { type: 'string', default: '4443' },
      host: { type: 'string', default: '127.0.0.1' },
      'cors-origin': { type: 'string', multiple: true, default: [] },
      help: { type: 'boolean', short: 'h', default: false },
      version: { type: 'boolean', default: false },
    },
  })
  const port = Number(values.port)
  if (!/^\d+$/.test(values.port) || port > 65535)
    throw new Error(`--port must be a number from 0 to 65535, not "${values.port}"`)
  // An unset variable: Node would listen on all addresses.
  if (!values.host.trim()) throw new Error('--host must be an address, not empty')
  return {
    port,
    host: values.host,
    corsOrigins: values['cors-origin'],
    help: values.help,
    version: values.version,
  }
}

/** Why the server did not start, in one line. */
function explain(error: unknown, { port, host }: Flags): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE')
    return `port ${port} on ${host} is in use: stop what uses it, or choose another --port`
  if (code === 'EACCES') return `no permission to listen on port ${port}: choose a --port above 1023`
  if (code === 'ENOTFOUND' || code === 'EADDRNOTAVAIL')
    return `this machine has no address "${host}": change --host`
  return error instanceof Error ? error.message : String(error)
}

function fail(message: string, exitCode: number): void {
  process.stderr.write(`protoo-server-lite: ${message}\n`)
  process.exitCode = exitCode
}

async function start(flags: Flags): Promise<void> {
  let server: DevServer
  try {
    server = await startDevServer(flags)
  } catch (error) {
    if (error instanceof TypeError) fail(`${error.message}\n\n${USAGE}`, 2)
    else fail(explain(error, flags), 1)
    return
  }
  process.stdout.write(`protoo-server-lite listens at ${server.url}/?roomId=ROOM&peerId=PEER\n`)
  const stop = () => void server.close()
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
}

function main(args: string[]): void {
  let flags: Flags
  try {
    flags = readFlags(args)
  } catch (error) {
    fail(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`, 2)
    return
  }
  if (flags.help) process.stdout.write(USAGE)
  else if (flags.version) process.stdout.write(`${version}\n`)
  else void start(flags)
}

main(process.argv.slice(2))
