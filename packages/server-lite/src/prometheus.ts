/** Metrics of `WebSocketServer` for Prometheus, by `prom-client`. */
import type { Direction, RequestOutcome } from '@protoo-kit/protocol/metrics'
import { Counter, Gauge, Histogram, type Registry, register } from 'prom-client'
import { EventLoopLag } from './event-loop-lag.js'
import { DURATIONS, sumOf } from './gauges.js'
import type { ServerGauges, ServerMetrics } from './metrics.js'

export interface PrometheusOptions {
  /** Where they are collected. Default: the registry that `prom-client` has for all. */
  registry?: Registry | undefined
  /** How all names begin. Default `protoo_`. */
  prefix?: string | undefined
  /** Upper bounds of the histogram of request durations, in seconds. Default 1 ms to 10 s. */
  buckets?: number[] | undefined
  /** See {@link ServerMetrics}. Default 100. */
  maxMethods?: number | undefined
}

const DIRECTIONS = ['in', 'out'] as const

type Outcomes = Map<RequestOutcome, number>

/**
 * What `new WebSocketServer(httpServer, { metrics })` takes, and what several servers may share.
 * @throws Error when the registry has metrics of these names already: make one, and share it
 */
export function prometheusMetrics(options: PrometheusOptions = {}): ServerMetrics {
  const { registry = register, prefix = 'protoo_', buckets = DURATIONS, maxMethods } = options
  const registers = [registry]
  const named = (name: string, help: string) => ({ name: prefix + name, help, registers })

  const opened = new Counter(named('connections_opened_total', 'Connections that were made'))
  const closed = new Counter({
    ...named('connections_closed_total', 'Connections that ended, by close code'),
    labelNames: ['reason'],
  })
  const refused = new Counter({
    ...named('connections_refused_total', 'Upgrade requests that were refused, by HTTP status'),
    labelNames: ['status'],
  })
  const resumes = new Counter({
    ...named('resumes_total', 'Clients that wanted their session back, by what came of it'),
    labelNames: ['outcome'],
  })
  const limited = new Counter({
    ...named('limited_total', 'Clients that were over a limit, by its option'),
    labelNames: ['limit'],
  })
  // By direction, method and outcome; the counter takes them over when it is looked at, as below.
  const requests = { in: new Map<string, Outcomes>(), out: new Map<string, Outcomes>() }
  new Counter({
    ...named('requests_total', 'Requests from clients (in) and to them (out), by what became of them'),
    labelNames: ['direction', 'method', 'outcome'],
    collect() {
      this.reset()
      for (const direction of DIRECTIONS)
        for (const [method, outcomes] of requests[direction])
          for (const [outcome, count] of outcomes) this.inc({ direction, method, outcome }, count)
    },
  })
  const durations = new Histogram({
    ...named('request_duration_seconds', 'From a request to its answer'),
    labelNames: ['direction', 'method'],
    buckets,
  })
  const notifications = counted(
    named('notifications_total', 'Notifications from clients (in) and to them (out)'),
  )
  const bytes = counted(named('bytes_total', 'Bytes of messages from clients (in) and to them (out)'))

  const servers: (() => ServerGauges)[] = []
  const gauge = (name: string, help: string, value: (sum: ServerGauges) => number) =>
    new Gauge({
      ...named(name, help),
      collect() {
        this.set(value(sumOf(servers)))
      },
    })
  gauge('connections', 'Connections that are open', (sum) => sum.connections)
  gauge('sessions', 'Sessions, those that wait for their clients included', (sum) => sum.sessions)
  gauge('sessions_away', 'Sessions that wait for their clients', (sum) => sum.away)
  gauge('draining', 'Whether a server drains', (sum) => Number(sum.draining))
  const lag = new EventLoopLag()
  gauge('event_loop_lag_seconds', 'How late the event loop is: 99th percentile since the last look', () =>
    lag.read(),
  )

  return {
    maxMethods,
    opened: () => opened.inc(),
    closed: (reason) => closed.inc({ reason }),
    refused: (status) => refused.inc({ status }),
    resume: (outcome) => resumes.inc({ outcome }),
    limited: (limit) => limited.inc({ limit }),
    request(direction: Direction, method: string, outcome: RequestOutcome, seconds: number) {
      const outcomes = requests[direction].get(method) ?? new Map<RequestOutcome, number>()
      requests[direction].set(method, outcomes)
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
      durations.observe({ direction, method }, seconds)
    },
    notification: (direction) => notifications.add(direction, 1),
    bytes: (direction, count) => bytes.add(direction, count),
    gauges: (read) => servers.push(read),
  }
}

/** What happens thousands of times a second is a number here, which the counter takes over when it is looked at. */
function counted(configuration: { name: string; help: string; registers: Registry[] }): {
  add(direction: Direction, count: number): void
} {
  const totals = { in: 0, out: 0 }
  new Counter({
    ...configuration,
    labelNames: ['direction'],
    collect() {
      this.reset()
      this.inc({ direction: 'in' }, totals.in)
      this.inc({ direction: 'out' }, totals.out)
    },
  })
  return {
    add(direction, count) {
      totals[direction] += count
    },
  }
}
