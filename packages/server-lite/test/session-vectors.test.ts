import { once } from 'node:events'
import type { Socket } from 'node:net'
import { systemClock } from '@protoo-kit/protocol'
import { FakeClock } from '@protoo-kit/protocol/testing'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { WebSocket } from 'ws'
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
import { backgroundClock } from '../src/background-clock.js'
import type { ServerOptions } from '../src/index.js'
import { type Bed, lite, serve } from './support.js'

/** ms that something which is sure to happen may take. */
const PATIENCE = 5000

/** Time stands still for the server, but for what the steps say. Sockets and their timers are real. */
let clock: FakeClock

beforeEach(() => {
  clock = new FakeClock(0)
  for (const real of [systemClock, backgroundClock]) {
    vi.spyOn(real, 'monotonic').mockImplementation(() => clock.monotonic())
    vi.spyOn(real, 'setTimeout').mockImplementation((callback, ms) => clock.setTimeout(callback, ms))
    vi.spyOn(real, 'clearTimeout').mockImplementation((timer) => clock.clearTimeout(timer))
  }
  return () => vi.restoreAllMocks()
})

/** What happens, to be read one after the other. */
class Queue<T> {
  private readonly items: T[] = []
  private readonly waiting: ((item: T) => void)[] = []

  push(item: T): void {
    const take = this.waiting.shift()
    if (take) take(item)
    else this.items.push(item)
  }

  async next(what: string): Promise<T> {
    const item = this.items.shift()
    if (item !== undefined) return item
    return within(what, new Promise((resolve) => this.waiting.push(resolve)))
  }

  get unread(): T[] {
    return [...this.items]
  }
}

async function within<T>(what: string, happens: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not come`)), PATIENCE)
  })
  return Promise.race([happens, late]).finally(() => clearTimeout(timer))
}

interface Happened {
  event: string
  peer?: string
  /** What the application does about it, where it is asked. */
  decide?: (step: EventStep) => void
}

/** A client's connection, with all that came of it. */
class Connection {
  readonly frames = new Queue<string>()
  readonly answered: Promise<{ status: number; protocol?: string }>
  readonly closed: Promise<{ code: number; reason: string }>
  /** Whether its end was in a step. */
  ended = false
  private readonly ws: WebSocket

  constructor(
    port: number,
    names: string[],
    /** When the server has seen its end. */
    private readonly left: Promise<unknown>,
  ) {
    const ws = new WebSocket(`ws://127.0.0.1:${port}/`, names)
    this.ws = ws
    ws.on('message', (data) => this.frames.push(data.toString()))
    ws.on('error', () => {})
    this.closed = new Promise((resolve) => {
      ws.on('close', (code, reason) => resolve({ code, reason: reason.toString() }))
    })
    this.answered = new Promise((resolve) => {
      ws.on('open', () => resolve({ status: 101, protocol: ws.protocol }))
      ws.on('unexpected-response', (_, { statusCode = 0 }) => {
        this.ended = true
        resolve({ status: statusCode })
        ws.terminate()
      })
    })
    onTestFinished(() => ws.terminate())
  }

  get open(): boolean {
    return this.ws.readyState === WebSocket.OPEN
  }

  async send(frame: string | Buffer): Promise<void> {
    this.ws.send(frame)
    await this.seen()
  }

  /** When the server has read all that was sent, and what it sent because of that is here. */
  async seen(): Promise<void> {
    if (!this.open) return
    const pong = once(this.ws, 'pong')
    this.ws.ping()
    await within('a pong', Promise.race([pong, this.closed]))
  }

  async end(code?: number, reason?: string): Promise<void> {
    this.ended = true
    if (code === undefined) this.ws.terminate()
    else this.ws.close(code, reason)
    await within('the end', this.left)
  }

  async closes(): Promise<{ code: number; reason: string }> {
    this.ended = true
    const closed = await within('the close', this.closed)
    await within('the end', this.left)
    return closed
  }
}

/** A server, its application, and the clients that the steps move. */
class Server implements Subject {
  private readonly placeholders = new Placeholders()
  private readonly application = new Application()
  private readonly connections: Connection[] = []
  private readonly events = new Queue<Happened>()

  private constructor(private readonly bed: Bed) {}

  static async start({ settings = {} }: Exchange): Promise<Server> {
    const { sessions = true, authorize, maxMessageBytes, ...bounds } = settings
    const options: ServerOptions = { maxReceivedMessageSize: maxMessageBytes }
    let server: Server | undefined
    if (sessions) {
      options.session = bounds
      if (authorize) options.session.authorize = (_, { id }) => server?.authorizes(id) ?? false
    }
    server = new Server(await serve(lite, options))
    server.listen()
    return server
  }

  async take(step: NumberedStep): Promise<void> {
    if ('upgrade' in step) await this.upgraded(step.upgrade)
    else if ('clock' in step) clock.advance(step.clock)
    else if ('application' in step) {
      const peer = this.bed.room.getPeer('ann')
      if (!peer) throw new Error('ann is not there')
      this.application.act(peer, step)
    } else if ('result' in step) {
      const { n: _, result, ...expected } = step
      expect(await within(`result ${result}`, this.application.result(result))).toEqual(expected)
    } else if ('event' in step) await this.happened(step)
    else await this.onConnection(step)
  }

  async finish(): Promise<void> {
    for (const connection of this.connections) {
      await connection.seen()
      expect(connection.frames.unread).toEqual([])
      if (!connection.ended) expect(connection.open).toBe(true)
    }
    expect(this.events.unread).toEqual([])
    expect(this.application.open).toEqual([])
  }

  private listen(): void {
    const { server, room } = this.bed
    server.on('connectionrequest', ({ request }, accept, reject) => {
      expect(JSON.stringify(request.rawHeaders)).not.toContain('protoo-resume.')
      const decide = (step: EventStep): void => {
        if (step.event !== 'connectionrequest') throw new Error('the application is asked')
        if (step.reject) reject(step.reject, 'no')
        else this.admit(room.createPeer(step.peer ?? '', accept()))
      }
      this.events.push({ event: 'connectionrequest', decide })
    })
  }

  private admit(peer: ReturnType<Bed['room']['createPeer']>): void {
    const tell = (event: string, details: object = {}) =>
      this.events.push({ event, peer: peer.id, ...details })
    this.application.handle(peer)
    peer
      .on('notification', ({ method, data }) => tell('notification', { method, data }))
      .on('protocolerror', ({ code }) => tell('protocolerror', { code }))
      .on('disconnected', () => tell('disconnected'))
      .on('resumed', () => tell('resumed'))
      .on('close', (info) => tell('close', info))
  }

  private authorizes(peer: string): Promise<boolean> {
    return new Promise((resolve) => {
      const decide = (step: EventStep) => resolve(step.event === 'authorize' && step.allow)
      this.events.push({ event: 'authorize', peer, decide })
    })
  }

  private async upgraded(names: string[]): Promise<void> {
    const { http, port } = this.bed
    const left = new Promise<unknown>((resolve) => {
      http.once('connection', (socket: Socket) => socket.once('close', resolve))
    })
    // After the server's own listener, and so when that has done what it does at once.
    const seen = once(http, 'upgrade')
    const offered = names.map((name) => this.placeholders.fill(name))
    this.connections.push(new Connection(port, offered, left))
    await within('the upgrade', seen)
  }

  private async happened({ times = 1, ...step }: { times?: number } & EventStep & { n?: number }) {
    delete step.n
    for (let time = 0; time < times; time++) {
      const { decide, ...happened } = await this.events.next(step.event)
      if (decide) {
        expect(happened.event).toBe(step.event)
        decide(step)
      } else expect(happened).toMatchObject(step)
    }
  }

  private async onConnection(
    step: Exclude<NumberedStep, { event: string } | { application: string }>,
  ): Promise<void> {
    const { connections, placeholders } = this
    const connection = connections.at('on' in step && step.on ? step.on - 1 : -1)
    if (!connection) throw new Error('no such connection')
    if ('status' in step) {
      const { n: _, ...expected } = step
      expect(await within('the answer', connection.answered)).toEqual(expected)
    } else if ('remote' in step)
      for (let time = 0; time < (step.times ?? 1); time++)
        await connection.send(placeholders.fill(step.remote))
    else if ('binary' in step) await connection.send(Buffer.from(step.binary, 'hex'))
    else if ('subject' in step) {
      const frame = await connection.frames.next('a frame')
      expect(frame).toBe(placeholders.learn(step.subject, frame))
    } else if ('connection' in step)
      await (step.connection === 'drop' ? connection.end() : connection.end(step.code, step.reason))
    else if ('closes' in step) {
      const { n: _, on: __, closes: code, ...reason } = step
      expect(await connection.closes()).toMatchObject({ code, ...reason })
    } else throw new Error('no step for a server')
  }
}

describe('exchanges of a server', () => {
  it.each(exchangesOf('server'))('$name', async (exchange) => play(exchange, await Server.start(exchange)))
})
