import { expect, it } from 'vitest'
import { runRolling } from './cluster/run.mjs'

it('all nodes are restarted one after the other, and nobody notices', async () => {
  const seed = Math.floor(Math.random() * 2 ** 31)
  const { problems, left, longest, lost, failed, handovers, ...rest } = await runRolling({
    ...{ rooms: 6, clients: 60, lease: 8000, seed, patience: 60_000 },
  })
  console.log(`rolling restart, seed ${seed}: ${JSON.stringify({ ...rest, handovers, longest })}`)
  expect(problems).toEqual([])
  expect(left).toEqual([])
  // Each session has gone on, and each request was answered.
  expect({ lost, failed, gaps: rest.gaps }).toEqual({ lost: 0, failed: 0, gaps: 0 })
  expect(handovers).toBeGreaterThan(0)
  expect(longest).toBeGreaterThan(0)
}, 180_000)
