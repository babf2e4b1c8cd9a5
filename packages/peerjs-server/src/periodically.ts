import type { Clock } from '@protoo-kit/protocol'

export interface Task {
  /** Whether there may be something to do. */
  needed(): boolean
  work(): void
}

/** Does a task every so many ms as long as it is needed; `wake` is to be called when it may be needed again. */
export class Periodically {
  private timer: unknown

  constructor(
    private readonly ms: number,
    private readonly clock: Clock,
    private readonly task: Task,
  ) {}

  wake(): void {
    if (this.timer === undefined && this.task.needed()) this.timer = this.clock.setTimeout(this.run, this.ms)
  }

  stop(): void {
    this.clock.clearTimeout(this.timer)
    this.timer = undefined
  }

  private readonly run = (): void => {
    this.timer = undefined
    this.task.work()
    this.wake()
  }
}
