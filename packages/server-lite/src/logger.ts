import debug from 'debug'

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
    debug: debug(`protoo-server:${name}`),
    warn: debug(`protoo-server:WARN:${name}`),
    error: debug(`protoo-server:ERROR:${name}`),
  }
}
