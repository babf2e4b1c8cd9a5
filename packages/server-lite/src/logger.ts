import debug from 'debug'
import { printable, textOf } from './text.js'

type Log = (format: string, ...args: unknown[]) => void

/** Where the few warnings go that everybody should see; `console` is one. */
export interface Logger {
  warn(message: string): void
}

/** Three levels of one module's log, silent unless `DEBUG` names them. */
export interface DebugLogger {
  readonly debug: Log
  readonly warn: Log
  readonly error: Log
}

/**
 * Logs through `debug` under the namespaces of v4: `protoo-server:NAME`,
 * `protoo-server:WARN:NAME` and `protoo-server:ERROR:NAME`, so that
 * `DEBUG=protoo-server:*` shows everything.
 */
export function createLogger(name: string): DebugLogger {
  return {
    debug: log(`protoo-server:${name}`),
    warn: log(`protoo-server:WARN:${name}`),
    error: log(`protoo-server:ERROR:${name}`),
  }
}

function log(namespace: string): Log {
  const write = debug(namespace)
  return (format, ...args) => {
    if (write.enabled) write(format, ...args.map(shown))
  }
}

/** Ids, methods and reasons are what clients say. */
function shown(value: unknown): unknown {
  return typeof value === 'number' ? value : printable(textOf(value))
}
