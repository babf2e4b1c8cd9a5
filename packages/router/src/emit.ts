import type { EventEmitter } from 'node:events'
import { guard } from '@protoo-kit/protocol'

/**
 * `emitter.emit()` for code that must go on: a listener that throws, or whose promise rejects, is reported and keeps
 * none of the others from running.
 */
export function emitSafely(
  emitter: Pick<EventEmitter, 'rawListeners'>,
  event: string,
  ...args: unknown[]
): void {
  for (const listener of emitter.rawListeners(event))
    callSafely(event, () => Reflect.apply(listener, emitter, args))
}

/** Runs a listener of the application's, and reports its failure. */
export function callSafely(event: string, call: () => unknown): void {
  guard(call, (error) => console.error('protoo: listener failed:', event, error))
}

/** `String()` of what anybody may have thrown: it may itself throw, as for `Object.create(null)`. */
export function textOf(value: unknown): string {
  try {
    return String(value)
  } catch {
    return 'unprintable'
  }
}
