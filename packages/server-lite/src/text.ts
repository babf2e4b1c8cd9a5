/**
 * The text with what could end a line of the log, or paint over it, written out: anybody may have chosen it. It hides no letters.
 */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  )
}

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
