import { OVERLOADED } from '@protoo-kit/protocol'
import type { Backoff } from './backoff.js'

/**
 * Why a peer is closed. `replaced`, `refused` and `exhausted` can be undone by `reconnect()`.
 *
 * Over plain `protoo` a server says 4000 for all that must not be retried, so `replaced` and
 * `refused` come only with sessions.
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

export interface Open {
  state: 'open'
  /** Whether the session of before goes on: nothing was lost, and the server knows this peer still. */
  resumed: boolean
  /** At most so many notifications were lost with the session of before. */
  lost: number
  /** Epoch ms. */
  since: number
  everOpen: true
  failures: number
}

/** Where a connection stands: immutable, and the same object until something changes. */
export type PeerStatus =
  /** Not dialled yet. */
  | { state: 'idle' }
  /** `attempt` is 1 for the first dial, and again for the first after a loss. */
  | (Down & { state: 'connecting'; attempt: number })
  | Open
  /** `attempt` is the one that starts at `retryAt`, in epoch ms. `spent`: there is none, the peer is about to close. */
  | (Down & { state: 'waiting'; attempt: number; retryAt: number; spent: boolean })
  /** Offline, and an attempt has failed: dials when the network is back. */
  | (Down & { state: 'paused'; attempt: number })
  /** `code` and `reason` are the server's words, where it was the server. */
  | {
      state: 'closed'
      cause: CloseCause
      everOpen: boolean
      code?: number | undefined
      reason?: string | undefined
    }

/** `now` is in epoch ms. */
export type ConnectionEvent =
  | { now: number; type: 'dial' | 'close' }
  | ({ now: number; type: 'opened' } & Pick<Open, 'resumed' | 'lost'>)
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

/** All that a status may say. */
interface Known extends Partial<Down> {
  state: PeerStatus['state']
  attempt?: number
  since?: number
  spent?: boolean
  cause?: CloseCause
}

/**
 * The connection's life as one pure function: the next state, or the same
 * object where the event means nothing in it. Who calls it performs the effects.
 *
 * A lost connection always passes through `waiting`, at times for 0 ms, and so
 * does the last failure (`spent`, closed by `elapsed`): events are emitted there,
 * and a listener may still close or dial.
 */
export function transition(status: PeerStatus, event: ConnectionEvent, backoff: Backoff): PeerStatus {
  const { type, now } = event
  // Defaults for what this state does not say. While open no attempts count, so that after a loss they start afresh,
  // even with `retries: 0` (C5).
  const {
    state,
    attempt = 0,
    downSince = now,
    everOpen = false,
    failures = 0,
    since = Infinity,
    offline: wasOffline = false,
    error: lastError,
    spent,
    cause,
  }: Known = status
  const connecting = state === 'connecting'
  const open = state === 'open'

  if (type === 'close') return state === 'closed' ? status : { state: 'closed', cause: 'local', everOpen }
  if (type === 'opened') {
    if (!connecting) return status
    return { state: 'open', resumed: event.resumed, lost: event.lost, since: now, everOpen: true, failures }
  }
  if (type === 'lost') {
    const { offline, error, final, code, reason } = event
    const overloaded = code === OVERLOADED
    if (!connecting && !open) return status
    if (final) return { state: 'closed', cause: final, everOpen, code, reason }
    // Without a network every attempt fails: that says nothing of the server and costs no retry.
    if (offline && connecting)
      return { state: 'paused', attempt, downSince, everOpen, failures, offline, error }
    const lasted = !overloaded && now - since >= backoff.minUptime
    const failuresNow = lasted ? 0 : failures + 1
    const spent = attempt > backoff.retries
    return {
      state: 'waiting',
      attempt: attempt + 1,
      downSince,
      everOpen,
      failures: failuresNow,
      offline,
      error,
      retryAt: now + (spent ? 0 : backoff.delay(failuresNow, overloaded ? 1 : event.random, open)),
      spent,
    }
  }
  const offline = type === 'offline' || (wasOffline && type !== 'online')
  if ('downSince' in status) {
    if (type === 'offline' || connecting) return offline === wasOffline ? status : { ...status, offline }
    // Out of a wait or a pause: dials on what promises a network, and on demand.
    if (spent && type === 'elapsed') return { state: 'closed', cause: 'exhausted', everOpen }
    // What was closed on purpose stays closed.
  } else if (open || type !== 'dial' || cause === 'local' || cause === 'kicked') return status
  return {
    state: 'connecting',
    // Asked for by a listener of the last failure, `dial` begins a new round.
    attempt: spent ? 1 : attempt || 1,
    downSince,
    everOpen,
    failures,
    offline,
    error: lastError,
  }
}
