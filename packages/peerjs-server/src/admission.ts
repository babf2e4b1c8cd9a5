import type { IncomingMessage } from 'node:http'
import type { Clock } from '@protoo-kit/protocol'
import type { Refusal } from './broker.js'
import type { Identity } from './client.js'
import { MessageType } from './message.js'
import type { ResolvedOptions } from './options.js'
import { sameSecret } from './secret.js'

type AdmissionOptions = Pick<ResolvedOptions, 'key' | 'authenticate' | 'concurrent_limit' | 'proxies'>

/** Who a client is, and where it comes from. */
export interface Entrant extends Identity {
  /** Asked for in need alone: Node keeps the answer with every connection. */
  address(): string
}

/** ms that `authenticate` may take. */
const AUTHENTICATION_TIMEOUT = 30_000

/** What a client says about itself in its URL (J1), and what the application says about that. */
export class Admission {
  /** Clients that the application is being asked about. */
  private pending = 0

  constructor(
    private readonly options: AdmissionOptions,
    private readonly failed: (error: unknown) => void,
    private readonly clock: Clock,
  ) {}

  /** A promise, where the application makes one. */
  check(request: IncomingMessage): Entrant | Refusal | Promise<Entrant | Refusal> {
    const { id, token, key } = readQuery(request.url)
    if (!id || !token || !key) return refusal('No id, token, or key supplied to websocket server')
    if (!sameSecret(key, this.options.key)) return refusal('Invalid key provided')
    const entrant = { id, token, address: () => this.options.proxies.addressOf(request) }
    return this.options.authenticate ? this.authenticate(request, entrant) : entrant
  }

  private async authenticate(request: IncomingMessage, entrant: Entrant): Promise<Entrant | Refusal> {
    if (this.pending >= this.options.concurrent_limit)
      return refusal('Server has reached its concurrent user limit')
    this.pending += 1
    try {
      const id = await this.within(AUTHENTICATION_TIMEOUT, this.options.authenticate?.(request))
      if (id === entrant.id) return entrant
    } catch (error) {
      this.failed(error)
    } finally {
      this.pending -= 1
    }
    return refusal(`Not authorized to use the ID ${JSON.stringify(entrant.id.slice(0, 64))}`)
  }

  private async within(ms: number, answer: unknown): Promise<unknown> {
    let timer: unknown
    const late = new Promise((_, reject) => {
      const expire = () => reject(new Error(`authenticate has not answered within ${ms} ms`))
      timer = this.clock.setTimeout(expire, ms)
    })
    return Promise.race([answer, late]).finally(() => this.clock.clearTimeout(timer))
  }
}

function refusal(msg: string): Refusal {
  return { type: MessageType.ERROR, payload: { msg } }
}

/** Of a parameter that stands there twice, the last one counts, as with the original. */
function readQuery(url = ''): { id?: string; token?: string; key?: string } {
  const start = url.indexOf('?')
  const query = new URLSearchParams(start === -1 ? '' : url.slice(start + 1))
  const { id, token, key } = Object.fromEntries(query)
  return { ...(id && { id }), ...(token && { token }), ...(key && { key }) }
}
