/** Three digits of it, or all of those before the point. @param {number} value */
export function number(value) {
  if (!Number.isFinite(value)) return '–'
  return value >= 1000 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)))
}
