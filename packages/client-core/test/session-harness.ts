import { SESSION_SUBPROTOCOL, type Welcome } from '@protoo-kit/protocol'
import { FakeClock } from '@protoo-kit/protocol/testing'
import type { Peer } from '../src/peer.js'
import type { TransportOptions } from '../src/transport-options.js'
import { PeerHarness } from './harness.js'

export const token = '0123456789abcdef0123456789abcdef'
export const otherToken = 'f'.repeat(32)
export const heartbeat = 15_000

/** The server's first frame, of a new session unless told otherwise. */
export function welcomeFrame(fields: Partial<Welcome> = {}): string {
  const limits = { maxMessageBytes: 65_536, maxRequests: 10_000 }
  const session = { token, resumed: false, received: 0, window: 60_000, heartbeat, ...limits }
  return JSON.stringify({ session: { ...session, ...fields } })
}

export function notification(method: string): string {
  return JSON.stringify({ notification: true, method, data: {} })
}

export function request(id: number, method: string): string {
  return JSON.stringify({ request: true, id, method, data: {} })
}

/** Time that goes on while timers stand still, as in a hidden page or a machine asleep. */
export class SleepyClock extends FakeClock {
  private slept = 0

  override now(): number {
    return super.now() + this.slept
  }

  override monotonic(): number {
    return super.monotonic() + this.slept
  }

  /** Lets time pass without running a timer: all of them are late by it. */
  sleep(ms: number): void {
    this.slept += ms
  }
}

/**
 * A peer that asks for sessions, and a server that says what a test tells it to.
 * It dials at once after a drop, so that {@link drop} takes no time.
 */
export class SessionHarness extends PeerHarness {
  override readonly clock = new SleepyClock(1_000_000)

  override dialled(options: TransportOptions = {}): Promise<Peer> {
    return super.dialled({ session: true, retry: { minUptime: 0 }, ...options })
  }

  override async opened(options: TransportOptions = {}, fields: Partial<Welcome> = {}): Promise<Peer> {
    const peer = await this.dialled(options)
    this.welcome(fields)
    return peer
  }

  /** A peer whose session is confirmed, on a connection on which nothing was sent since. */
  async confirmed(options: TransportOptions = {}, fields: Partial<Welcome> = {}): Promise<Peer> {
    const peer = await this.opened(options, fields)
    await this.pass(1000)
    this.says({ ack: 0 })
    this.last().sent.length = 0
    return peer
  }

  /** Opens the last socket as a server with sessions does. */
  welcome(fields: Partial<Welcome> = {}): void {
    this.last().opens(SESSION_SUBPROTOCOL)
    this.last().receives(welcomeFrame(fields))
  }

  /** Drops the connection, and lets the next one be dialled. */
  async drop(code?: number): Promise<void> {
    this.last().breaks(code)
    await this.pass(0)
  }

  /** Drops the connection, and resumes the session on the next one. */
  resume(received: number): Promise<void> {
    return this.resumeAs(token, received)
  }

  async resumeAs(name: string, received: number): Promise<void> {
    await this.drop()
    this.welcome({ token: name, resumed: true, received })
  }

  /** One frame from the server. */
  says(frame: object | string): void {
    this.last().receives(typeof frame === 'string' ? frame : JSON.stringify(frame))
  }

  /** The name that asks to resume, in the last dial's offer. */
  get offered(): string | undefined {
    return this.last().protocols.find((name) => name.startsWith('protoo-resume.'))
  }

  /** How many messages the last dial said it has received. */
  get received(): number {
    return Number(this.offered?.split('.')[2])
  }

  /** What was sent on the last connection and is counted. */
  messages(): ReturnType<PeerHarness['sent']> {
    return this.sent().filter((frame) => !('ack' in frame))
  }

  methods(): unknown[] {
    return this.messages().map(({ method }) => method)
  }

  /** What was sent on the last connection and is not counted. */
  acks(): ReturnType<PeerHarness['sent']> {
    return this.sent().filter((frame) => 'ack' in frame)
  }
}
