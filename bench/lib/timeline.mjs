/** Events by their time, and how close together they came. */
export function createTimeline() {
  /** @type {number[]} in ms since the start */
  let times = []
  let origin = performance.now()
  return {
    start() {
      origin = performance.now()
      times = []
    },
    note() {
      times.push(performance.now() - origin)
    },
    get times() {
      return times
    },
    /** The most in any 100 ms. */
    peak() {
      const sorted = times.toSorted((a, b) => a - b)
      let first = 0
      let most = 0
      sorted.forEach((time, index) => {
        while (time - (sorted[first] ?? 0) >= 100) first++
        most = Math.max(most, index - first + 1)
      })
      return most
    },
  }
}
