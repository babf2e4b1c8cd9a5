import { guard } from '@protoo-kit/protocol'
import type { DebugLogger } from './logger.js'

interface Listened {
  rawListeners(event: string): readonly unknown[]
}

/**
 * `emitter.emit()` for code that must go on: a listener that throws, or whose
 * promise rejects, is logged and keeps none of the others from running. (In v4 it
 * stops them, and an async one that rejects ends the process.)
 */
export function emitSafely(emitter: Listened, event: string, args: unknown[], logger: DebugLogger): void {
  for (const listener of emitter.rawListeners(event)) {
    if (typeof listener !== 'function') continue
    guard(
      () => Reflect.apply(listener, emitter, args),
      (error) => logger.error('listener of "%s" failed: %o', event, error),
    )
  }
}
