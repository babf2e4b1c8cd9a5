import { FakeClock } from '@protoo-kit/protocol/testing'
import type { PeerStatus } from '../src/connection.js'
import { Peer } from '../src/peer.js'
import type { TransportOptions, UrlSource } from '../src/transport-options.js'
import type { WakeEvent, WakeSource } from '../src/wake.js'
import { WebSocketTransport } from '../src/websocket-transport.js'
import { type FakeSocket, fakeWebSocket } from './fake-websocket.js'

export const url = 'ws://example.test'

/** Transports on time that stands still and sockets that obey. */
export class Harness {
  readonly clock = new FakeClock(1_000_000)
  readonly fake = fakeWebSocket()
  /** Every status since, and every frame. */
  readonly history: PeerStatus[] = []
  readonly frames: unknown[] = []

  async dial(options: TransportOptions = {}, source: UrlSource = url): Promise<WebSocketTransport> {
    const transport = new WebSocketTransport(source, {
      clock: this.clock,
      WebSocket: this.fake.WebSocket,
      ...options,
    })
    transport.attach({
      change: (after) => this.history.push(after),
      message: (frame) => this.frames.push(frame),
    })
    await settled()
    return transport
  }

  get sockets(): FakeSocket[] {
    return this.fake.sockets
  }

  last(): FakeSocket {
    return this.fake.last()
  }

  /** Runs the clock on, and the dial that its timer may begin. */
  async pass(ms: number): Promise<void> {
    this.clock.advance(ms)
    await settled()
  }

  states(): string[] {
    return this.history.map(({ state }) => state)
  }
}

/** The same with a peer on top. */
export class PeerHarness extends Harness {
  async dialled(options: TransportOptions = {}): Promise<Peer> {
    const peer = new Peer(
      new WebSocketTransport(url, { clock: this.clock, WebSocket: this.fake.WebSocket, ...options }),
    )
    await settled()
    return peer
  }

  async opened(options: TransportOptions = {}): Promise<Peer> {
    const peer = await this.dialled(options)
    this.last().opens()
    return peer
  }

  /** Drops the connection and opens the next one. */
  async reopen(): Promise<void> {
    this.last().breaks()
    await this.pass(1000)
    this.last().opens()
  }

  /** What was sent on the last connection. */
  // biome-ignore lint/suspicious/noExplicitAny: what a frame holds is what the test asserts
  sent(): any[] {
    return this.last().sent.map((text) => JSON.parse(text))
  }

  /** Answers a request as the server. */
  answer(id: number, data: object = {}): void {
    this.last().receives(JSON.stringify({ response: true, id, ok: true, data }))
  }
}

/** Lets the promises of a dial run. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve()
}

/** A wake source that a test rings. */
export function fakeWake(): WakeSource & {
  ring(event: WakeEvent): void
  listeners: Set<unknown>
  offline: boolean
} {
  const listeners = new Set<(event: WakeEvent) => void>()
  return {
    offline: false,
    listeners,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    ring(event) {
      this.offline = event === 'offline' || (event === 'wake' && this.offline)
      for (const listener of [...listeners]) listener(event)
    },
  }
}
