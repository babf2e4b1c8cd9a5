/** What a connection can look like to a person: each phase, and each reason for it. */
import type { CloseCause, PeerStatus } from '@protoo-kit/client-core'

export interface GalleryState {
  /** In the address of the page that shows it alone. */
  readonly id: string
  readonly title: string
  readonly when: string
  /** What the connection goes through. The last is what is shown. */
  readonly statuses: readonly [PeerStatus, ...PeerStatus[]]
  /** Whether the page has a way to sign in. */
  readonly signIn?: true
}

export interface Group {
  readonly phase: string
  readonly states: readonly GalleryState[]
}

/** Epoch ms at which all clocks of the gallery stand still. */
export const now = Date.UTC(2026, 0, 1, 12)

const error = new Error('connection lost')
const shortly = { downSince: now - 500, offline: false, failures: 0 }
const long = { downSince: now - 20_000, offline: false, failures: 2, error }
const never = { ...long, everOpen: false }
const lost = { ...long, everOpen: true }
const offline = { ...lost, offline: true }

const dialling = { state: 'connecting', attempt: 3 } as const
const waiting = (ms: number) => ({ state: 'waiting', attempt: 3, retryAt: now + ms, spent: false }) as const
const paused = { state: 'paused', attempt: 3 } as const
const open = { state: 'open', resumed: true, lost: 0, everOpen: true, failures: 0 } as const

const closed = (cause: CloseCause, title: string, when: string): GalleryState => ({
  id: `closed-${cause}`,
  title,
  when,
  statuses: [{ state: 'closed', cause, everOpen: true }],
})

export const groups: readonly Group[] = [
  {
    phase: 'idle',
    states: [
      {
        id: 'idle',
        title: 'Not dialled yet',
        when: 'Nobody has asked for a connection, or the page was rendered on a server.',
        statuses: [{ state: 'idle' }],
      },
    ],
  },
  {
    phase: 'connecting',
    states: [
      {
        id: 'connecting-early',
        title: 'First attempt',
        when: 'The page has just been opened. Most connections are there before anything has to be said.',
        statuses: [{ ...shortly, state: 'connecting', attempt: 1, everOpen: false }],
      },
      {
        id: 'connecting-slow',
        title: 'First attempt, slow',
        when: 'After 1.5 s. There is nothing to retry yet: the button rests.',
        statuses: [{ ...never, failures: 0, error: undefined, state: 'connecting', attempt: 1 }],
      },
      {
        id: 'connecting-waiting',
        title: 'Failed, short wait',
        when: 'Never connected so far; the next attempt is less than 5 s away.',
        statuses: [{ ...never, ...waiting(3000) }],
      },
      {
        id: 'connecting-countdown',
        title: 'Failed, long wait',
        when: 'Never connected so far; a wait over 5 s is counted down.',
        statuses: [{ ...never, ...waiting(12_000) }],
      },
      {
        id: 'connecting-again',
        title: 'Another attempt',
        when: 'Never connected so far; an attempt goes on.',
        statuses: [{ ...never, ...dialling }],
      },
    ],
  },
  {
    phase: 'connected',
    states: [
      {
        id: 'connected',
        title: 'Connected',
        when: 'All is well.',
        statuses: [{ ...open, since: now - 60_000 }],
      },
      {
        id: 'restored',
        title: 'Connected again',
        when: 'For 3 s after an outage that was visible.',
        statuses: [
          { ...lost, ...dialling },
          { ...open, since: now },
        ],
      },
    ],
  },
  {
    phase: 'reconnecting',
    states: [
      {
        id: 'reconnecting-early',
        title: 'Lost just now',
        when: 'Most losses are over within 1.5 s, and nobody need know.',
        statuses: [{ ...shortly, ...waiting(400), everOpen: true }],
      },
      {
        id: 'reconnecting-waiting',
        title: 'Short wait',
        when: 'The next attempt is less than 5 s away.',
        statuses: [{ ...lost, ...waiting(3000) }],
      },
      {
        id: 'reconnecting-countdown',
        title: 'Long wait',
        when: 'A wait over 5 s is counted down.',
        statuses: [{ ...lost, ...waiting(12_000) }],
      },
      {
        id: 'reconnecting-dialling',
        title: 'Another attempt',
        when: 'It goes on: the button rests, and keeps its place and the focus.',
        statuses: [{ ...lost, ...dialling }],
      },
    ],
  },
  {
    phase: 'offline',
    states: [
      {
        id: 'offline-waiting',
        title: 'Offline, short wait',
        when: 'The browser says that there is no network. It may be wrong, so the attempts go on.',
        statuses: [{ ...offline, ...waiting(3000) }],
      },
      {
        id: 'offline-countdown',
        title: 'Offline, long wait',
        when: 'The same with a wait over 5 s.',
        statuses: [{ ...offline, ...waiting(12_000) }],
      },
      {
        id: 'offline-paused',
        title: 'Offline, paused',
        when: 'An attempt has failed, too. The next one is made when the network is back, or on demand.',
        statuses: [{ ...offline, ...paused }],
      },
      {
        id: 'offline-dialling',
        title: 'Offline, another attempt',
        when: 'An attempt goes on though the browser says that there is no network.',
        statuses: [{ ...offline, ...dialling }],
      },
      {
        id: 'offline-never',
        title: 'Offline from the start',
        when: 'Opened without a network.',
        statuses: [{ ...never, offline: true, ...paused }],
      },
    ],
  },
  {
    phase: 'closed',
    states: [
      closed('exhausted', 'Retries spent', 'The last attempt that the options allow has failed.'),
      closed('refused', 'Not let in', 'The server does not accept the credentials (4003).'),
      {
        ...closed('refused', 'Not let in, with a way to sign in', 'The same where the page gives `signIn`.'),
        id: 'closed-refused-sign-in',
        signIn: true,
      },
      closed('replaced', 'Taken over', 'A newer connection of the same user has taken the place (4001).'),
      closed('kicked', 'Sent away', 'The server has closed the connection on purpose (4000).'),
      closed('local', 'Closed here', '`close()` was called: whoever did so knows.'),
    ],
  },
]

/** @returns undefined where there is none by this id */
export function findState(id: string | null): GalleryState | undefined {
  return groups.flatMap(({ states }) => states).find((state) => state.id === id)
}
