import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { settled } from '../test/ends.js'
import { type Rules, rules } from '../test/session-ends.js'
import { World } from '../test/session-model.js'
import { bounds, script } from '../test/session-steps.js'
import { attachSocket, receiveFrame } from './session.js'

/** What must hold with these rules, whatever happens. */
function property(rules: Rules) {
  return fc.asyncProperty(bounds, script, async ([maxMessages, maxBytes], script) => {
    const world = new World(rules, maxMessages, maxBytes)
    for (const step of script) world.run(step)
    world.finish()
    await settled()
    world.check()
  })
}

it('delivers every message of a session once and in order, and settles every request once, whatever the connections do', async () => {
  await fc.assert(property(rules), { numRuns: 4000 })
}, 60_000)

/** Counts what it can read, and nothing else. */
const carelessly: Rules['receive'] = (session, frame) => {
  const kind = receiveFrame(session, frame)
  try {
    JSON.parse(String(frame))
  } catch {
    session.received--
  }
  return kind
}

describe('the model finds out that', () => {
  const broken: [name: string, Partial<Rules>][] = [
    ['a malformed frame is not counted', { receive: carelessly }],
    [
      'the server counts the messages it has while the old connection still delivers',
      {
        resume: (session, link, received) =>
          attachSocket(session, link.socket('server'), received) ? link.receivedOnArrival : undefined,
      },
    ],
    ['a delayed upgrade takes the session of a newer one', { admits: () => true }],
  ]

  it.each(broken)('%s', async (_, rule) => {
    const result = await fc.check(property({ ...rules, ...rule }), { numRuns: 4000, endOnFailure: true })
    expect(result.failed).toBe(true)
  })
})
