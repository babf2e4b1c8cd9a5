import type { IncomingMessage } from 'node:http'
import { guard } from '@protoo-kit/protocol'
import { reportFailure } from './emit.js'
import type { Logger } from './logger.js'
import { Proxies } from './proxies.js'
import { printable, textOf } from './text.js'

/** `'*'` for any, a list of origins (`https://app.example.com`), or a function that decides. */
export type AllowedOrigins = '*' | readonly string[] | ((origin: string, request: IncomingMessage) => boolean)

/** Distinct origins whose refusal is logged: anybody may send any number of them. */
const MAX_LOGGED = 100

/** What to do about a refusal, given the origin in quotes. */
export type OriginAdvice = (origin: string) => string

const ADVICE: OriginAdvice = (origin) =>
  `If its pages may connect, pass { allowedOrigins: [${origin}] } to WebSocketServer, ` +
  'or --cors-origin to the command protoo-server-lite.'

/**
 * Keeps pages of other sites from opening connections with the cookies of your
 * users: unlike other requests, browsers allow these across origins (RFC 6455 §10.2).
 *
 * By default a browser's Origin must name the host that the request itself went
 * to, on any port; behind trusted proxies, the one that they were asked for. `Origin: null` (sandboxed frames, files) is refused. A request
 * without an Origin comes from no browser and is allowed, whatever the setting.
 */
export class OriginPolicy {
  private readonly allows: (origin: string, request: IncomingMessage) => boolean
  private readonly logged = new Set<string>()

  /**
   * @param name of the server that refuses, for its log
   * @param advice for its log, too
   * @param proxies that stand before it
   * @throws TypeError when the list holds what is no origin
   */
  constructor(
    allowed: AllowedOrigins | undefined,
    private readonly logger: Logger,
    private readonly name = 'protoo-server',
    private readonly advice: OriginAdvice = ADVICE,
    private readonly proxies: Proxies = new Proxies(),
  ) {
    this.allows = compile(allowed, proxies)
  }

  /** @returns why the request is refused; undefined when it is allowed */
  refusal(origin: string | undefined, request: IncomingMessage): string | undefined {
    if (origin === undefined) return
    let cause = ''
    try {
      const allowed: unknown = this.allows(origin, request)
      if (allowed === true) return
      // A promise is truthy: without this, an async function would allow everybody.
      if (allowed !== false)
        throw new TypeError(`allowedOrigins must return a boolean, not ${typeof allowed}`)
    } catch (error) {
      cause = ` (${textOf(error)})`
    }
    this.log(origin, this.proxies.hostOf(request), cause)
    return 'origin not allowed by the allowedOrigins option of the server'
  }

  private log(origin: string, host: string | undefined, cause: string): void {
    if (this.logged.size >= MAX_LOGGED || this.logged.has(origin)) return
    this.logged.add(origin)
    const shown = printable(JSON.stringify(origin.slice(0, 200)))
    const message =
      `${this.name}: refused a connection from origin ${shown} to host ${printable(JSON.stringify(host ?? ''))}${cause}. ` +
      this.advice(shown)
    // Anybody's code, and there is still a request to answer.
    guard(() => this.logger.warn(message), reportFailure('logger.warn'))
  }
}

/** Whether `origin` names the host that the request was sent to, on any port. */
export function isSameHost(origin: string, request: IncomingMessage): boolean {
  return isHost(origin, request.headers.host)
}

function isHost(origin: string, header: string | undefined): boolean {
  const host = hostOf(header)
  return host !== undefined && host === hostname(origin)
}

/** The host of a `Host` header, in lower case and without the port. */
export function hostOf(header: string | undefined): string | undefined {
  return header && !/[/\\?#@]/.test(header) ? hostname(`http://${header}`) : undefined
}

/** The host of an origin, in lower case; undefined for what has none, such as `null`. */
export function hostname(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).hostname.toLowerCase() || undefined : undefined
}

function compile(
  allowed: AllowedOrigins | undefined,
  proxies: Proxies,
): (origin: string, request: IncomingMessage) => boolean {
  if (allowed === undefined) return (origin, request) => isHost(origin, proxies.hostOf(request))
  if (allowed === '*') return () => true
  if (typeof allowed === 'function') return allowed
  if (!Array.isArray(allowed))
    throw new TypeError(
      `allowedOrigins must be '*', an array of origins or a function, not ${typeof allowed}`,
    )
  return originList(allowed)
}

/**
 * Whether an origin is one of `origins`; case and default ports do not tell them apart.
 * @throws TypeError when one is no origin
 */
export function originList(origins: readonly string[]): (origin: string) => boolean {
  const list = new Set(origins.map(listed))
  return (origin) => list.has(normalise(origin))
}

function listed(entry: unknown): string {
  if (typeof entry !== 'string') throw new TypeError(`allowedOrigins must hold strings, not ${typeof entry}`)
  // Sandboxed frames and files, of anybody: only for those who ask for it by name.
  if (entry === 'null') return entry
  if (!/^[a-z][a-z0-9+.-]*:\/\/[^/]+\/?$/i.test(entry) || !URL.canParse(entry))
    throw new TypeError(
      `allowedOrigins holds "${entry}", which is no origin: write it as "https://example.com"`,
    )
  return normalise(entry)
}

function normalise(origin: string): string {
  if (!URL.canParse(origin)) return origin
  const url = new URL(origin)
  // The origin of schemes that are not the web's is the text "null" for all of them.
  return url.origin === 'null' ? `${url.protocol}//${url.host.toLowerCase()}` : url.origin
}
