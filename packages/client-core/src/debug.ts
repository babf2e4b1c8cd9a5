export interface Logger {
  debug(text: string, ...details: unknown[]): void
  warn(text: string, ...details: unknown[]): void
  error(text: string, ...details: unknown[]): void
}

/**
 * Logs under the namespaces of v4 (C1): `protoo-client:NAME`,
 * `protoo-client:WARN:NAME` and `protoo-client:ERROR:NAME`, switched on as with the `debug` package, by
 * `localStorage.debug` in a page and by `DEBUG` on Node. That package itself
 * would be most of the client.
 */
export function createLogger(name: string): Logger {
  return {
    debug: (...line) => log(`protoo-client:${name}`, 'info', line),
    warn: (...line) => log(`protoo-client:WARN:${name}`, 'warn', line),
    error: (...line) => log(`protoo-client:ERROR:${name}`, 'error', line),
  }
}

function log(
  namespace: string,
  method: 'info' | 'warn' | 'error',
  [text, ...details]: [string, ...unknown[]],
): void {
  if (isEnabled(namespace)) console[method](`${namespace} ${text}`, ...details)
}

/** `*` stands for anything, `-` in front excludes; patterns are set apart by commas or spaces. */
function isEnabled(namespace: string): boolean {
  let enabled = false
  for (const pattern of setting().split(/[\s,]+/)) {
    const excludes = pattern.startsWith('-')
    const source = pattern
      .slice(excludes ? 1 : 0)
      .replace(/[^\w*]/g, '\\$&')
      .replace(/\*/g, '.*')
    if (!new RegExp(`^${source}$`).test(namespace)) continue
    if (excludes) return false
    enabled = true
  }
  return enabled
}

function setting(): string {
  const { process } = globalThis as { process?: { env?: { DEBUG?: string } } }
  try {
    return globalThis.localStorage?.getItem('debug') ?? process?.env?.DEBUG ?? ''
  } catch {
    // A page whose storage is blocked.
    return ''
  }
}
