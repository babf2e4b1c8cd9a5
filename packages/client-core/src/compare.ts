/** What may be compared by what is in it; anything of a class has an identity. */
function isData(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === Array.prototype || prototype === null
}

function everyKey(
  one: unknown,
  other: unknown,
  same: (one: unknown, other: unknown) => boolean,
): boolean | undefined {
  if (!isData(one) || !isData(other) || Array.isArray(one) !== Array.isArray(other)) return undefined
  // What is undefined counts as absent.
  return Object.keys({ ...one, ...other }).every((key) => same(one[key], other[key]))
}

/** Whether two values are the same, or plain objects or arrays of the same values. */
export function shallowEqual(one: unknown, other: unknown): boolean {
  return Object.is(one, other) || !!everyKey(one, other, Object.is)
}

/** The same at any depth, and any two functions are equal: for options that are written anew for each render. */
export function sameByValue(one: unknown, other: unknown): boolean {
  if (typeof one === 'function' && typeof other === 'function') return true
  return Object.is(one, other) || !!everyKey(one, other, sameByValue)
}
