import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Backoff, createBackoff } from './backoff.js'
import {
  type CloseCause,
  type ConnectionEvent,
  type Loss,
  type PeerStatus,
  transition,
} from './connection.js'

const now = 100_000
const down = { downSince: 90_000, everOpen: true, offline: false, failures: 2 }
const closed = (cause: CloseCause): PeerStatus => ({ state: 'closed', cause, everOpen: true })

const states = {
  idle: { state: 'idle' },
  connecting: { ...down, state: 'connecting', attempt: 3 },
  'connecting, offline': { ...down, state: 'connecting', attempt: 3, offline: true },
  'connecting, last attempt': { ...down, state: 'connecting', attempt: 11 },
  open: { state: 'open', resumed: false, lost: 0, since: 50_000, everOpen: true, failures: 2 },
  'open, just now': { state: 'open', resumed: false, lost: 0, since: 99_000, everOpen: true, failures: 2 },
  waiting: { ...down, state: 'waiting', attempt: 3, retryAt: 104_000, spent: false },
  'waiting, spent': { ...down, state: 'waiting', attempt: 12, retryAt: now, spent: true },
  paused: { ...down, state: 'paused', attempt: 3, offline: true },
  'closed, local': closed('local'),
  'closed, kicked': closed('kicked'),
  'closed, replaced': closed('replaced'),
  'closed, refused': closed('refused'),
  'closed, exhausted': closed('exhausted'),
} satisfies Record<string, PeerStatus>

const loss: Loss = { type: 'lost', now, random: 0.5, offline: false, code: 1006, reason: '' }
const events = {
  dial: { type: 'dial', now },
  opened: { type: 'opened', now, resumed: false, lost: 0 },
  close: { type: 'close', now },
  elapsed: { type: 'elapsed', now },
  wake: { type: 'wake', now },
  online: { type: 'online', now },
  offline: { type: 'offline', now },
  lost: loss,
  'lost, offline': { ...loss, offline: true },
  'lost for good': { ...loss, final: 'kicked', code: 4000, reason: 'bye' },
} satisfies Record<string, ConnectionEvent>

const backoff = createBackoff()

const same = 'same'
const local = { state: 'closed', cause: 'local' }
const kicked = { state: 'closed', cause: 'kicked', code: 4000, reason: 'bye' }
const firstDial = { state: 'connecting', attempt: 1, downSince: now, failures: 0, offline: false }
const dial = { state: 'connecting', attempt: 3, downSince: 90_000, failures: 2, offline: false }
const attemptLost = {
  state: 'waiting',
  attempt: 4,
  failures: 3,
  retryAt: now + 4000,
  spent: false,
  downSince: 90_000,
}

/** What every event makes of every state: the rows are states, and none may be missing. */
const table: Record<keyof typeof states, Record<keyof typeof events, object | typeof same>> = {
  idle: {
    dial: { ...firstDial, everOpen: false },
    opened: same,
    close: { ...local, everOpen: false },
    elapsed: same,
    wake: same,
    online: same,
    offline: same,
    lost: same,
    'lost, offline': same,
    'lost for good': same,
  },
  connecting: {
    dial: same,
    opened: { state: 'open', since: now, resumed: false, failures: 2 },
    close: local,
    elapsed: same,
    wake: same,
    online: same,
    offline: { state: 'connecting', attempt: 3, offline: true },
    lost: attemptLost,
    'lost, offline': { state: 'paused', attempt: 3, failures: 2, offline: true },
    'lost for good': kicked,
  },
  'connecting, offline': {
    dial: same,
    opened: { state: 'open', since: now },
    close: local,
    elapsed: same,
    wake: same,
    online: { state: 'connecting', attempt: 3, offline: false },
    offline: same,
    lost: attemptLost,
    'lost, offline': { state: 'paused', attempt: 3, offline: true },
    'lost for good': kicked,
  },
  'connecting, last attempt': {
    dial: same,
    opened: { state: 'open', since: now },
    close: local,
    elapsed: same,
    wake: same,
    online: same,
    offline: { state: 'connecting', attempt: 11, offline: true },
    lost: { state: 'waiting', spent: true, retryAt: now },
    'lost, offline': { state: 'paused', attempt: 11 },
    'lost for good': kicked,
  },
  open: {
    dial: same,
    opened: same,
    close: local,
    elapsed: same,
    wake: same,
    online: same,
    offline: same,
    lost: { state: 'waiting', attempt: 1, failures: 0, retryAt: now, spent: false, downSince: now },
    'lost, offline': { state: 'waiting', attempt: 1, retryAt: now, offline: true },
    'lost for good': kicked,
  },
  'open, just now': {
    dial: same,
    opened: same,
    close: local,
    elapsed: same,
    wake: same,
    online: same,
    offline: same,
    lost: { state: 'waiting', attempt: 1, failures: 3, retryAt: now + 4000, spent: false, downSince: now },
    'lost, offline': { state: 'waiting', attempt: 1, failures: 3, retryAt: now + 4000, offline: true },
    'lost for good': kicked,
  },
  waiting: {
    dial,
    opened: same,
    close: local,
    elapsed: dial,
    wake: dial,
    online: dial,
    offline: { state: 'waiting', attempt: 3, retryAt: 104_000, offline: true },
    lost: same,
    'lost, offline': same,
    'lost for good': same,
  },
  'waiting, spent': {
    dial: { ...dial, attempt: 1 },
    opened: same,
    close: local,
    elapsed: { state: 'closed', cause: 'exhausted', everOpen: true },
    wake: { ...dial, attempt: 1 },
    online: { ...dial, attempt: 1 },
    offline: { state: 'waiting', spent: true, offline: true },
    lost: same,
    'lost, offline': same,
    'lost for good': same,
  },
  paused: {
    dial: { ...dial, offline: true },
    opened: same,
    close: local,
    elapsed: { ...dial, offline: true },
    wake: { ...dial, offline: true },
    online: dial,
    offline: same,
    lost: same,
    'lost, offline': same,
    'lost for good': same,
  },
  'closed, local': untouched(same),
  'closed, kicked': untouched(same),
  'closed, replaced': untouched({ ...firstDial, everOpen: true }),
  'closed, refused': untouched({ ...firstDial, everOpen: true }),
  'closed, exhausted': untouched({ ...firstDial, everOpen: true }),
}

/** Nothing but a dial moves a closed connection, and that not always. */
function untouched(dialled: object | typeof same): Record<keyof typeof events, object | typeof same> {
  return {
    dial: dialled,
    opened: same,
    close: same,
    elapsed: same,
    wake: same,
    online: same,
    offline: same,
    lost: same,
    'lost, offline': same,
    'lost for good': same,
  }
}

describe('every state and every event', () => {
  for (const [name, state] of Object.entries(states)) {
    it.each(Object.entries(table[name as keyof typeof states]))(`${name} + %s`, (event, expected) => {
      const after = transition(state, events[event as keyof typeof events], backoff)
      if (expected === same) expect(after).toBe(state)
      else expect(after).toMatchObject(expected)
    })
  }
})

describe('transition', () => {
  it('never changes the state it is given', () => {
    for (const state of Object.values(states)) {
      for (const event of Object.values(events)) transition(Object.freeze({ ...state }), event, backoff)
    }
  })

  it('waits 0 ms after a loss of a lasting connection, even with retries: 0 (C5)', () => {
    const after = transition(states.open, loss, createBackoff({ retries: 0 }))
    expect(after).toMatchObject({ state: 'waiting', attempt: 1, retryAt: now, spent: false })
  })

  it('makes N + 1 attempts with N retries (C4)', () => {
    for (const retries of [0, 1, 10])
      expect(attempts(createBackoff({ retries, maxTimeout: 8000 }))).toBe(retries + 1)
  })

  it('never wedges: from any state that is not closed, some event leads to a dial', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...Object.values(events))), (history) => {
        let state: PeerStatus = { state: 'idle' }
        for (const event of history) state = transition(state, event, backoff)
        if (state.state === 'closed' || state.state === 'open') return
        const dialled = transition(state, events.dial, backoff)
        expect(dialled.state).toBe('connecting')
      }),
    )
  })
})

/** Drives a connection that always fails until it closes. */
function attempts(policy: Backoff): number {
  let count = 0
  let state = transition({ state: 'idle' }, events.dial, policy)
  while (state.state !== 'closed') {
    if (state.state === 'connecting') count++
    state = transition(state, state.state === 'connecting' ? loss : events.elapsed, policy)
  }
  return count
}
