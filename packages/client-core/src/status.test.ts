import { describe, expect, it, vi } from 'vitest'
import { StatusHarness } from '../test/status-harness.js'
import type { CloseCause, PeerStatus } from './connection.js'
import { connectionStatus, type StatusSource } from './status.js'

const downSince = 900_000
const down = { downSince, everOpen: true, offline: false, failures: 0 }
const never = { ...down, everOpen: false }
const error = new Error('lost')
const network = { cause: 'network', visible: true }
const closed = (cause: CloseCause): PeerStatus => ({ state: 'closed', cause, everOpen: true })

/** Every status, looked at 100 s after `downSince`. */
const table: [string, PeerStatus, object][] = [
  ['idle', { state: 'idle' }, { phase: 'idle', visible: false, cause: undefined, attempt: undefined }],
  [
    'connecting, never open',
    { ...never, state: 'connecting', attempt: 1 },
    { ...network, phase: 'connecting', attempt: 1 },
  ],
  [
    'connecting, was open',
    { ...down, state: 'connecting', attempt: 3 },
    { ...network, phase: 'reconnecting', attempt: 3 },
  ],
  [
    'connecting, offline, nothing has failed',
    { ...never, state: 'connecting', attempt: 1, offline: true },
    { ...network, phase: 'connecting' },
  ],
  [
    'connecting, offline, something has failed',
    { ...down, state: 'connecting', attempt: 1, offline: true, error },
    { ...network, phase: 'offline' },
  ],
  [
    'open',
    { state: 'open', resumed: false, lost: 0, since: 950_000, everOpen: true, failures: 0 },
    { phase: 'connected', visible: false, cause: undefined, restored: false },
  ],
  [
    'waiting, never open',
    { ...never, state: 'waiting', attempt: 2, retryAt: 1_004_000, spent: false },
    { ...network, phase: 'connecting', attempt: 2, retryAt: 1_004_000, secondsLeft: undefined },
  ],
  [
    'waiting, was open',
    { ...down, state: 'waiting', attempt: 4, retryAt: 1_007_500, spent: false },
    { ...network, phase: 'reconnecting', attempt: 4, retryAt: 1_007_500, secondsLeft: 8 },
  ],
  [
    'waiting, offline',
    { ...down, state: 'waiting', attempt: 4, retryAt: 1_004_000, spent: false, offline: true },
    { ...network, phase: 'offline', attempt: 4 },
  ],
  [
    'waiting, spent',
    { ...down, state: 'waiting', attempt: 12, retryAt: 1_000_000, spent: true },
    { ...network, phase: 'reconnecting', attempt: undefined, retryAt: undefined },
  ],
  [
    'paused',
    { ...down, state: 'paused', attempt: 2, offline: true, error },
    { ...network, phase: 'offline', attempt: 2, retryAt: undefined },
  ],
  ['closed, local', closed('local'), { phase: 'closed', visible: false, cause: 'local' }],
  ['closed, kicked', closed('kicked'), { phase: 'closed', visible: true, cause: 'kicked' }],
  ['closed, replaced', closed('replaced'), { phase: 'closed', visible: true, cause: 'replaced' }],
  ['closed, refused', closed('refused'), { phase: 'closed', visible: true, cause: 'refused' }],
  ['closed, exhausted', closed('exhausted'), { phase: 'closed', visible: true, cause: 'exhausted' }],
]

describe('what each status looks like', () => {
  it.each(table)('%s, to who subscribes then', (_, status, expected) => {
    const peer = new StatusHarness()
    const store = peer.store()
    peer.becomes(status)
    store.subscribe(() => {})
    expect(store.get()).toMatchObject({ restored: false, ...expected })
  })

  it.each(table)('%s, to who has subscribed before', (_, status, expected) => {
    const peer = new StatusHarness()
    const store = peer.store()
    store.subscribe(() => {})
    peer.becomes(status)
    expect(store.get()).toMatchObject({ restored: false, ...expected })
  })
})

describe('get', () => {
  it('gives the same object until something changes', () => {
    const peer = new StatusHarness()
    const store = peer.store()
    peer.happens('dial')
    const before = store.get()
    expect(store.get()).toBe(before)
    peer.becomes({ ...peer.status })
    expect(store.get()).toBe(before)
    peer.happens('lost')
    expect(store.get()).not.toBe(before)
    expect(store.get()).toBe(store.get())
  })

  it('follows the peer while nobody subscribes, and never reads the clock', () => {
    const peer = new StatusHarness()
    const store = peer.store()
    const clock = vi.spyOn(peer.clock, 'now')
    expect(store.get().phase).toBe('idle')
    peer.becomes({ ...down, state: 'waiting', attempt: 4, retryAt: 1_030_000, spent: false })
    // Without a clock it cannot know how long it has been, nor how long it will be.
    expect(store.get()).toMatchObject({
      phase: 'reconnecting',
      retryAt: 1_030_000,
      visible: false,
      secondsLeft: undefined,
    })
    peer.becomes(closed('kicked'))
    expect(store.get().visible).toBe(true)
    peer.becomes({ state: 'open', resumed: false, lost: 0, since: 1_000_000, everOpen: true, failures: 0 })
    expect(store.get()).toMatchObject({ phase: 'connected', visible: false, restored: false })
    expect(clock).not.toHaveBeenCalled()
    expect(peer.clock.pending).toBe(0)
  })

  it('does not keep the listeners from hearing of what it has seen first', () => {
    const peer = new StatusHarness()
    const store = peer.store()
    // Before the store has its turn.
    peer.subscribe(() => store.get())
    const heard = vi.fn(() => store.get().phase)
    store.subscribe(heard)
    peer.open()
    expect(heard.mock.results.map(({ value }) => value)).toEqual(['connecting', 'connected'])
  })

  it('is idle at first, whatever the peer does', () => {
    const peer = new StatusHarness()
    peer.open()
    const store = peer.store({ signIn: () => {} })
    expect(store.get().phase).toBe('connected')
    expect(store.getInitial()).toMatchObject({ phase: 'idle', visible: false, signIn: undefined })
    expect(store.getInitial()).toBe(store.getInitial())
  })
})

describe('subscribe', () => {
  it('shares one store for each peer and showAfter', () => {
    const peer = new StatusHarness()
    expect(connectionStatus(peer)).toBe(connectionStatus(peer, { showAfter: 1500, signIn: () => {} }))
    expect(connectionStatus(peer)).not.toBe(connectionStatus(peer, { showAfter: 0 }))
    expect(connectionStatus(peer)).not.toBe(connectionStatus(new StatusHarness()))
  })

  it('does not call the listener while it subscribes, but soon after if something was missed', async () => {
    const peer = new StatusHarness()
    const store = peer.store()
    peer.becomes({ ...down, state: 'connecting', attempt: 1 })
    expect(store.get().visible).toBe(false)
    const heard = vi.fn(() => stop())
    const stop = store.subscribe(heard)
    expect(heard).not.toHaveBeenCalled()
    expect(store.get().visible).toBe(true)
    await Promise.resolve()
    expect(heard).toHaveBeenCalledTimes(1)
  })

  it('listens to the peer once for all, and not at all for nobody', () => {
    const peer = new StatusHarness()
    const store = peer.store()
    peer.open()
    const stops = [store.subscribe(() => {}), store.subscribe(() => {})]
    peer.drop()
    expect([peer.listeners.size, peer.clock.pending]).toEqual([1, 1])
    for (const stop of [...stops, ...stops]) stop()
    expect([peer.listeners.size, peer.clock.pending]).toEqual([0, 0])
  })

  it('leaves nothing behind when the last one leaves while the peer tells of a change', () => {
    const peer = new StatusHarness()
    const store = peer.store()
    peer.open()
    // Called before the store: the peer calls the store all the same.
    const undo = peer.subscribe(() => stop())
    const stop = store.subscribe(() => {})
    peer.drop()
    undo()
    expect([peer.listeners.size, peer.clock.pending]).toEqual([0, 0])
  })

  it('leaves nothing behind when a listener leaves while it is told', () => {
    const peer = new StatusHarness()
    const store = peer.store()
    peer.open()
    const stop = store.subscribe(() => stop())
    peer.drop()
    expect([peer.listeners.size, peer.clock.pending]).toEqual([0, 0])
    expect(store.get().phase).toBe('reconnecting')
  })

  it('knows what is true now when a listener changes it', () => {
    const peer = new StatusHarness()
    const store = peer.store()
    const phases: string[] = []
    store.subscribe(() => {
      if (peer.status.state === 'waiting') peer.reconnect()
    })
    store.subscribe(() => phases.push(`${store.get().phase} ${store.get().attempt}`))
    peer.open()
    peer.drop()
    expect(peer.status.state).toBe('connecting')
    expect(phases.at(-1)).toBe('reconnecting 1')
    expect(peer.clock.pending).toBe(1)
  })
})

describe('actions', () => {
  it.each(table)('retryNow: %s', (name, status) => {
    const peer = new StatusHarness()
    peer.becomes(status)
    const { retryNow } = peer.store().get()
    expect(retryNow).not.toThrow()
    const settled = name === 'closed, local' || name === 'closed, kicked'
    expect(peer.reconnects).toBe(settled ? 0 : 1)
  })

  it('retryNow is one function for ever', () => {
    const peer = new StatusHarness()
    const store = peer.store()
    const { retryNow } = store.get()
    peer.open()
    expect(store.get().retryNow).toBe(retryNow)
  })

  it('signIn calls the newest one, and changes the value only once', async () => {
    const peer = new StatusHarness()
    const store = peer.store()
    const heard = vi.fn()
    store.subscribe(heard)
    await Promise.resolve()
    expect(store.get().signIn).toBeUndefined()
    const calls: string[] = []
    peer.store({ signIn: () => calls.push('first') })
    const value = store.get()
    expect(heard).not.toHaveBeenCalled()
    await Promise.resolve()
    expect(heard).toHaveBeenCalledTimes(1)
    peer.store({ signIn: () => calls.push('second') })
    peer.store()
    await Promise.resolve()
    expect(store.get()).toBe(value)
    expect(heard).toHaveBeenCalledTimes(1)
    store.get().signIn?.()
    expect(calls).toEqual(['second'])
  })

  it('needs no more than a status, subscribe and reconnect', () => {
    const source: StatusSource = {
      status: { state: 'idle' },
      subscribe: () => () => {},
      reconnect: () => {},
    }
    expect(connectionStatus(source).get().phase).toBe('idle')
  })
})
