/** `String()` of what anybody may have thrown: it may itself throw, as for `Object.create(null)`. */
export function textOf(value: unknown): string {
  try {
    return String(value)
  } catch {
    return 'unprintable'
  }
}
