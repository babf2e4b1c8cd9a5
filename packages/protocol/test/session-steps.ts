import fc from 'fast-check'
import type { Side } from './session-network.js'

/** What may happen next. `pick` chooses among what there is, 0 the newest. */
export type Step =
  | {
      do: 'request'
      side: Side
      pick: number
      /** Answered when the test says so, or at once. */
      method: 'ask' | 'echo'
      retry: boolean
      whenOpen: boolean
      timeout: number
    }
  | { do: 'notify'; side: Side; pick: number; times: number }
  | { do: 'malformed'; side: Side; pick: number; frame: string }
  | { do: 'answer'; side: Side; pick: number; accept: boolean }
  | { do: 'abort'; pick: number }
  /** An upgrade may take its time, be fast, or be followed by all that belongs to a connection. */
  | { do: 'dial' | 'dialFast' | 'connect' | 'clientDrops' }
  | { do: 'arrive' | 'authorize' | 'serverDrops' | 'cut'; pick: number }
  | { do: 'deliver'; to: Side; pick: number; times: number }
  | { do: 'ack'; side: Side; pick: number; echo: boolean }
  | { do: 'crowd'; side: Side; pick: number; crowded: boolean }
  | { do: 'wait'; ms: number }

/** What a `pick` chooses. */
export function chosen<T>(list: readonly T[], pick: number): T | undefined {
  return list.at(-1 - (pick % (list.length || 1)))
}

const side = fc.constantFrom<Side>('client', 'server')
/** Mostly the newest. */
const pick = fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat({ max: 5 }) })
const times = fc.integer({ min: 1, max: 6 })

/** What an end may get to see that is no message. All of it counts. */
const malformed = [
  '{',
  'null',
  '[]',
  '"ack"',
  '{}',
  '{"request":false,"ack":1}',
  '{"request":true,"id":"1","method":"ask"}',
  '{"response":true,"id":0,"ok":true}',
]

const steps: [weight: number, fc.Arbitrary<Step>][] = [
  [
    6,
    fc.record({
      do: fc.constant('request'),
      side,
      pick,
      method: fc.constantFrom('ask', 'echo'),
      retry: fc.boolean(),
      whenOpen: fc.boolean(),
      timeout: fc.constantFrom(50, 500, 5000, Infinity),
    }),
  ],
  [4, fc.record({ do: fc.constant('notify'), side, pick, times })],
  [1, fc.record({ do: fc.constant('notify'), side, pick, times: fc.integer({ min: 60, max: 70 }) })],
  [2, fc.record({ do: fc.constant('malformed'), side, pick, frame: fc.constantFrom(...malformed) })],
  [4, fc.record({ do: fc.constant('answer'), side, pick, accept: fc.boolean() })],
  [2, fc.record({ do: fc.constant('abort'), pick })],
  [1, fc.record({ do: fc.constant('clientDrops') })],
  [6, fc.record({ do: fc.constantFrom('dial', 'dialFast', 'connect') })],
  [6, fc.record({ do: fc.constantFrom('arrive', 'authorize'), pick })],
  [2, fc.record({ do: fc.constantFrom('serverDrops', 'cut'), pick })],
  [12, fc.record({ do: fc.constant('deliver'), to: side, pick, times })],
  [3, fc.record({ do: fc.constant('ack'), side, pick, echo: fc.boolean() })],
  [2, fc.record({ do: fc.constant('crowd'), side, pick, crowded: fc.boolean() })],
  [2, fc.record({ do: fc.constant('wait'), ms: fc.nat({ max: 300 }) })],
]

const step = fc.oneof(...steps.map(([weight, arbitrary]) => ({ weight, arbitrary })))
/** A session. */
const begun: Step[] = [{ do: 'connect' }]

export const script: fc.Arbitrary<Step[]> = fc
  .tuple(fc.boolean(), fc.array(step, { maxLength: 60, size: 'max' }))
  .map(([begins, steps]) => (begins ? [...begun, ...steps] : steps))

/** Most messages, and most bytes, that an end keeps: mostly so many that the server does not end the session. */
export const bounds: fc.Arbitrary<[maxMessages: number, maxBytes: number]> = fc.oneof(
  { weight: 2, arbitrary: fc.constant<[number, number]>([1000, 1e6]) },
  { weight: 1, arbitrary: fc.constantFrom<[number, number]>([5, 1e6], [1000, 600]) },
)
