import { connectionStatus, createPeer, type Peer, type TransportOptions } from '@protoo-kit/client-core'
import { FakeClock } from '@protoo-kit/protocol/testing'
import { act } from '@testing-library/react'
import { type FakeSocket, fakeWebSocket } from '../../client-core/test/fake-websocket.js'

export const url = 'ws://example.test'

/** Peers on time that stands still and sockets that obey. */
export class Harness {
  readonly clock = new FakeClock(1_000_000)
  readonly fake = fakeWebSocket()
  /** For a component that owns its peer. */
  readonly options: TransportOptions = {
    clock: this.clock,
    WebSocket: this.fake.WebSocket,
    retry: { jitter: false, minTimeout: 1000, factor: 2, maxTimeout: 8000 },
    session: false,
    wake: undefined,
  }

  get sockets(): FakeSocket[] {
    return this.fake.sockets
  }

  /** Those that nobody has closed, from either side. */
  get alive(): FakeSocket[] {
    return this.sockets.filter(({ readyState }) => readyState < 2)
  }

  last(): FakeSocket {
    return this.fake.last()
  }

  /** A peer made by hand, with its status on this clock. */
  peer(options: TransportOptions = {}): Peer {
    const peer = createPeer(url, { ...this.options, ...options })
    connectionStatus(peer, { clock: this.clock })
    return peer
  }

  async openPeer(options: TransportOptions = {}): Promise<Peer> {
    const peer = this.peer(options)
    await settled()
    this.last().opens()
    return peer
  }

  /** What the server does, and all that comes of it. */
  async do(event: (socket: FakeSocket) => void): Promise<void> {
    await act(async () => {
      event(this.last())
      await settled()
    })
  }

  /** Runs the clock on, and the dial that its timer may begin. */
  async pass(ms: number): Promise<void> {
    await act(async () => {
      this.clock.advance(ms)
      await settled()
    })
  }

  /** Frames sent on the last connection. */
  sent(): unknown[] {
    return this.last().sent.map((text): unknown => JSON.parse(text))
  }

  receives(frame: object): Promise<void> {
    return this.do((socket) => socket.receives(JSON.stringify(frame)))
  }

  notifies(method: string, data: object = {}): Promise<void> {
    return this.receives({ notification: true, method, data })
  }

  /** Answers the request that was sent last. */
  answers(data: object): Promise<void> {
    return this.receives({ response: true, id: this.lastRequest(), ok: true, data })
  }

  refuses(errorCode: number, errorReason: string): Promise<void> {
    return this.receives({ response: true, id: this.lastRequest(), ok: false, errorCode, errorReason })
  }

  private lastRequest(): unknown {
    const ids = this.sent().flatMap((frame) =>
      typeof frame === 'object' && frame && 'request' in frame && 'id' in frame ? [frame.id] : [],
    )
    return ids.at(-1)
  }
}

/** Until what microtasks begin is done. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
}

/** Until the timers that are due have run: one macrotask, and the one it began. */
export async function macrotask(): Promise<void> {
  await act(async () => {
    await new Promise((resolve) => setTimeout(resolve, 5))
    await settled()
  })
}
