import { FakeClock } from '@protoo-kit/protocol/testing'
import { beforeEach, expect, it } from 'vitest'
import { assertDrainOptions, drain } from './drain.js'

let clock: FakeClock
let log: string[]

beforeEach(() => {
  clock = new FakeClock()
  log = []
})

/** Answers a close at once, or never. */
const target = (name: string, answers = true) => ({
  end: async (code: number) => {
    log.push(`${clock.now()} ${name} ${code}`)
    if (!answers) await new Promise(() => {})
  },
  terminate: () => log.push(`${clock.now()} ${name} destroyed`),
})

const advance = async (ms: number) => {
  clock.advance(ms)
  await new Promise((resolve) => setImmediate(resolve))
}

it('spreads the closes', async () => {
  const done = drain(
    ['a', 'b', 'c', 'd'].map((name) => target(name)),
    { spread: 1000 },
    clock,
  )
  for (let ms = 0; ms < 1000; ms += 125) await advance(125)
  await done
  expect(log).toEqual(['125 a 1012', '250 b 1012', '500 c 1012', '750 d 1012'])
  expect(clock.pending).toBe(0)
})

it('destroys what does not close in time', async () => {
  const done = drain([target('a', false), target('b')], { spread: 0, timeout: 500 }, clock)
  await advance(499)
  expect(log).toEqual(['499 a 1012', '499 b 1012'])
  await advance(1)
  await done
  expect(log.slice(2)).toEqual(['500 a destroyed'])
})

it('of nobody is done at once', async () => {
  await drain([], {}, clock)
  expect(clock.pending).toBe(0)
})

it.each([{ timeout: -1 }, { timeout: 2 ** 31 }, { spread: Number.NaN }, { timeout: 10, spread: 11 }])(
  'refuses %o',
  (options) => {
    expect(() => assertDrainOptions(options)).toThrow(TypeError)
  },
)
