import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { Registry } from 'prom-client'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { ServerMetrics } from '../src/index.js'
import { openTelemetryMetrics } from '../src/opentelemetry.js'
import { prometheusMetrics } from '../src/prometheus.js'
import { drop, enter, resume, serveSessions } from './session-client.js'
import { answer, connect, handshake } from './support.js'

/** Something of everything, on a real server: what follows is read from it. */
async function traffic(metrics: ServerMetrics): Promise<void> {
  const bed = await serveSessions(true, { metrics, logger: { warn() {} } })
  await answer(handshake(bed.port, { Origin: 'https://evil.example' }))
  const plain = await connect(bed.port, '/?peerId=plain')
  const plainPeer = await bed.joined('plain')
  plainPeer.handle('echo', (data) => data)
  for (let id = 0; id < 3; id++) {
    plain.send({ request: true, id, method: 'echo', data: {} })
    await plain.next()
  }
  plain.send({ request: true, id: 9, method: `made up ${Math.random()}` })
  await plain.next()
  const { client, peer } = await enter(bed, 'ann')
  await drop(client, peer)
  const again = await resume(bed.port, client)
  await peer.notify('news')
  await again.next()
  const left = await enter(bed, 'bob')
  await drop(left.client, left.peer)
}

describe('prometheusMetrics', () => {
  it('gives a scraper what happened and what stands', async () => {
    const registry = new Registry()
    await traffic(prometheusMetrics({ registry }))
    const text = await registry.metrics()
    for (const line of [
      'protoo_connections 2',
      'protoo_sessions 2',
      'protoo_sessions_away 1',
      'protoo_draining 0',
      'protoo_connections_opened_total 4',
      'protoo_connections_closed_total{reason="1006"} 2',
      'protoo_connections_refused_total{status="403"} 1',
      'protoo_resumes_total{outcome="resumed"} 1',
      'protoo_requests_total{direction="in",method="echo",outcome="ok"} 3',
      'protoo_requests_total{direction="in",method="other",outcome="failed"} 1',
      'protoo_request_duration_seconds_count{direction="in",method="echo"} 3',
      'protoo_notifications_total{direction="out"} 1',
      'protoo_notifications_total{direction="in"} 0',
    ])
      expect(text.split('\n')).toContain(line)
    expect(text).toMatch(/^protoo_bytes_total\{direction="in"\} [1-9]\d*$/m)
    expect(text).toMatch(/^protoo_bytes_total\{direction="out"\} [1-9]\d*$/m)
    expect(text).toMatch(/^protoo_event_loop_lag_seconds [\d.e-]+$/m)
    expect(text).not.toContain('made up')
    // Looked at twice, counters are the same.
    expect(await registry.metrics()).toContain('protoo_notifications_total{direction="out"} 1\n')
  })

  it('counts limits, under names of your own', async () => {
    const registry = new Registry()
    const metrics = prometheusMetrics({ registry, prefix: 'chat_', buckets: [1, 2] })
    metrics.limited?.('maxBufferedBytes')
    metrics.request?.('out', 'ping', 'timeout', 1.5)
    const text = await registry.metrics()
    expect(text).toContain('chat_limited_total{limit="maxBufferedBytes"} 1')
    expect(text).toContain('chat_request_duration_seconds_bucket{le="1",direction="out",method="ping"} 0')
    expect(text).toContain('chat_request_duration_seconds_bucket{le="2",direction="out",method="ping"} 1')
    expect(text).not.toContain('protoo_')
  })
})

describe('openTelemetryMetrics', () => {
  it('records what happened and what stands', async () => {
    const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
    const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 2 ** 31 - 1 })
    const provider = new MeterProvider({ readers: [reader] })
    onTestFinished(() => provider.shutdown())
    await traffic(openTelemetryMetrics({ meter: provider.getMeter('test') }))
    await reader.forceFlush()
    const found = new Map<string, Record<string, unknown>>()
    for (const { metrics } of exporter.getMetrics().at(-1)?.scopeMetrics ?? [])
      for (const { descriptor, dataPoints } of metrics)
        found.set(
          descriptor.name,
          Object.fromEntries(
            dataPoints.map(({ attributes, value }) => [
              Object.values(attributes).join(' '),
              typeof value === 'object' ? value.count : value,
            ]),
          ),
        )
    const some = expect.any(Number)
    expect(Object.fromEntries(found)).toEqual({
      'protoo.connections': { '': 2 },
      'protoo.sessions': { '': 2 },
      'protoo.sessions.away': { '': 1 },
      'protoo.draining': { '': 0 },
      'protoo.event_loop.lag': { '': some },
      'protoo.connections.opened': { '': 4 },
      'protoo.connections.closed': { 1006: 2 },
      'protoo.connections.refused': { 403: 1 },
      'protoo.resumes': { resumed: 1 },
      'protoo.request.duration': { 'in echo ok': 3, 'in other failed': 1 },
      'protoo.notifications': { in: 0, out: 1 },
      'protoo.bytes': { in: some, out: some },
    })
    expect(found.get('protoo.bytes')?.in).toBeGreaterThan(0)
  })

  it('does nothing without a provider', async () => {
    await traffic(openTelemetryMetrics())
  })
})
