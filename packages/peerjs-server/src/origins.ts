import type { IncomingMessage } from 'node:http'
import { type AllowedOrigins, OriginPolicy } from '@protoo-kit/server-lite/parts'
import type { CorsOptions } from 'cors'
import type { ResolvedOptions } from './options.js'

type OriginOptions = Pick<
  ResolvedOptions,
  'allowedOrigins' | 'authenticate' | 'corsOptions' | 'logger' | 'proxies'
>

type AskOrigin = Extract<CorsOptions['origin'], (...args: never[]) => unknown>

/**
 * Which pages may open a WebSocket: those of `allowedOrigins`, else those that may use the HTTP API, else, where
 * somebody goes by who the user is, those of the same host (decision 0016).
 */
export class Origins {
  private readonly policy: OriginPolicy
  private readonly ask: AskOrigin | undefined
  /** What a function among the options has said. */
  private readonly answers = new WeakMap<IncomingMessage, boolean>()

  /** @throws TypeError when `allowedOrigins` holds what is no origin */
  constructor({ allowedOrigins, authenticate, corsOptions, logger, proxies }: OriginOptions) {
    const { origin = authenticate === undefined } = corsOptions
    if (allowedOrigins === undefined && typeof origin === 'function') this.ask = origin
    this.policy = new OriginPolicy(
      allowedOrigins ?? this.allowedBy(origin),
      logger,
      'peerjs-server',
      (shown) =>
        `If its pages may connect, pass { allowedOrigins: [${shown}] }, or --cors to the command protoo-peerjs.`,
      proxies,
    )
  }

  /** @returns why the request is refused; undefined when it is allowed. A promise, where the application makes one */
  refusal(request: IncomingMessage): string | undefined | Promise<string | undefined> {
    const { ask } = this
    const { origin } = request.headers
    if (!ask || origin === undefined) return this.policy.refusal(origin, request)
    return new Promise((resolve, reject) => {
      ask(origin, (error, allowed) => {
        if (error) reject(error)
        this.answers.set(request, matches(origin, allowed))
        resolve(this.policy.refusal(origin, request))
      })
    })
  }

  private allowedBy(origin: CorsOptions['origin']): AllowedOrigins | undefined {
    if (typeof origin === 'function') return (_, request) => this.answers.get(request) === true
    // Without CORS, browsers let the same origin's pages use the HTTP API alone.
    if (!origin) return undefined
    return (from) => matches(from, origin)
  }
}

/** As `cors` goes by it. */
function matches(origin: string, allowed: unknown): boolean {
  if (Array.isArray(allowed)) return allowed.some((entry) => matchesOne(origin, entry))
  return allowed === '*' || matchesOne(origin, allowed)
}

function matchesOne(origin: string, allowed: unknown): boolean {
  if (typeof allowed === 'string') return allowed === origin
  if (allowed instanceof RegExp)
    return new RegExp(allowed.source, allowed.flags.replace(/[gy]/g, '')).test(origin)
  return allowed === true
}
