import { type Checked, isPromise } from './contract-checks.js'
import { RequestError } from './errors.js'
import { guard } from './guard.js'

/** Messages of one end that may wait for checks which take their time. */
const MOST_WAITING = 1000

/**
 * Hands messages on in the order in which they came, whatever time their checks take. Without checks that
 * take time everything happens at once.
 */
export class InOrder {
  private last: Promise<void> | undefined
  private waiting = 0

  /**
   * @param next gets what `check` gave, unless that failed
   * @param failed gets the error; of the library's own, 503 when too many messages wait already
   */
  run(check: () => Checked, next: (data: unknown) => void, failed: (error: unknown) => void): void {
    if (this.waiting >= MOST_WAITING) {
      failed(new RequestError(503, 'too many messages wait to be checked'))
      return
    }
    let result: Checked
    try {
      result = check()
    } catch (error) {
      // Before what is still being checked: a refusal is no message that would have to keep its place.
      failed(error)
      return
    }
    if (!this.last && !isPromise(result)) {
      next(result)
      return
    }
    this.waiting++
    const { last } = this
    // Taken care of now, though it may be read later.
    const outcome = Promise.resolve(result).then(
      (data) => () => next(data),
      (error) => () => failed(error),
    )
    const done = Promise.all([outcome, last]).then(([act]) => {
      this.waiting--
      if (this.last === done) this.last = undefined
      guard(act, (error) => console.error('protoo: handler failed:', error))
    })
    this.last = done
  }

  /** {@link run} for a request: rejects with why there is no answer; otherwise `accept` gets it. */
  answer(
    check: () => Checked,
    handler: (data: unknown) => unknown,
    accept: (result: unknown) => void,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const answered = (result: unknown) => {
        accept(result)
        resolve()
      }
      this.run(check, (data) => guard(() => handler(data), reject, answered), reject)
    })
  }
}
