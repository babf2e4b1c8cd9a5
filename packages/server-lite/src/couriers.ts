import type { ServerLink } from './backplane.js'
import { createLogger } from './logger.js'

const logger = createLogger('Couriers')

/** ms between two attempts to reach a server. */
const PAUSE = 100

interface Letter {
  readonly text: string
  done(): void
}

/** What other servers are to be told, one after the other for each, and again until they have heard it. So it must not matter when it comes twice. */
export class Couriers {
  private readonly queues = new Map<string, Letter[]>()
  private closed = false

  /** @param patience ms for which a server is tried */
  constructor(
    private readonly link: ServerLink,
    private readonly patience: number,
  ) {}

  /** Resolves when that server has heard it, or never will. */
  send(to: string, text: string): Promise<void> {
    return new Promise((resolve) => {
      const letter = { text, done: resolve }
      const queue = this.queues.get(to)
      if (queue) queue.push(letter)
      else {
        const fresh = [letter]
        this.queues.set(to, fresh)
        void this.run(to, fresh)
      }
    })
  }

  close(): void {
    this.closed = true
  }

  private async run(to: string, queue: Letter[]): Promise<void> {
    let gone = false
    const unwatch = this.link.watch(to, () => {
      gone = true
    })
    let since = performance.now()
    for (let next = queue[0]; next !== undefined && !gone && !this.closed; next = queue[0]) {
      try {
        await this.link.ask(to, next.text)
        queue.shift()
        next.done()
        since = performance.now()
      } catch (error) {
        if (performance.now() - since > this.patience) {
          logger.warn('%s cannot be reached: %s', to, error)
          break
        }
        await new Promise((resolve) => setTimeout(resolve, PAUSE).unref())
      }
    }
    unwatch()
    this.queues.delete(to)
    for (const { done } of queue) done()
  }
}
