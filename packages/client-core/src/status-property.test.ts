import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { StatusHarness } from '../test/status-harness.js'
import { createBackoff } from './backoff.js'

const SHOW_AFTER = 1500

const step = fc.oneof(
  fc
    .constantFrom('dial', 'opened', 'elapsed', 'wake', 'online', 'offline', 'close')
    .map((type) => ({ type })),
  fc.record({
    type: fc.constant('lost' as const),
    offline: fc.boolean(),
    final: fc.option(fc.constantFrom('kicked', 'replaced', 'refused'), { nil: undefined, freq: 4 }),
  }),
  fc.record({ type: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 4000 }) }),
  fc.constantFrom('subscribe', 'unsubscribe', 'get', 'retry').map((type) => ({ type })),
)

describe('whatever happens', () => {
  it('the status is stable, true, and costs nothing while nobody looks', () => {
    fc.assert(
      fc.property(fc.array(step as fc.Arbitrary<Step>, { maxLength: 60 }), (steps) => {
        const test = new Model()
        for (const each of steps) {
          test.run(each)
          test.check()
        }
        test.run({ type: 'unsubscribe' })
        expect([test.peer.clock.pending, test.peer.listeners.size]).toEqual([0, 0])
      }),
      { numRuns: 2000 },
    )
  })
})

type Step =
  | { type: 'dial' | 'opened' | 'elapsed' | 'wake' | 'online' | 'offline' | 'close' }
  | { type: 'lost'; offline: boolean; final: 'kicked' | 'replaced' | 'refused' | undefined }
  | { type: 'pass'; ms: number }
  | { type: 'subscribe' | 'unsubscribe' | 'get' | 'retry' }

class Model {
  readonly peer = new StatusHarness(createBackoff({ retries: 2, maxTimeout: 20_000 }))
  private readonly store = this.peer.store({ showAfter: SHOW_AFTER })
  private stop: (() => void) | undefined
  /** Since when there has been no connection, and whether all seemed lost meanwhile. */
  private downSince: number | undefined
  private ended = false

  run(step: Step): void {
    const { peer, store } = this
    switch (step.type) {
      case 'pass':
        peer.pass(step.ms)
        break
      case 'subscribe':
        this.stop ??= store.subscribe(() => {})
        break
      case 'unsubscribe':
        this.stop?.()
        this.stop = undefined
        break
      case 'get':
        store.get()
        break
      case 'retry':
        store.get().retryNow()
        break
      case 'lost':
        peer.happens('lost', step)
        break
      default:
        peer.happens(step.type)
    }
    const { status } = peer
    this.ended = status.state === 'closed' || (this.ended && status.state !== 'open')
    if ('downSince' in status) this.downSince ??= status.downSince
    if (status.state === 'open') this.downSince = undefined
  }

  check(): void {
    const { peer, store } = this
    const { status, clock } = peer
    const now = clock.now()
    const value = store.get()
    expect(store.get()).toBe(value)
    expect(store.getInitial()).toMatchObject({ phase: 'idle', visible: false, restored: false })
    expect(value.restored && value.visible).toBe(false)
    if (value.restored) expect(status).toMatchObject({ state: 'open' })
    if (value.secondsLeft !== undefined) expect(value.retryAt).toBeDefined()

    const since = this.downSince ?? now
    if (value.visible) expect(this.ended || now - since >= SHOW_AFTER).toBe(true)
    if (status.state === 'closed') expect(value.visible).toBe(status.cause !== 'local')
    if (status.state === 'open' || status.state === 'idle') expect(value.visible).toBe(false)

    if (!this.stop) {
      expect([clock.pending, peer.listeners.size]).toEqual([0, 0])
      expect([value.secondsLeft, value.restored]).toEqual([undefined, false])
      return
    }
    expect(peer.listeners.size).toBe(1)
    expect(clock.pending).toBeLessThanOrEqual(1)
    if ('downSince' in status && now - status.downSince >= SHOW_AFTER) expect(value.visible).toBe(true)
    const { secondsLeft, retryAt = 0 } = value
    if (secondsLeft !== undefined) expect(secondsLeft).toBe(Math.max(Math.ceil((retryAt - now) / 1000), 0))
    if (status.state === 'open' && now >= status.since + 3000) expect(value.restored).toBe(false)
  }
}
