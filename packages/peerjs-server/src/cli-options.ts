import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import yargs from 'yargs'
import type { PeerServerOptions } from './options.js'
import { version } from './version.js'

export interface CommandLine {
  readonly options: PeerServerOptions
  /** Flags that nobody knows: the original takes them without a word. */
  readonly unknown: readonly string[]
}

/** What is wrong with the command line, in one line. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

const flags = {
  expire_timeout: { type: 'number', alias: 't', describe: 'ms that messages wait', default: 5000 },
  concurrent_limit: { type: 'number', alias: 'c', describe: 'most clients', default: 5000 },
  alive_timeout: {
    type: 'number',
    describe: 'ms without a heartbeat until a client is dropped',
    default: 60_000,
  },
  key: { type: 'string', alias: 'k', describe: 'what every client must know', default: 'peerjs' },
  sslkey: { type: 'string', describe: 'path to the TLS key' },
  sslcert: { type: 'string', describe: 'path to the TLS certificate' },
  host: { type: 'string', alias: 'H', describe: 'address to listen on; default all' },
  port: { type: 'number', alias: 'p', describe: 'port to listen on, 0 for any free one; or PORT' },
  path: {
    type: 'string',
    describe: 'before all paths; or PEERSERVER_PATH',
  },
  allow_discovery: { type: 'boolean', describe: 'let anybody ask for the ids of all' },
  proxied: { type: 'boolean', describe: 'a reverse proxy stands before the server', default: false },
  cors: { type: 'string', array: true, describe: 'origins whose pages may connect; default any' },
  reconnect_window: {
    type: 'number',
    describe: 'ms that an id is kept for a lost client',
    default: 0,
  },
  leave_on_disconnect: { type: 'boolean', describe: 'tell correspondents that a client is gone' },
} as const

/** What yargs has besides. */
const YARGS = ['_', '$0', 'help', 'version']

/**
 * The flags and environment variables of the original command (J11), and two more.
 * `--help` and `--version` print, and end the process.
 *
 * @throws UsageError
 */
export function readCommandLine(args: readonly string[], env: NodeJS.ProcessEnv): CommandLine {
  const parser = yargs([...args])
  const values = parser
    .scriptName('protoo-peerjs')
    .usage('Usage: $0 --port <number> [options]')
    .wrap(Math.min(98, parser.terminalWidth()))
    .version(version)
    .options(flags)
    .fail((message, error) => {
      throw error ?? new UsageError(message)
    })
    .parseSync()

  const { cors, sslkey, sslcert, host } = values
  const ssl = readTls(sslkey, sslcert)
  const known = new Set([...YARGS, ...Object.keys(flags), ...aliases()])
  return {
    options: {
      ...(ssl && { ssl }),
      ...(host && { host }),
      ...(cors && { corsOptions: { origin: cors } }),
      port: readPort(values.port, env.PORT),
      expire_timeout: values.expire_timeout,
      alive_timeout: values.alive_timeout,
      concurrent_limit: values.concurrent_limit,
      key: values.key,
      path: values.path ?? (env.PEERSERVER_PATH || '/'),
      allow_discovery: values.allow_discovery ?? false,
      proxied: values.proxied,
      reconnectWindow: values.reconnect_window,
      leaveOnDisconnect: values.leave_on_disconnect ?? false,
    },
    unknown: Object.keys(values).filter((name) => !known.has(name)),
  }
}

function aliases(): string[] {
  return Object.values(flags).flatMap((flag) => ('alias' in flag ? [flag.alias] : []))
}

function readPort(flag: number | undefined, variable: string | undefined): number {
  if (flag !== undefined && !Number.isNaN(flag)) return flag
  const port = Number(variable)
  if (variable && Number.isInteger(port)) return port
  throw new UsageError(
    variable ? `PORT must be a number, not "${variable}"` : 'say where to listen: --port 9000, or PORT',
  )
}

function readTls(
  key: string | undefined,
  cert: string | undefined,
): { key: Buffer; cert: Buffer } | undefined {
  if (!key && !cert) return
  if (!key || !cert)
    throw new UsageError(
      'PeerServer will not run because either the key or the certificate has not been provided.',
    )
  return { key: readFileSync(resolve(key)), cert: readFileSync(resolve(cert)) }
}
