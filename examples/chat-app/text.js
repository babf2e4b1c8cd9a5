/**
 * @param {unknown} value anything that a client may send
 * @param {number} length at most
 * @returns {value is string} whether it says something
 */
export function isText(value, length) {
  return typeof value === 'string' && value.trim() !== '' && value.length <= length
}
