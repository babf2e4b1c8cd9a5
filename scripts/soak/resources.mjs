/**
 * What keeps this process running, beyond what did before.
 *
 * @param {readonly string[]} before of `process.getActiveResourcesInfo()`
 */
export function surplus(before) {
  const left = process.getActiveResourcesInfo()
  for (const resource of before) {
    const index = left.indexOf(resource)
    if (index >= 0) left.splice(index, 1)
  }
  return left
}
