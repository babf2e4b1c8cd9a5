import { summarize } from './statistics.mjs'

/** Something was lost, doubled or swapped: what was measured does not count. */
export class LossyRun extends Error {}

/** Lossy runs of one system in a row that are made up for. */
const PATIENCE = 10

/**
 * Runs a scenario with each system by turns, A B C, B C A, …, so that whatever else the machine does falls on all of them.
 *
 * @template {{ kill(): Promise<void> }} Both
 * @param {string[]} systems the first is what the others are compared with
 * @param {number} rounds
 * @param {(pair: Both) => Promise<Record<string, number>>} scenario
 * @param {(system: string) => Promise<Both>} start both ends of a system
 */
export async function interleave(systems, rounds, scenario, start) {
  const pairs = await Promise.all(systems.map(start))
  const counting = async (/** @type {Both} */ pair) => {
    for (let lossy = 0; ; lossy++) {
      try {
        return await scenario(pair)
      } catch (error) {
        if (!(error instanceof LossyRun) || lossy >= PATIENCE) throw error
        console.error(`again, for that one was lossy: ${error.message}`)
      }
    }
  }
  try {
    /** @type {Record<string, number>[][]} */
    const results = pairs.map(() => [])
    // Code that is not compiled yet is not what is compared.
    for (const pair of pairs) await counting(pair)
    for (let round = 0; round < rounds; round++) {
      for (let turn = 0; turn < pairs.length; turn++) {
        const index = (turn + round) % pairs.length
        const pair = pairs[index]
        if (pair) results[index]?.push(await counting(pair))
      }
    }
    return Object.fromEntries(
      systems.map((system, index) => [system, summarize(results[index] ?? [], results[0])]),
    )
  } finally {
    await Promise.all(pairs.map((pair) => pair.kill()))
  }
}
