import { format, inspect } from 'node:util'
import debug from 'debug'
import { printable, textOf } from './text.js'

type Log = (format: string, ...args: unknown[]) => void

/** Where the few warnings go that everybody should see; `console` is one. */
export interface Logger {
  warn(message: string): void
}

/** What {@link setLogger} takes: `console`, and the loggers of pino, winston and most others, are one. */
export interface LeveledLogger extends Logger {
  debug(message: string): void
  error(message: string): void
}

/** Three levels of one module's log. */
export type DebugLogger = Record<keyof LeveledLogger, Log>

let given: LeveledLogger | undefined

/**
 * Gives the log of all servers of this process to `logger`, whole and whatever `DEBUG` says: what happens (`debug`), what was refused and dropped
 * (`warn`), and what failed (`error`), listeners of yours that threw included. What clients say in it is escaped.
 *
 * @param logger undefined: to `debug` again, under the namespaces of v4, and failures to `console.error`
 * @throws TypeError when it lacks one of the three methods
 */
export function setLogger(logger: LeveledLogger | undefined): void {
  const levels = ['debug', 'warn', 'error'] as const
  if (logger !== undefined && !levels.every((level) => typeof logger?.[level] === 'function'))
    throw new TypeError(
      'logger must have the methods debug, warn and error: pass console, or an object like it',
    )
  given = logger
}

/**
 * Logs through `debug` under the namespaces of v4: `protoo-server:NAME`,
 * `protoo-server:WARN:NAME` and `protoo-server:ERROR:NAME`, so that
 * `DEBUG=protoo-server:*` shows everything; or to what {@link setLogger} was given.
 */
export function createLogger(name: string): DebugLogger {
  return {
    debug: log(name, 'debug', `protoo-server:${name}`),
    warn: log(name, 'warn', `protoo-server:WARN:${name}`),
    error: log(name, 'error', `protoo-server:ERROR:${name}`),
  }
}

/** Warnings that everybody should see, unless a server has a logger of its own. */
export const everybody: Logger = {
  warn: (message) => (given ? tell('warn', message) : console.warn(message)),
}

/** Says that a listener, handler or the like of the application threw. */
export function logFailure(what: string, error: unknown): void {
  if (given) tell('error', `protoo: listener failed: ${what} ${inspect(error)}`)
  else console.error('protoo: listener failed:', what, error)
}

function log(name: string, level: keyof LeveledLogger, namespace: string): Log {
  const write = debug(namespace)
  return (text, ...args) => {
    if (given) tell(level, `${name}: ${format(text, ...args.map(shown))}`)
    else if (write.enabled) write(text, ...args.map(shown))
  }
}

/** A logger that fails is not to take the server with it. */
function tell(level: keyof LeveledLogger, message: string): void {
  try {
    given?.[level](message)
  } catch (error) {
    console.error('protoo: logger failed:', error)
  }
}

/** Ids, methods and reasons are what clients say. */
function shown(value: unknown): unknown {
  return typeof value === 'number' ? value : printable(textOf(value))
}
