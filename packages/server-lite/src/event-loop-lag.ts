import { monitorEventLoopDelay } from 'node:perf_hooks'

/** ms between looks. */
const RESOLUTION = 10

/**
 * How late the event loop runs what is due: while it is late, everybody waits. It looks a hundred times a second,
 * and does not keep the process running.
 */
export class EventLoopLag {
  private readonly histogram = monitorEventLoopDelay({ resolution: RESOLUTION })

  constructor() {
    this.histogram.enable()
  }

  /** @returns seconds: the 99th percentile since it was last read */
  read(): number {
    const { histogram } = this
    const lag = histogram.count > 0 ? histogram.percentile(99) / 1e9 - RESOLUTION / 1000 : 0
    histogram.reset()
    return Math.max(lag, 0)
  }

  stop(): void {
    this.histogram.disable()
  }
}
