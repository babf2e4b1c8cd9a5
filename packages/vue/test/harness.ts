import { createPeer, type Peer } from '@protoo-kit/client-core'
import { FakeClock } from '@protoo-kit/protocol/testing'
import { cleanup } from '@testing-library/vue'
import { afterEach, beforeEach, vi } from 'vitest'
import { type Component, defineComponent, h, nextTick } from 'vue'
import { type FakeSocket, fakeWebSocket } from '../../client-core/test/fake-websocket.js'
import type { ProtooPeerOptions } from '../src/index.js'

export const url = 'ws://example.test'

/** Sockets that obey and time that stands still, anew for each test. */
export class Harness {
  readonly clock = new FakeClock(1_000_000)
  readonly fake = fakeWebSocket()
  /** What every connection of a test is made with. */
  readonly options: ProtooPeerOptions = {
    clock: this.clock,
    WebSocket: this.fake.WebSocket,
    random: () => 1,
    session: false,
    wake: undefined,
  }
  private readonly peers: Peer[] = []

  get sockets(): FakeSocket[] {
    return this.fake.sockets
  }

  /** Those that nobody has closed. */
  get open(): FakeSocket[] {
    return this.sockets.filter(({ closedWith }) => !closedWith)
  }

  last(): FakeSocket {
    return this.fake.last()
  }

  /** A peer made by hand. */
  peer(options: ProtooPeerOptions = {}): Peer {
    const peer = createPeer(url, { ...this.options, ...options })
    this.peers.push(peer)
    return peer
  }

  async openPeer(options: ProtooPeerOptions = {}): Promise<Peer> {
    const peer = this.peer(options)
    await settled()
    this.last().opens()
    await settled()
    return peer
  }

  /** Runs the clock on, and what follows. */
  async pass(ms: number): Promise<void> {
    this.clock.advance(ms)
    await settled()
  }

  /** What was sent on the last connection. */
  sent(): { id: number; method: string; data: unknown }[] {
    return this.last().sent.map((text) => JSON.parse(text))
  }

  receives(message: object): void {
    this.last().receives(JSON.stringify(message))
  }

  notifies(method: string, data: unknown = {}): void {
    this.receives({ notification: true, method, data })
  }

  /** Answers the request that was sent at `index`. */
  answers(index: number, data: unknown): void {
    this.receives({ response: true, id: this.sent()[index]?.id, ok: true, data })
  }

  close(): void {
    for (const peer of this.peers) peer.close()
  }
}

/** Every test's own; components are unmounted after it. Vue's warnings fail it. */
export function useHarness(): { current: Harness } {
  const holder = { current: new Harness() }
  const warn = vi.spyOn(console, 'warn')
  beforeEach(() => {
    holder.current = new Harness()
    warn.mockClear()
  })
  afterEach(() => {
    cleanup()
    holder.current.close()
    const warnings = warn.mock.calls.map(([message]) => String(message))
    if (warnings.length > 0) throw new Error(`warned: ${warnings.join('\n')}`)
  })
  return holder
}

/** Lets promises and Vue's flush run. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve()
  await nextTick()
}

/** Lets timers of 0 ms run. */
export async function macrotask(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 5))
  await settled()
}

/** A component that is its setup, and counts its renders. */
export function component<T extends object>(
  setup: () => T,
  text: (bindings: T) => unknown = () => '',
): Component & { renders: number; bindings: T } {
  const counted = Object.assign(
    defineComponent(() => {
      const bindings = setup()
      counted.bindings = bindings
      return () => {
        counted.renders++
        return h('p', String(text(bindings)))
      }
    }),
    { renders: 0, bindings: {} as T },
  )
  return counted
}
