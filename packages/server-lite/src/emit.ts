import { guard, RequestError } from '@protoo-kit/protocol'

interface Listened {
  rawListeners(event: string): readonly unknown[]
}

/**
 * `emitter.emit()` for code that must go on: a listener that throws, or whose
 * promise rejects, is reported and keeps none of the others from running. (In v4 it
 * stops them, and an async one that rejects ends the process.)
 */
export function emitSafely(emitter: Listened, event: string, args: unknown[]): void {
  for (const listener of emitter.rawListeners(event)) {
    if (typeof listener === 'function')
      guard(() => Reflect.apply(listener, emitter, args), reportFailure(event))
  }
}

/** Where the failures of listeners go: nobody is there to catch them. */
export function reportFailure(event: string): (error: unknown) => void {
  return (error) => console.error('protoo: listener failed:', event, error)
}

/**
 * Reports what goes wrong in a function whose error is the other end's answer, and so
 * would be seen there alone. A `RequestError` is meant for that end, and nothing is wrong.
 */
export function reporting<F extends (...args: never[]) => unknown>(event: string, call: F): F {
  const report = (error: unknown): void => {
    if (!(error instanceof RequestError)) reportFailure(event)(error)
  }
  const reported = function (this: unknown, ...args: never[]): unknown {
    try {
      const result = call.apply(this, args)
      if (result instanceof Promise) result.catch(report)
      return result
    } catch (error) {
      report(error)
      throw error
    }
  }
  return reported as F
}
