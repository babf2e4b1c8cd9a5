/** A raw client of sessions: it speaks frames, and does of the protocol only what a test wants. */
import { once } from 'node:events'
import { type Data, encodeResume, type Welcome } from '@protoo-kit/protocol'
import { onTestFinished } from 'vitest'
import { type ClientOptions, WebSocket } from 'ws'
import type { Peer, ServerOptions } from '../src/index.js'
import { type Closed, lite, serveRoom } from './support.js'

/** What a client with sessions offers. */
export const NAMES = ['protoo-session.v1', 'protoo']

export interface Ack {
  ack: number
  echo?: boolean
}

/** Things in the order they came, for whoever asks. */
export class Queue<T> {
  private readonly items: T[] = []
  private readonly waiting: ((item: T) => void)[] = []

  push(item: T): void {
    const take = this.waiting.shift()
    if (take) take(item)
    else this.items.push(item)
  }

  async next(): Promise<T> {
    return this.items.shift() ?? (await new Promise<T>((resolve) => this.waiting.push(resolve)))
  }

  /** All that nobody has asked for yet. */
  rest(): T[] {
    return this.items.splice(0)
  }
}

export interface Dialling {
  path?: string | undefined
  /** A name to offer besides {@link NAMES}: `protoo-resume.…`. */
  resume?: string | undefined
  /** Others. */
  names?: string[] | undefined
  /** How many messages it has had before, in this session. */
  received?: number | undefined
  attempt?: number | undefined
  /** Whether it answers echo-acks. Default `true`. */
  answers?: boolean | undefined
  options?: ClientOptions | undefined
}

export class SessionClient {
  readonly ws: WebSocket
  /** The first frame. */
  readonly welcomed: Promise<Welcome>
  readonly closed: Promise<Closed>
  /** The HTTP status, if it is none of 101. */
  readonly refused: Promise<number>
  /** Everything that came, as text. */
  readonly frames: string[] = []
  readonly messages = new Queue<Data>()
  readonly acks = new Queue<Ack>()
  welcome: Welcome | undefined
  /** The last that it has seen. */
  seq = ''
  received: number
  readonly attempt: number
  answers: boolean

  constructor(port: number, { path = '/', resume, names = [], ...rest }: Dialling = {}) {
    this.received = rest.received ?? 0
    this.attempt = rest.attempt ?? 0
    this.answers = rest.answers ?? true
    const offered = [...NAMES, ...(resume ? [resume] : []), ...names]
    const ws = new WebSocket(`ws://127.0.0.1:${port}${path}`, offered, rest.options ?? {})
    this.ws = ws
    this.welcomed = new Promise((resolve) => {
      ws.on('message', (data) => {
        const first = this.arrived(data.toString())
        if (first) resolve(first)
      })
    })
    this.closed = new Promise((resolve) => {
      ws.on('close', (code, reason) => resolve({ code, reason: reason.toString() }))
    })
    this.refused = new Promise((resolve) => {
      ws.on('unexpected-response', (request, { statusCode }) => {
        request.destroy()
        resolve(statusCode ?? 0)
      })
    })
    // What becomes of it is seen in `closed` and `refused`.
    ws.on('error', () => {})
    onTestFinished(() => ws.terminate())
  }

  get token(): string {
    return this.welcome?.token ?? ''
  }

  send(frame: unknown): void {
    this.ws.send(typeof frame === 'string' || frame instanceof Uint8Array ? frame : JSON.stringify(frame))
  }

  notify(method: string, data: unknown = {}): void {
    this.send({ notification: true, method, data })
  }

  /** The next message, parsed. */
  next(): Promise<Data> {
    return this.messages.next()
  }

  /** The methods of the next so many messages. */
  async methods(count: number): Promise<string[]> {
    const methods: string[] = []
    while (methods.length < count) methods.push((await this.next()).method)
    return methods
  }

  /** Acks all it has, and resolves when the server has read everything that was sent so far. */
  async sync(): Promise<Ack> {
    this.acks.rest()
    this.send({ ack: this.received, echo: true })
    return this.acks.next()
  }

  private arrived(text: string): Welcome | undefined {
    this.frames.push(text)
    const frame = JSON.parse(text)
    if (frame.session) {
      this.welcome = frame.session
      if (!frame.session.resumed) this.received = 0
      return frame.session
    }
    if ('ack' in frame) {
      this.acks.push(frame)
      if (frame.echo && this.answers) this.send({ ack: this.received })
    } else {
      this.received++
      if (frame.seq) this.seq = frame.seq
      this.messages.push(frame)
    }
    return
  }
}

/** Dials, and resolves with the first frame there. */
export async function dial(port: number, dialling: Dialling = {}): Promise<SessionClient> {
  const client = new SessionClient(port, dialling)
  const fail = (what: unknown) => {
    throw new Error(`not connected: ${JSON.stringify(what)}`)
  }
  await Promise.race([client.welcomed, client.closed.then(fail), client.refused.then(fail)])
  return client
}

/** How `client` asks for its session: `received` and `attempt` as they ought to be, or otherwise. */
export function resumption(client: SessionClient, changed: Partial<Dialling> = {}): Dialling {
  const { received = client.received, attempt = client.attempt + 1 } = changed
  const seq = client.seq && `.${client.seq}`
  return { ...changed, received, attempt, resume: encodeResume(client.token, received, attempt) + seq }
}

/** Dials for the session of `client`. */
export function resume(
  port: number,
  client: SessionClient,
  changed: Partial<Dialling> = {},
): Promise<SessionClient> {
  return dial(port, resumption(client, changed))
}

export type SessionBed = Awaited<ReturnType<typeof serveRoom>>

/** A server with sessions, accepting everybody into the room under the `peerId` of the URL, or as `ann`. */
export function serveSessions(
  session: ServerOptions['session'] = true,
  options: ServerOptions = {},
): Promise<SessionBed> {
  return serveRoom(lite, { ...options, session })
}

/** A client with a confirmed session, and its peer. */
export async function enter(bed: SessionBed, peerId = 'ann', dialling: Dialling = {}) {
  const client = await dial(bed.port, { path: `/?peerId=${peerId}`, ...dialling })
  await client.sync()
  return { client, peer: await bed.joined(peerId) }
}

/** Cuts the connection of `client`; its peer knows. */
export async function drop(client: SessionClient, peer: Peer): Promise<void> {
  const disconnected = once(peer, 'disconnected')
  client.ws.terminate()
  await disconnected
}

/** Each event of `peer` from now on. */
export function record(peer: Peer): string[] {
  const events: string[] = []
  peer.on('disconnected', () => events.push('disconnected'))
  peer.on('resumed', () => events.push('resumed'))
  peer.on('notification', ({ method }) => events.push(method))
  peer.on('close', ({ cause, code }) => events.push(`close ${cause} ${code}`))
  return events
}

/** What its next `close` says. */
export async function closing(peer: Peer) {
  const [info] = await once(peer, 'close')
  return info
}
