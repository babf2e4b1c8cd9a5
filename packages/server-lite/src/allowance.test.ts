import { FakeClock } from '@protoo-kit/protocol/testing'
import { describe, expect, it } from 'vitest'
import { Allowance } from './allowance.js'
import { type LimitOptions, resolveLimits } from './limits.js'

function setup(limits: LimitOptions = { messagesPerSecond: 10, messageBurst: 5 }) {
  const clock = new FakeClock(1000)
  const allowance = new Allowance(resolveLimits(limits), clock)
  /** How many of so many messages, which come at once, are handled, are refused, and end it. */
  const send = (count: number) => {
    const outcome = { handled: 0, refused: 0, ended: 0 }
    for (let index = 0; index < count; index++) {
      const refusal = allowance.refusal('{}')
      outcome[refusal ? (refusal.final ? 'ended' : 'refused') : 'handled']++
    }
    return outcome
  }
  return { clock, allowance, send }
}

describe('Allowance', () => {
  it('handles a burst, refuses as many again, and then ends it', () => {
    expect(setup().send(12)).toEqual({ handled: 5, refused: 5, ended: 2 })
  })

  it('handles the rate for good', () => {
    const { clock, send } = setup()
    for (let second = 0; second < 100; second++) {
      for (let message = 0; message < 10; message++) {
        expect(send(1).handled).toBe(1)
        clock.advance(100)
      }
    }
  })

  it('forgives with time: first what was refused, then a message for each', () => {
    const { clock, send } = setup()
    send(7)
    clock.advance(200)
    expect(send(1)).toMatchObject({ refused: 1 })
    clock.advance(200)
    expect(send(1)).toMatchObject({ handled: 1 })
    clock.advance(10_000)
    expect(send(6)).toMatchObject({ handled: 5, refused: 1 })
  })

  it('ends who goes on above the rate, however little', () => {
    const { clock, send } = setup()
    let sent = 0
    for (;;) {
      sent++
      if (send(1).ended > 0) break
      clock.advance(90)
    }
    expect(sent).toBeGreaterThan(50)
    expect(sent).toBeLessThan(110)
  })

  it('does not count what was asked for', () => {
    const { allowance, send } = setup()
    for (let answer = 0; answer < 1000; answer++) {
      expect(allowance.refusal('{"response":true}')).toBeUndefined()
      allowance.refund()
    }
    expect(send(5).handled).toBe(5)
  })

  it('lets a session send again what may have been lost, and no more than that in a window', () => {
    const { clock, allowance, send } = setup()
    send(5)
    allowance.replay(100, 1000)
    expect(send(100).handled).toBe(100)
    expect(send(1).handled).toBe(0)
    clock.advance(100)
    allowance.replay(100, 1000)
    expect(send(20)).toMatchObject({ handled: 10 })
    clock.advance(60_000)
    allowance.replay(100, 1000)
    expect(send(105).handled).toBe(105)
  })

  it('has no rate without a limit', () => {
    for (const limits of [{ messagesPerSecond: Infinity }, { messageBurst: Infinity }])
      expect(setup(limits).send(10_000).handled).toBe(10_000)
  })

  it('refuses what is nested too deeply (400), binary frames never for that', () => {
    const { allowance } = setup()
    expect(allowance.refusal('['.repeat(201))).toMatchObject({ limit: 'depth', code: 400, final: false })
    expect(allowance.refusal(Buffer.from('['.repeat(201)))).toBeUndefined()
  })
})
