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
  /** @property attempt 1 for the first dial, and again for the first after a loss */
  | (Down & { state: 'connecting'; attempt: number })
  | Open
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
  /** The server is over a limit: the wait is that of a failed attempt, and not shortened by luck. */
  overloaded?: boolean
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
export function transition(status: PeerStatus, event: ConnectionEvent, backoff: Backoff): PeerStatus {
  const { type, now } = event
  const closed = status.state === 'closed'
  const connecting = status.state === 'connecting'
  const everOpen = !!(status as Partial<Down>).everOpen
  if (type === 'close') return closed ? status : { state: 'closed', cause: 'local', everOpen }
  if (type === 'lost') return connecting || status.state === 'open' ? lost(status, event, backoff) : status
  if (type === 'opened') {
    if (!connecting) return status
    return {
      state: 'open',
      resumed: event.resumed,
      lost: event.lost,
      since: now,
      everOpen: true,
      failures: status.failures,
    }
  }
  if (!('downSince' in status)) {
    // What was closed on purpose stays closed.
    const settled = closed && (status.cause === 'local' || status.cause === 'kicked')
    if (type !== 'dial' || status.state === 'open' || settled) return status
    return { state: 'connecting', attempt: 1, downSince: now, everOpen, offline: false, failures: 0 }
  }
  const offline = type === 'offline' || (type !== 'online' && status.offline)
  if (type === 'offline' || connecting) return offline === status.offline ? status : { ...status, offline }
  // Out of a pause: dials on what promises a network, and on demand.
  const { retryAt, spent, ...down }: Down & { attempt: number; retryAt?: number; spent?: boolean } = status
  if (spent && type === 'elapsed') return { state: 'closed', cause: 'exhausted', everOpen }
  // Asked for by a listener of the last failure, `dial` begins a new round.
  return { ...down, state: 'connecting', offline, attempt: spent ? 1 : down.attempt }
}

function lost(status: In<'connecting' | 'open'>, loss: Loss, backoff: Backoff): PeerStatus {
  const { now, offline, overloaded, error, final, code, reason } = loss
  if (final) return { state: 'closed', cause: final, everOpen: status.everOpen, code, reason }
  const open = status.state === 'open'
  // Without a network every attempt fails: that says nothing of the server and costs no retry.
  if (offline && !open) return { ...status, state: 'paused', offline, error }
  // After a loss the count of attempts starts afresh, even with `retries: 0` (C5).
  const { attempt, downSince } = open ? { attempt: 0, downSince: now } : status
  const lasted = open && !overloaded && now - status.since >= backoff.minUptime
  const failures = lasted ? 0 : status.failures + 1
  const spent = attempt > backoff.retries
  return {
    state: 'waiting',
    attempt: attempt + 1,
    downSince,
    everOpen: status.everOpen,
    failures,
    offline,
    error,
    retryAt: now + (spent ? 0 : backoff.delay(failures, overloaded ? 1 : loss.random)),
    spent,
  }
}
