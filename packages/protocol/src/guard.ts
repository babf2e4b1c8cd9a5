/**
 * Runs somebody else's code: what it throws, or its promise rejects with, goes
 * to `onError` and no further.
 */
export function guard(call: () => unknown, onError: (error: unknown) => void): void {
  try {
    const result = call()
    if (isThenable(result)) result.then(undefined, onError)
  } catch (error) {
    onError(error)
  }
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  // Optional chaining looks through null and undefined alone; no other primitive has a `then`.
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function'
}
