/** `String()` of what anybody may have thrown: it may itself throw, as for `Object.create(null)`. */
export function textOf(value: unknown): string {
  try {
    return String(value)
  } catch {
    return 'unprintable'
  }
}

/** A wrong value, for the error that says so. */
export function shown(value: unknown): string {
  return typeof value === 'number' ? String(value) : typeof value
}
