/** @param {number[]} values */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}

/**
 * @param {Record<string, number>[]} rounds of one system
 * @param {Record<string, number>[] | undefined} others of the one it is compared with, in the same rounds
 * @returns {Record<string, Figure>} of each measure
 */
export function summarize(rounds, others) {
  return Object.fromEntries(
    Object.keys(rounds[0] ?? {}).map((key) => {
      const values = rounds.map((round) => round[key] ?? Number.NaN)
      const ratios = others?.map((other, index) => (values[index] ?? Number.NaN) / (other[key] ?? Number.NaN))
      return [
        key,
        {
          median: median(values),
          min: Math.min(...values),
          max: Math.max(...values),
          ...(ratios && { ratio: median(ratios) }),
        },
      ]
    }),
  )
}

/** @typedef {{ median: number, min: number, max: number, ratio?: number }} Figure */
