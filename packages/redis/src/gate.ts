import { BackplaneUnavailableError } from '@protoo-kit/server-lite'

/** Where calls wait until Redis can be reached. */
export class Gate {
  private readonly waiting = new Set<() => void>()

  /**
   * @param isOpen whether it can be
   * @param patience ms for which they wait
   */
  constructor(
    private readonly isOpen: () => boolean,
    private readonly patience: number,
  ) {}

  /** Those who wait are let in, if it is open. */
  look(): void {
    if (!this.isOpen()) return
    for (const go of this.waiting) go()
    this.waiting.clear()
  }

  /** @throws BackplaneUnavailableError (rejects) when that takes too long */
  pass(): Promise<void> {
    if (this.isOpen()) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const go = () => {
        clearTimeout(timer)
        resolve()
      }
      const timer = setTimeout(() => {
        this.waiting.delete(go)
        reject(new BackplaneUnavailableError('Redis cannot be reached at present'))
      }, this.patience)
      this.waiting.add(go)
    })
  }
}
