import { guard } from '@protoo-kit/protocol'
import { logFailure } from './logger.js'
import { printable } from './text.js'

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
  return (error) => logFailure(printable(event), error)
}
