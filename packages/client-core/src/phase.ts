import type { CloseCause, PeerStatus } from './connection.js'

export type ConnectionPhase =
  /** Not dialled yet. */
  | 'idle'
  /** Never open yet. */
  | 'connecting'
  | 'connected'
  /** The connection was lost. */
  | 'reconnecting'
  /** The browser says that there is no network, and no attempt has proved it wrong. */
  | 'offline'
  | 'closed'

/** What a peer's status says to people, whatever the time. */
export interface Phase {
  readonly phase: ConnectionPhase
  /** The attempt that goes on or comes next, from 1 at each outage. */
  readonly attempt: number | undefined
  /** When the next attempt begins, in epoch ms. */
  readonly retryAt: number | undefined
  /** Why there is no connection. A server that is down looks like a broken network to a browser: `network`. */
  readonly cause: 'network' | CloseCause | undefined
}

export function phaseOf(status: PeerStatus): Phase {
  const nothing = { attempt: undefined, retryAt: undefined, cause: undefined }
  switch (status.state) {
    case 'idle':
      return { ...nothing, phase: 'idle' }
    case 'open':
      return { ...nothing, phase: 'connected' }
    case 'closed':
      return { ...nothing, phase: 'closed', cause: status.cause }
    case 'connecting':
    case 'waiting':
    case 'paused': {
      const waiting = status.state === 'waiting' ? status : undefined
      // The last failure is followed by no attempt.
      const attempt = waiting?.spent ? undefined : status.attempt
      const retryAt = attempt && waiting?.retryAt
      // The first attempt may prove the browser wrong; afterwards there is an error.
      const offline = status.offline && (status.state !== 'connecting' || status.error)
      const phase = offline ? 'offline' : status.everOpen ? 'reconnecting' : 'connecting'
      return { phase, attempt, retryAt, cause: 'network' }
    }
  }
}
