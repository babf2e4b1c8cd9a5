import { type Clock, connectionStatus, type PeerStatus, type StatusSource } from '@protoo-kit/client-core'
import { type GalleryState, now } from './states.js'

const clock: Clock = {
  now: () => now,
  monotonic: () => 0,
  setTimeout: () => undefined,
  clearTimeout: () => {},
}

/** In place of a peer: a connection that stands still in one state, at a time that stands still. */
export class StillSource implements StatusSource {
  status: PeerStatus
  private readonly listeners = new Set<() => void>()

  constructor({ statuses: [first, ...rest] }: GalleryState) {
    this.status = first
    // Made before a banner asks for it, so that theirs is the one with this clock; and kept awake, so that it sees
    // what comes after what.
    connectionStatus(this, { clock }).subscribe(() => {})
    for (const status of rest) this.become(status)
  }

  subscribe = (listener: () => void): (() => void) => {
    const own = () => listener()
    this.listeners.add(own)
    return () => this.listeners.delete(own)
  }

  /** "Retry now" begins an attempt, and it goes on for ever. */
  reconnect = (): void => {
    const { status } = this
    const down =
      'downSince' in status ? status : { downSince: now, everOpen: true, offline: false, failures: 0 }
    this.become({ ...down, state: 'connecting', attempt: 'attempt' in status ? status.attempt : 1 })
  }

  private become(status: PeerStatus): void {
    this.status = status
    for (const listener of [...this.listeners]) listener()
  }
}
