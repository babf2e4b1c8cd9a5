import { EventEmitter } from 'node:events'
import { FakeClock } from '@protoo-kit/protocol/testing'
import type { WebSocket } from 'ws'
import { Broker, type BrokerSettings } from '../src/broker.js'
import type { Client } from '../src/client.js'
import { Line } from '../src/line.js'
import { resolveOptions } from '../src/options.js'

/** What is used of a `ws` WebSocket. */
class FakeSocket extends EventEmitter {
  readonly sent: string[] = []
  readyState = 1
  bufferedAmount = 0
  ended: string | undefined

  send(data: Uint8Array): void {
    this.sent.push(Buffer.from(data).toString())
  }

  close(code?: number): void {
    this.readyState = 2
    this.ended ??= `close ${code}`
  }

  terminate(): void {
    this.readyState = 2
    this.ended ??= 'terminate'
  }
}

/** A broker on a clock that stands still, and what it tells. */
export class TestBroker {
  readonly clock = new FakeClock()
  readonly heard: string[] = []
  readonly broker: Broker

  constructor(settings: Partial<BrokerSettings> = {}) {
    const events = {
      connection: (client: Client) => this.heard.push(`connection ${client.getId()}`),
      disconnect: (client: Client) => this.heard.push(`disconnect ${client.getId()}`),
      error: (error: unknown) => this.heard.push(String(error)),
      message: undefined,
    }
    // Those of the broker are among the options.
    this.broker = new Broker({ ...resolveOptions({}), ...settings }, events as never, this.clock)
  }

  connect(id: string, token = id): TestPeer {
    const socket = new FakeSocket()
    const line = new Line(socket as never as WebSocket, undefined, this.broker.lines)
    const client = this.broker.connect({ id, token }, line)
    return new TestPeer(this.broker, client, line, socket)
  }

  admit(id: string, token = id, address = '192.0.2.1'): string | undefined {
    const refusal = this.broker.admit({ id, token, address: () => address })
    return refusal && `${refusal.type} ${refusal.payload.msg}`
  }
}

export class TestPeer {
  constructor(
    private readonly broker: Broker,
    readonly client: Client,
    private readonly line: Line,
    readonly socket: FakeSocket,
  ) {}

  /** What it has been sent since this was last asked. */
  get received(): string[] {
    return this.socket.sent.splice(0).map((text) => {
      const { type, src, payload } = JSON.parse(text)
      return [type, src, payload].filter((part) => part !== undefined).join(' ')
    })
  }

  say(type: string, dst?: string, payload?: unknown): void {
    this.write(JSON.stringify({ type, payload, dst }))
  }

  write(text: string): void {
    this.broker.receive(this.client, this.line, Buffer.from(text), false)
  }

  /** Its connection ends. */
  drop(): void {
    this.socket.readyState = 3
    this.broker.lost(this.client, this.line)
  }
}
