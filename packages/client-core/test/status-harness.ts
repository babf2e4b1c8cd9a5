import { FakeClock } from '@protoo-kit/protocol/testing'
import { vi } from 'vitest'
import { type Backoff, createBackoff } from '../src/backoff.js'
import { type ConnectionEvent, type PeerStatus, transition } from '../src/connection.js'
import { type ConnectionStatus, connectionStatus, type StatusSource } from '../src/status.js'
import type { Store } from '../src/store.js'

/** What an event needs besides its type, as a test has it. */
type Details = Partial<Omit<Extract<ConnectionEvent, { type: 'lost' }>, 'now' | 'type'>>

/** A peer of which only the status is there, and time that stands still. */
export class StatusHarness implements StatusSource {
  readonly clock = new FakeClock(1_000_000)
  readonly listeners = new Set<() => void>()
  status: PeerStatus = { state: 'idle' }
  reconnects = 0

  constructor(private readonly backoff: Backoff = createBackoff()) {}

  subscribe = (listener: () => void): (() => void) => {
    const own = () => listener()
    this.listeners.add(own)
    return () => this.listeners.delete(own)
  }

  reconnect = (): void => {
    this.reconnects++
    this.happens('dial')
  }

  store(options: { showAfter?: number; signIn?: () => void } = {}): Store<ConnectionStatus> {
    return connectionStatus(this, { clock: this.clock, ...options })
  }

  becomes(status: PeerStatus): void {
    if (status === this.status) return
    this.status = status
    // As an emitter does: those of now, even if they leave meanwhile.
    for (const listener of [...this.listeners]) listener()
  }

  happens(type: ConnectionEvent['type'], details: Details = {}): void {
    const event = {
      random: 1,
      offline: false,
      error: new Error('lost'),
      resumed: false,
      lost: 0,
      ...details,
      type,
      now: this.clock.now(),
    } as ConnectionEvent
    this.becomes(transition(this.status, event, this.backoff))
  }

  open(): void {
    this.happens('dial')
    this.happens('opened')
  }

  /** Loses a connection that lasted; the wait for the first attempt is 0 ms. */
  drop(): void {
    this.clock.advance(10_000)
    this.happens('lost')
  }

  /** Runs the clock on, as a peer's own timer does not: nothing is dialled. */
  pass(ms: number): void {
    this.clock.advance(ms)
  }
}

/** A store that somebody subscribes to, and a peer that was connected until now. */
export function dropped(backoff?: Backoff) {
  const peer = new StatusHarness(backoff)
  const store = peer.store()
  peer.open()
  const heard = vi.fn()
  const stop = store.subscribe(heard)
  peer.drop()
  return { peer, store, heard, stop }
}
