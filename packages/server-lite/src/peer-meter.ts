import type { ProtooRequest, RequestHandler, RequestListener } from '@protoo-kit/protocol'
import { outcomeOf, outcomeOfCode, type RequestOutcome } from '@protoo-kit/protocol/metrics'
import type { Meter } from './metrics.js'

/** Requests of one client that are timed at once; of further ones the oldest counts as lost. */
const MAX_TIMED = 1000

/** How an answer begins (`createSuccessResponse`, `createErrorResponse`). */
const ANSWER = /^\{"response":true,"id":([^,]+),"ok":(?:true|false,"errorCode":([^,]+))/

interface Timed {
  readonly method: string
  /** Whether there is a handler of its own for it; otherwise only an answer says that the method exists. */
  readonly handled: boolean
  /** ms. */
  readonly since: number
}

/**
 * Times the requests of one peer, both ways. The engine knows nothing of it: a request is seen as its handler is called,
 * and its answer as it is sent.
 */
export class PeerMeter {
  private readonly timed = new Map<number, Timed>()

  constructor(private readonly meter: Meter) {}

  /** The handler, timed. */
  handler(handler: RequestHandler): RequestHandler {
    return (data, request) => {
      this.begin(request, true)
      return handler(data, request)
    }
  }

  /** The listeners, timed. Without any the request is answered at once, and is of no known method. */
  listeners(listeners: readonly RequestListener[]): readonly RequestListener[] {
    return listeners.length ? [this.listener, ...listeners] : listeners
  }

  /** A message was sent. */
  sent(text: string, answer: boolean | undefined): void {
    if (answer) this.answered(text)
    // Only a notification's kind begins with an n.
    else if (text[2] === 'n') this.meter.notification('out')
  }

  notified(direction: 'in' | 'out'): void {
    this.meter.notification(direction)
  }

  /** @returns the answer, timed */
  asked<Result>(method: string, answer: Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
    const since = performance.now()
    const name = this.meter.names.name(String(method), true)
    const settled = (outcome: RequestOutcome): void => {
      this.meter.request('out', name, outcome, seconds(since))
    }
    return answer.then(
      (result) => {
        settled('ok')
        return result
      },
      (error: unknown) => {
        settled(outcomeOf(error, signal?.aborted))
        throw error
      },
    )
  }

  /** Nothing is answered any more. */
  ended(): void {
    for (const timed of this.timed.values()) this.settle(timed, 'lost')
    this.timed.clear()
  }

  private readonly listener: RequestListener = (request) => this.begin(request, false)

  private begin({ id, method }: ProtooRequest, handled: boolean): void {
    const { timed } = this
    const [oldest] = timed.keys()
    if (timed.has(id)) this.drop(id)
    else if (oldest !== undefined && timed.size >= MAX_TIMED) this.drop(oldest)
    timed.set(id, { method, handled, since: performance.now() })
  }

  private drop(id: number): void {
    const timed = this.timed.get(id)
    if (timed) this.settle(timed, 'lost')
    this.timed.delete(id)
  }

  private answered(text: string): void {
    const [, id, code] = ANSWER.exec(text) ?? []
    const outcome = code === undefined ? 'ok' : outcomeOfCode(Number(code))
    const timed = this.timed.get(Number(id))
    this.timed.delete(Number(id))
    this.settle(timed, outcome)
  }

  private settle(timed: Timed | undefined, outcome: RequestOutcome): void {
    const { method = '', handled = false, since = performance.now() } = timed ?? {}
    const name = this.meter.names.name(method, timed !== undefined && (handled || outcome === 'ok'))
    this.meter.request('in', name, outcome, seconds(since))
  }
}

/** @param since ms */
function seconds(since: number): number {
  return (performance.now() - since) / 1000
}
