/**
 * Runs somebody else's code: what it throws, or its promise rejects with, goes
 * to `onError` and no further.
 *
 * @param onResult takes what it returned or its promise resolved to; at once, if there was no promise
 */
export function guard(
  call: () => unknown,
  onError: (error: unknown) => void,
  onResult?: (result: unknown) => void,
): void {
  try {
    const result = call() as PromiseLike<unknown> | null | undefined
    // Optional chaining looks through null and undefined alone; no other primitive has a `then`.
    if (typeof result?.then === 'function') result.then(onResult, onError)
    else onResult?.(result)
  } catch (error) {
    onError(error)
  }
}
