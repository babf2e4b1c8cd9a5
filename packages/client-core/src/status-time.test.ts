import { describe, expect, it, vi } from 'vitest'
import { dropped, StatusHarness } from '../test/status-harness.js'
import { createBackoff } from './backoff.js'

/** The wait after the n-th failure in a row is n times as long. */
const waits = (ms: number) => ({
  ...createBackoff({ retries: 3 }),
  delay: (failures: number) => failures * ms,
})

describe('visible', () => {
  it('becomes true 1500 ms after the loss, and says so', () => {
    const { peer, store, heard } = dropped()
    peer.pass(1499)
    expect(store.get().visible).toBe(false)
    const before = heard.mock.calls.length
    peer.pass(1)
    expect(store.get().visible).toBe(true)
    expect(heard).toHaveBeenCalledTimes(before + 1)
    expect(peer.clock.pending).toBe(0)
  })

  it('does not begin to count anew with an attempt in between', () => {
    const { peer, store } = dropped()
    for (let attempt = 0; attempt < 2; attempt++) {
      peer.happens('dial')
      peer.pass(700)
      peer.happens('lost')
    }
    expect(store.get().visible).toBe(false)
    peer.pass(100)
    expect(store.get().visible).toBe(true)
    peer.happens('dial')
    expect(store.get().visible).toBe(true)
  })

  it('is never true in an outage that is shorter', () => {
    const { peer, store, heard } = dropped()
    const seen = new Set<boolean>()
    store.subscribe(() => seen.add(store.get().visible || store.get().restored))
    peer.pass(1400)
    peer.open()
    peer.pass(60_000)
    expect([...seen]).toEqual([false])
    expect(heard.mock.calls.length).toBeGreaterThan(1)
  })

  it('counts the first dial as well', () => {
    const peer = new StatusHarness()
    const store = peer.store()
    store.subscribe(() => {})
    peer.happens('dial')
    peer.pass(1500)
    expect(store.get()).toMatchObject({ phase: 'connecting', visible: true })
  })

  it('is right at once for who comes late', () => {
    const { peer, stop } = dropped()
    stop()
    peer.pass(1000)
    const late = peer.store({ showAfter: 1000 })
    expect(late.get().visible).toBe(false)
    late.subscribe(() => {})
    expect(late.get().visible).toBe(true)
    const other = peer.store({ showAfter: 2500 })
    other.subscribe(() => {})
    peer.pass(1499)
    expect(other.get().visible).toBe(false)
    peer.pass(1)
    expect(other.get().visible).toBe(true)
  })

  it.each(['seen', 'unseen'])('is not what it was in an outage of before, whose end was %s', (end) => {
    const { peer, store, stop } = dropped()
    peer.pass(5000)
    stop()
    expect(store.get().visible).toBe(true)
    peer.open()
    if (end === 'seen') expect(store.get().visible).toBe(false)
    peer.drop()
    peer.pass(100)
    if (end === 'seen') expect(store.get().visible).toBe(false)
    store.subscribe(() => {})
    expect(store.get().visible).toBe(false)
    peer.pass(1400)
    expect(store.get().visible).toBe(true)
  })

  it('stays while "Retry now" begins again after the end', () => {
    const { peer, store } = dropped(createBackoff({ retries: 0 }))
    peer.happens('elapsed')
    peer.happens('lost')
    peer.happens('elapsed')
    expect(store.get()).toMatchObject({ phase: 'closed', cause: 'exhausted', visible: true })
    peer.pass(60_000)
    store.get().retryNow()
    expect(store.get()).toMatchObject({ phase: 'reconnecting', attempt: 1, visible: true })
    peer.happens('opened')
    expect(store.get()).toMatchObject({ visible: false, restored: true })
  })

  it.each([0, Number.POSITIVE_INFINITY])('takes a showAfter of %d', (showAfter) => {
    const peer = new StatusHarness()
    const store = peer.store({ showAfter })
    store.subscribe(() => {})
    peer.happens('dial')
    expect(store.get().visible).toBe(showAfter === 0)
    expect(peer.clock.pending).toBe(0)
  })

  it('is false again after a recovery, however short, in the same millisecond too', () => {
    const { peer, store } = dropped()
    peer.happens('dial')
    peer.happens('opened')
    peer.happens('lost', { final: 'replaced' })
    store.get().retryNow()
    expect(store.get().visible).toBe(true)
    peer.happens('opened')
    peer.happens('lost')
    expect(store.get().visible).toBe(false)
  })

  it('stays when the clock is set back', () => {
    const { peer, store } = dropped()
    peer.pass(2000)
    vi.spyOn(peer.clock, 'now').mockReturnValue(1000)
    peer.happens('dial')
    expect(store.get().visible).toBe(true)
  })
})

describe('restored', () => {
  it('lasts 3 s after an outage that was visible', () => {
    const { peer, store, heard } = dropped()
    peer.pass(1500)
    peer.open()
    expect(store.get()).toMatchObject({ phase: 'connected', visible: false, restored: true })
    peer.pass(2999)
    expect(store.get().restored).toBe(true)
    const before = heard.mock.calls.length
    peer.pass(1)
    expect(store.get().restored).toBe(false)
    expect(heard).toHaveBeenCalledTimes(before + 1)
    expect(peer.clock.pending).toBe(0)
  })

  it('ends with the next loss', () => {
    const { peer, store } = dropped()
    peer.pass(1500)
    peer.open()
    peer.happens('lost')
    expect(store.get()).toMatchObject({ visible: false, restored: false })
    peer.open()
    expect(store.get().restored).toBe(false)
  })

  it('counts from the recovery, not from when somebody subscribes', () => {
    const { peer, store, stop } = dropped()
    peer.pass(1500)
    stop()
    peer.open()
    expect(store.get().restored).toBe(false)
    peer.pass(1000)
    const again = store.subscribe(() => {})
    expect(store.get().restored).toBe(true)
    peer.pass(1999)
    again()
    store.subscribe(() => {})
    expect(store.get().restored).toBe(true)
    peer.pass(1)
    expect(store.get().restored).toBe(false)
  })

  it.each(['seen', 'unseen'])('is not for an outage that ended long ago, %s', (end) => {
    const { peer, store, stop } = dropped()
    peer.pass(1500)
    stop()
    peer.open()
    if (end === 'seen') store.get()
    peer.pass(60_000)
    store.subscribe(() => {})
    expect(store.get().restored).toBe(false)
  })
})

describe('secondsLeft', () => {
  /** Waits so long for the second attempt. */
  function waiting(ms: number) {
    const test = dropped(waits(ms))
    test.peer.happens('dial')
    test.peer.happens('lost')
    return test
  }

  it('counts the seconds of a wait over 5 s, at the whole second', () => {
    const { peer, store, heard } = waiting(6500)
    const end = peer.clock.now() + 6500
    const ticks: [number, number | undefined][] = []
    store.subscribe(() => ticks.push([end - peer.clock.now(), store.get().secondsLeft]))
    expect(store.get().secondsLeft).toBe(7)
    heard.mockClear()
    peer.pass(6500)
    // The banner appears at 1500 ms, which is at 5 s by chance.
    expect(ticks).toEqual([6, 5, 4, 3, 2, 1, 0].map((second) => [second * 1000, second]))
    expect(heard).toHaveBeenCalledTimes(7)
    expect(peer.clock.pending).toBe(0)
  })

  it('is back at the whole second after a timer that was late', () => {
    const { peer, store } = waiting(20_000)
    peer.pass(3000)
    expect(store.get().secondsLeft).toBe(17)
    // A tab in the background, or a machine that slept: time goes on, timers do not.
    const { now } = peer.clock
    const late = vi.spyOn(peer.clock, 'now').mockImplementation(() => now.call(peer.clock) + 3300)
    peer.pass(1000)
    expect(store.get().secondsLeft).toBe(13)
    expect(peer.clock.next).toBe(700)
    peer.pass(700)
    expect(store.get().secondsLeft).toBe(12)
    expect(peer.clock.next).toBe(1000)
    late.mockRestore()
  })

  it('does not count a wait of 5 s or less', () => {
    const { peer, store } = waiting(5000)
    expect(store.get()).toMatchObject({ secondsLeft: undefined, retryAt: peer.clock.now() + 5000 })
    peer.pass(1500)
    expect(peer.clock.pending).toBe(0)
  })

  it('goes on to the end when the browser goes offline meanwhile', () => {
    const { peer, store } = waiting(10_000)
    peer.pass(7000)
    peer.happens('offline')
    expect(store.get()).toMatchObject({ phase: 'offline', secondsLeft: 3 })
  })

  it('is gone with the wait', () => {
    const { peer, store } = waiting(10_000)
    peer.happens('dial')
    expect(store.get()).toMatchObject({ secondsLeft: undefined, retryAt: undefined })
  })

  it('is there only while somebody subscribes', () => {
    const { peer, store, stop } = waiting(10_000)
    stop()
    expect(store.get().secondsLeft).toBeUndefined()
    expect(peer.clock.pending).toBe(0)
    peer.pass(7000)
    // A wait once counted is counted to its end, though it is short by now.
    store.subscribe(() => {})
    expect(store.get().secondsLeft).toBe(3)
  })
})
