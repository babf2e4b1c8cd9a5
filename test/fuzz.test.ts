import { describe, expect, it } from 'vitest'
import { fuzzClient, fuzzServers, problemsOf } from './fuzz/run.mjs'

const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 1e6))

// The long form of it is scripts/fuzz.mjs; docs/fuzz.md says what is sent.
describe(`fuzz (FUZZ_SEED=${seed})`, () => {
  it('the servers answer what is a request, refuse all else with its code, and grow by nothing', {
    timeout: 300_000,
  }, async () => {
    const result = await fuzzServers({ seed, inputs: 40_000 })
    expect(problemsOf(result)).toEqual([])
    const sent = result.tallies.reduce((sum, { inputs }) => sum + inputs, 0)
    expect(sent).toBeGreaterThanOrEqual(40_000)
    // All that ends a connection has been tried.
    expect(result.tallies[1]?.codes.size).toBeGreaterThan(15)
  })

  it('the client lives through a server that speaks rubbish, closes it with its code, and settles every request', {
    timeout: 300_000,
  }, async () => {
    const { inputs, answered, protocolErrors, growth } = await fuzzClient({ seed, inputs: 10_000 })
    expect(inputs).toBeGreaterThanOrEqual(10_000)
    expect(protocolErrors).toBeGreaterThan(1000)
    expect(answered).toBe(2)
    expect(growth).toBeLessThan(4 * 0x100000)
  })
})
