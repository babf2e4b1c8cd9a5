import { FakeClock } from '@protoo-kit/protocol/testing'
import { describe, expect, it } from 'vitest'
import {
  Application,
  type EventStep,
  type Exchange,
  exchangesOf,
  type NumberedStep,
  Placeholders,
  play,
  type Subject,
} from '../../protocol/test/session-vectors.js'
import { Peer } from '../src/peer.js'
import { WebSocketTransport } from '../src/websocket-transport.js'
import type { FakeSocket } from './fake-websocket.js'
import { Harness, settled, url } from './harness.js'

/** Time begins with 0, when an ack was just sent: the first message need not be acked at once. */
class EarlyHarness extends Harness {
  override readonly clock = new FakeClock(0)
}

/** A peer, on time that stands still and sockets that the steps move. */
class Client implements Subject {
  private readonly harness = new EarlyHarness()
  private readonly placeholders = new Placeholders((number) => number.padStart(32, '0123456789abcdef'))
  private readonly application = new Application()
  private readonly peer: Peer
  private readonly events: object[] = []
  private readonly framesRead = new Map<FakeSocket, number>()
  /** The sockets whose end was in a step. */
  private readonly ended = new Set<FakeSocket>()
  private dials = 0

  constructor({ settings: { credentials = [] } = {} }: Exchange) {
    const { clock, fake } = this.harness
    const left = [...credentials]
    const authToken = () => left.shift() ?? ''
    this.peer = new Peer(
      new WebSocketTransport(url, {
        clock,
        WebSocket: fake.WebSocket,
        session: true,
        retry: { minUptime: 0 },
        authToken,
      }),
    )
    this.application.handle(this.peer)
    this.listen()
  }

  async take(step: NumberedStep): Promise<void> {
    if ('dial' in step) await this.dialled(step.dial)
    else if ('clock' in step) this.harness.clock.advance(step.clock)
    else if ('application' in step) this.application.act(this.peer, step)
    else if ('result' in step) {
      const { n: _, result, ...expected } = step
      expect(await this.application.result(result)).toEqual(expected)
    } else if ('event' in step) this.happened(step)
    else this.onSocket(step)
    await settled()
  }

  async finish(): Promise<void> {
    expect(this.events).toEqual([])
    expect(this.harness.sockets.slice(this.dials)).toEqual([])
    for (const socket of this.harness.sockets) {
      expect(socket.sent.slice(this.framesRead.get(socket) ?? 0)).toEqual([])
      if (!this.ended.has(socket)) expect(socket.closedWith).toBeUndefined()
    }
    expect(this.application.open).toEqual([])
  }

  private listen(): void {
    const { peer, events } = this
    peer
      .on('open', (event) => events.push({ event: 'open', ...event }))
      .on('failed', (attempt) => events.push({ event: 'failed', attempt }))
      .on('disconnected', () => events.push({ event: 'disconnected' }))
      .on('close', ({ cause, code, reason }) => events.push({ event: 'close', cause, code, reason }))
      .on('notification', ({ method, data }) => events.push({ event: 'notification', method, data }))
      .on('protocolerror', ({ code }) => events.push({ event: 'protocolerror', code }))
  }

  /** Waits as long as the subject does before it dials: how long that is, §7 does not say. */
  private async dialled(names: string[]): Promise<void> {
    const { clock, sockets } = this.harness
    await settled()
    for (let timer = 0; timer < 10 && sockets.length === this.dials; timer++)
      await this.harness.pass(clock.next ?? 0)
    expect(sockets).toHaveLength(++this.dials)
    expect(this.harness.last().protocols).toEqual(names.map((name) => this.placeholders.fill(name)))
  }

  private onSocket(step: Exclude<NumberedStep, { event: string } | { application: string }>): void {
    const { harness, placeholders, framesRead, ended } = this
    const socket = 'on' in step && step.on ? harness.sockets[step.on - 1] : harness.last()
    if (!socket) throw new Error('no such connection')
    if ('accept' in step) socket.opens(step.accept)
    else if ('refuse' in step) {
      ended.add(socket)
      socket.breaks()
    } else if ('remote' in step)
      for (let time = 0; time < (step.times ?? 1); time++) socket.receives(placeholders.fill(step.remote))
    else if ('binary' in step) socket.receives(Uint8Array.from(Buffer.from(step.binary, 'hex')).buffer)
    else if ('subject' in step) {
      const read = framesRead.get(socket) ?? 0
      framesRead.set(socket, read + 1)
      expect(socket.sent[read]).toBe(placeholders.fill(step.subject))
    } else if ('connection' in step) {
      ended.add(socket)
      if (step.connection === 'drop') socket.breaks()
      else socket.breaks(step.code, step.reason)
    } else if ('closes' in step) {
      ended.add(socket)
      // 1005 is what the other end sees of a close without a code.
      expect(socket.closedWith?.[0] ?? (socket.closedWith && 1005)).toBe(step.closes)
    } else throw new Error('no step for a client')
  }

  private happened({ times = 1, ...expected }: { times?: number } & EventStep & { n?: number }): void {
    delete expected.n
    for (let time = 0; time < times; time++) expect(this.events.shift()).toMatchObject(expected)
  }
}

describe('exchanges of a client', () => {
  it.each(exchangesOf('client'))('$name', (exchange) => play(exchange, new Client(exchange)))
})
