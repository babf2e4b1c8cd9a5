/** Says to load balancers and the like whether clients may come here. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { EventLoopLag } from './event-loop-lag.js'
import { sumOf } from './gauges.js'
import type { ServerGauges } from './metrics.js'

/** What a `WebSocketServer` has of it. */
export interface Observed {
  readonly gauges: ServerGauges
}

export interface HealthOptions {
  /** Seconds of event-loop lag above which the answer is 503. Default `Infinity`: an overloaded server is not made worse by a restart. */
  maxLag?: number | undefined
}

/** The answer's body, as JSON. */
export interface Health extends ServerGauges {
  readonly healthy: boolean
  /** Seconds: 99th percentile of the event loop's lag since somebody last asked. */
  readonly lag: number
}

/**
 * A handler for `GET /health`: 200, or 503 once a server drains or is too late.
 *
 * @param server one `WebSocketServer`, or several
 * @throws TypeError when an argument makes no sense
 */
export function health(
  server: Observed | readonly Observed[],
  { maxLag = Number.POSITIVE_INFINITY }: HealthOptions = {},
): (request: IncomingMessage, response: ServerResponse) => void {
  const servers = [server].flat()
  if (servers.some((each) => typeof each?.gauges !== 'object'))
    throw new TypeError('health() takes a WebSocketServer, or an array of them')
  if (!(maxLag > 0)) throw new TypeError('maxLag must be a number of seconds above 0')
  const eventLoop = new EventLoopLag()
  return (_request, response) => {
    const gauges = sumOf(servers.map((each) => () => each.gauges))
    const lag = eventLoop.read()
    const healthy = !gauges.draining && lag <= maxLag
    const body: Health = { healthy, ...gauges, lag }
    response.writeHead(healthy ? 200 : 503, {
      'Content-Type': 'application/json',
      'Cache-Control': 'no-store',
    })
    response.end(JSON.stringify(body))
  }
}
