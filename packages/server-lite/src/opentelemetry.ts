/** Metrics of `WebSocketServer` for OpenTelemetry. */
import { type Meter, metrics } from '@opentelemetry/api'
import { EventLoopLag } from './event-loop-lag.js'
import { DURATIONS, sumOf } from './gauges.js'
import type { ServerGauges, ServerMetrics } from './metrics.js'
import { version } from './version.js'

export interface OpenTelemetryOptions {
  /** Where they are recorded. Default: the global provider's meter `@protoo-kit/server-lite`: set the provider before. */
  meter?: Meter | undefined
  /** See {@link ServerMetrics}. Default 100. */
  maxMethods?: number | undefined
}

/** What `new WebSocketServer(httpServer, { metrics })` takes, and what several servers may share. */
export function openTelemetryMetrics(options: OpenTelemetryOptions = {}): ServerMetrics {
  const { meter = metrics.getMeter('@protoo-kit/server-lite', version), maxMethods } = options
  const opened = meter.createCounter('protoo.connections.opened', {
    description: 'Connections that were made',
  })
  const closed = meter.createCounter('protoo.connections.closed', {
    description: 'Connections that ended, by close code',
  })
  const refused = meter.createCounter('protoo.connections.refused', {
    description: 'Upgrade requests that were refused, by HTTP status',
  })
  const resumes = meter.createCounter('protoo.resumes', {
    description: 'Clients that wanted their session back, by what came of it',
  })
  const limited = meter.createCounter('protoo.limited', {
    description: 'Clients that were over a limit, by its option',
  })
  const durations = meter.createHistogram('protoo.request.duration', {
    description: 'From a request to its answer, from clients (in) and to them (out)',
    unit: 's',
    advice: { explicitBucketBoundaries: DURATIONS },
  })
  // What happens thousands of times a second is a number here, until somebody looks.
  const totals = { notifications: { in: 0, out: 0 }, bytes: { in: 0, out: 0 } }
  for (const [name, total, description, unit] of [
    ['protoo.notifications', totals.notifications, 'Notifications from clients (in) and to them (out)', ''],
    ['protoo.bytes', totals.bytes, 'Bytes of messages from clients (in) and to them (out)', 'By'],
  ] as const)
    meter.createObservableCounter(name, { description, unit }).addCallback((result) => {
      result.observe(total.in, { direction: 'in' })
      result.observe(total.out, { direction: 'out' })
    })

  const servers: (() => ServerGauges)[] = []
  const lag = new EventLoopLag()
  const gauge = (name: string, description: string, read: () => number, unit = '') =>
    meter.createObservableGauge(name, { description, unit }).addCallback((result) => result.observe(read()))
  gauge('protoo.connections', 'Connections that are open', () => sumOf(servers).connections)
  gauge(
    'protoo.sessions',
    'Sessions, those that wait for their clients included',
    () => sumOf(servers).sessions,
  )
  gauge('protoo.sessions.away', 'Sessions that wait for their clients', () => sumOf(servers).away)
  gauge('protoo.draining', 'Whether a server drains', () => Number(sumOf(servers).draining))
  gauge('protoo.event_loop.lag', 'How late the event loop is: 99th percentile', () => lag.read(), 's')

  return {
    maxMethods,
    opened: () => opened.add(1),
    closed: (reason) => closed.add(1, { reason }),
    refused: (status) => refused.add(1, { status }),
    resume: (outcome) => resumes.add(1, { outcome }),
    limited: (limit) => limited.add(1, { limit }),
    request: (direction, method, outcome, seconds) =>
      durations.record(seconds, { direction, method, outcome }),
    notification(direction) {
      totals.notifications[direction]++
    },
    bytes(direction, count) {
      totals.bytes[direction] += count
    },
    gauges: (read) => servers.push(read),
  }
}
