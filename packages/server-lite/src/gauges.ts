import type { ServerGauges } from './metrics.js'

/** Upper bounds for how long requests take, in seconds. */
export const DURATIONS: number[] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** What stands, of several servers together. */
export function sumOf(servers: readonly (() => ServerGauges)[]): ServerGauges {
  const all = servers.map((read) => read())
  const sum = (value: (gauges: ServerGauges) => number) =>
    all.reduce((total, gauges) => total + value(gauges), 0)
  return {
    connections: sum(({ connections }) => connections),
    sessions: sum(({ sessions }) => sessions),
    away: sum(({ away }) => away),
    draining: all.some(({ draining }) => draining),
  }
}
