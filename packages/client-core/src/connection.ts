import type { Backoff } from './backoff.js'

/**
 * Why a peer is closed. `replaced`, `refused` and `exhausted` can be undone by `reconnect()`.
 *
 * Over plain `protoo` a server says 4000 for all that must not be retried, so `replaced` and
 * `refused` come only from transports that know more.
 */
export type CloseCause =
  /** `close()` was called here. */
  | 'local'
  /** The server closed on purpose (4000). */
  | 'kicked'
  /** A newer connection of the same user took over (4001). */
  | 'replaced'
  /** The server does not accept the credentials (4003). */
  | 'refused'
  /** The retries are spent. */
  | 'exhausted'

/** What is known while there is no connection. */
export interface Down {
  /** Since when, in epoch ms: the loss, or the first dial if it was never open. */
  downSince: number
  everOpen: boolean
  /** Whether the browser says that there is no network. */
  offline: boolean
  /** Attempts in a row that led to no lasting connection: the backoff counts these. */
  failures: number
  /** What ended the last connection or attempt, as far as the platform tells. */
  error?: Error | undefined
}

/** Where a connection stands: immutable, and the same object until something changes. */
export type PeerStatus =
  /** Not dialled yet. */
  | { state: 'idle' }
  /** @property attempt 1 for the first dial, and again for the first after a loss */
  | (Down & { state: 'connecting'; attempt: number })
  /** @property since epoch ms */
  | { state: 'open'; resumed: boolean; since: number; everOpen: true; failures: number }
  /**
   * @property attempt the one that starts at `retryAt`, in epoch ms
   * @property spent there is none: the peer is about to close
   */
  | (Down & { state: 'waiting'; attempt: number; retryAt: number; spent: boolean })
  /** Offline, and an attempt has failed: dials when the network is back. */
  | (Down & { state: 'paused'; attempt: number })
  /** @property code @property reason the server's words, where it was the server */
  | {
      state: 'closed'
      cause: CloseCause
      everOpen: boolean
      code?: number | undefined
      reason?: string | undefined
    }

/** `now` is in epoch ms. */
export type ConnectionEvent =
  | { now: number; type: 'dial' | 'opened' | 'close' }
  /** The wait is over. */
  | { now: number; type: 'elapsed' }
  /** The page was shown again or the machine woke up; the network is back, or gone. */
  | { now: number; type: 'wake' | 'online' | 'offline' }
  | Loss

/** The socket is gone, whether it was ever open or not. */
export interface Loss {
  now: number
  type: 'lost'
  /** From 0 up to 1, for the jitter. */
  random: number
  offline: boolean
  /** Set when there is to be no further attempt. */
  final?: CloseCause | false | undefined
  code?: number | undefined
  reason?: string | undefined
  error?: Error | undefined
}

type In<State extends PeerStatus['state']> = Extract<PeerStatus, { state: State }>

/**
 * The connection's life as one pure function: the next state, or the same
 * object where the event means nothing in it. Who calls it performs the effects.
 *
 * A lost connection always passes through `waiting`, at times for 0 ms, and so
 * does the last failure (`spent`, closed by `elapsed`): events are emitted there,
 * and a listener may still close or dial.
 */
export function transition(state: PeerStatus, event: ConnectionEvent, backoff: Backoff): PeerStatus {
  const { type, now } = event
  if (type === 'close') return state.state === 'closed' ? state : closed(state, 'local')
  switch (state.state) {
    case 'idle':
      return type === 'dial' ? dial(now, {}) : state
    case 'closed':
      // What was closed on purpose stays closed.
      if (type !== 'dial' || state.cause === 'local' || state.cause === 'kicked') return state
      return dial(now, { everOpen: state.everOpen })
    case 'open':
      return type === 'lost' ? lost(state, event, backoff) : state
    case 'connecting':
      if (type === 'lost') return lost(state, event, backoff)
      if (type !== 'opened') return withNetwork(state, type)
      return { state: 'open', resumed: false, since: now, everOpen: true, failures: state.failures }
    case 'waiting':
    case 'paused':
      return proceed(state, event)
  }
}

/** Out of a pause: dials on what promises a network, and on demand. */
function proceed(state: In<'waiting'> | In<'paused'>, { type, now }: ConnectionEvent): PeerStatus {
  if (type === 'opened' || type === 'lost') return state
  const known = withNetwork(state, type)
  if (type === 'offline') return known
  // Asked for by a listener of the last failure, `dial` begins a new round.
  const spent = 'spent' in state && state.spent
  if (spent && type === 'elapsed') return closed(state, 'exhausted')
  return dial(now, { ...known, attempt: spent ? 1 : state.attempt })
}

function dial(now: number, known: Partial<Down> & { attempt?: number }): In<'connecting'> {
  const { attempt = 1, downSince = now, everOpen = false, offline = false, failures = 0, error } = known
  return { state: 'connecting', attempt, downSince, everOpen, offline, failures, error }
}

function lost(state: In<'connecting'> | In<'open'>, loss: Loss, backoff: Backoff): PeerStatus {
  const { now, offline, error, final } = loss
  if (final) return closed(state, final, loss)
  const wasOpen = state.state === 'open'
  const downSince = wasOpen ? now : state.downSince
  const down = { downSince, everOpen: state.everOpen, offline, error }
  // Without a network every attempt fails: that says nothing of the server and costs no retry.
  if (offline && !wasOpen)
    return { state: 'paused', attempt: state.attempt, failures: state.failures, ...down }
  const failures = wasOpen && now - state.since >= backoff.minUptime ? 0 : state.failures + 1
  // After a loss the count of attempts starts afresh, even with `retries: 0` (C5).
  const attempt = wasOpen ? 0 : state.attempt
  const spent = attempt > backoff.retries
  const retryAt = spent ? now : now + backoff.delay(failures, loss.random)
  return { state: 'waiting', attempt: attempt + 1, failures, retryAt, spent, ...down }
}

function withNetwork<State extends Down>(state: State, type: ConnectionEvent['type']): State {
  const offline = type === 'offline' || (type !== 'online' && state.offline)
  return offline === state.offline ? state : { ...state, offline }
}

function closed(state: PeerStatus, cause: CloseCause, { code, reason }: Partial<Loss> = {}): PeerStatus {
  return { state: 'closed', cause, everOpen: 'everOpen' in state && state.everOpen, code, reason }
}
