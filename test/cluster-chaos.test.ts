import { expect, it } from 'vitest'
import { runClusterChaos } from './cluster/run.mjs'

const SECONDS = 60
const SEED = Number(process.env.CHAOS_SEED ?? Math.floor(Math.random() * 2 ** 31))

it(`${SECONDS} s of chaos with seed ${SEED}: nothing twice, out of order or missing in silence`, async () => {
  const { problems, ...rest } = await runClusterChaos({
    ...{ rooms: 30, clients: 300, lease: 6000, seed: SEED, seconds: SECONDS, patience: 60_000 },
  })
  console.log(`cluster chaos, seed ${SEED}: ${JSON.stringify(rest)}`)
  expect(problems).toEqual([])
  expect(rest.handovers).toBeGreaterThan(0)
  expect(rest.heard).toBeGreaterThan(rest.said)
}, 300_000)
