import { readFileSync } from 'node:fs'
import { RequestError } from '../src/errors.js'
import type { RequestHandler } from '../src/index.js'

/** `vectors/session.json`, as PROTOCOL.md §7.10 describes it. */
export interface SessionVectors {
  protocol: string
  /** What `$rest` in a frame stands for. */
  rest: string
  exchanges: Exchange[]
}

export interface Exchange {
  name: string
  subject: 'client' | 'server'
  settings?: Settings
  steps: NumberedStep[]
}

export interface Settings {
  /** The client's, one for each dial. */
  credentials?: string[]
  /** The server's: whether it has sessions, and its options for those. */
  sessions?: boolean
  maxMessageBytes?: number
  maxBufferMessages?: number
  maxSessions?: number
  /** Whether its application is asked before a session is resumed. */
  authorize?: boolean
}

export type NumberedStep = { n: number } & Step

/** Which connection, counted from 1: the last one unless given. */
interface On {
  on?: number
}

/** Whose, at a server with several peers. */
interface Whose {
  peer?: string
}

export type Step =
  | { dial: string[] }
  | { accept: string }
  | { refuse: number }
  | { upgrade: string[] }
  | { status: number; protocol?: string }
  | ({ remote: string; times?: number } & On)
  | ({ binary: string } & On)
  | ({ subject: string } & On)
  | ({ connection: 'drop' } & On)
  | ({ connection: 'close'; code: number; reason?: string } & On)
  | ({ closes: number; reason?: string } & On)
  | { clock: number }
  | ApplicationStep
  | { result: string; resolves: unknown }
  | { result: string; rejects: { name: string; code: number | string } }
  | EventStep

export type ApplicationStep =
  | { application: 'request'; as: string; method: string; data?: unknown; retry?: boolean; timeout?: number }
  | { application: 'notify'; as?: string; method: string; data?: unknown }
  | { application: 'answer' }
  | { application: 'close'; code?: number; reason?: string }

export type EventStep =
  | ({ event: 'notification'; method: string; data: unknown; times?: number } & Whose)
  | ({ event: 'protocolerror'; code: string } & Whose)
  | { event: 'open'; resumed: boolean; lost: number }
  | { event: 'failed'; attempt: number }
  | ({ event: 'disconnected' } & Whose)
  | ({ event: 'resumed' } & Whose)
  | ({ event: 'close'; cause?: string; code?: number; reason?: string } & Whose)
  | ({ event: 'connectionrequest'; reject?: number } & Whose)
  | ({ event: 'authorize'; allow: boolean } & Whose)

export const session: SessionVectors = JSON.parse(
  readFileSync(new URL('../vectors/session.json', import.meta.url), 'utf8'),
)

export function exchangesOf(subject: Exchange['subject']): Exchange[] {
  return session.exchanges.filter((exchange) => exchange.subject === subject)
}

/** An end under test. */
export interface Subject {
  /** Does what the step says, or fails when it is not so. */
  take(step: NumberedStep): Promise<void>
  /** Fails when something happened that was in no step. */
  finish(): Promise<void>
}

/** Takes the subject through the exchange; a failure names its step. */
export async function play({ steps }: Exchange, subject: Subject): Promise<void> {
  for (const step of steps) {
    try {
      await subject.take(step)
    } catch (error) {
      if (error instanceof Error) error.message = `step ${step.n}: ${error.message}`
      throw error
    }
  }
  await subject.finish()
}

/** What the steps of an exchange leave open: the session frame's bounds, and tokens. */
export class Placeholders {
  private readonly tokens = new Map<string, string>()

  /** @param invent makes up the tokens that a frame of the subject's has not shown */
  constructor(private readonly invent?: (number: string) => string) {}

  /** The text with everything put in. */
  fill(text: string): string {
    return text
      .replace('$rest', session.rest)
      .replace(/\$(t|T|s)(\d+)/g, (_, form: string, number: string) => {
        const token = this.tokens.get(number) ?? this.invent?.(number)
        if (!token) throw new Error(`$t${number} was not in a frame yet`)
        if (form === 'T') return token.toUpperCase()
        return form === 's' ? token.slice(0, -1) : token
      })
  }

  /** The frame that is expected, with the token of the frame that came where it is a new one. */
  learn(expected: string, frame: string): string {
    const [, number = ''] = /"\$t(\d+)"/.exec(expected) ?? []
    const [, token] = /"token":"([0-9a-f]{32})"/.exec(frame) ?? []
    if (token && !this.invent && !this.tokens.has(number)) {
      if ([...this.tokens.values()].includes(token)) throw new Error(`$t${number} is no new one`)
      this.tokens.set(number, token)
    }
    return this.fill(expected)
  }
}

/** What both kinds of Peer have. */
export interface PeerLike {
  request(method: string, data: unknown, options: { timeout?: number; retry?: boolean }): Promise<unknown>
  notify(method: string, data: unknown): Promise<unknown>
  handle(method: string, handler: RequestHandler): () => void
  close(code?: number, reason?: string): void
}

/** The application that the exchanges suppose: PROTOCOL.md §6.7 has its methods. */
export class Application {
  private readonly results = new Map<string, Promise<unknown>>()
  private readonly held: (() => void)[] = []

  handle(peer: PeerLike): void {
    peer.handle('echo', (data) => data)
    peer.handle('refuse', () => {
      throw new RequestError(409, 'name taken', { name: 'Ann' })
    })
    peer.handle('fail', () => {
      throw new Error('BOOM')
    })
    peer.handle('later', (data) => new Promise((resolve) => this.held.push(() => resolve(data))))
  }

  act(peer: PeerLike, step: ApplicationStep): void {
    if (step.application === 'answer') {
      const answer = this.held.shift()
      if (!answer) throw new Error('no request to answer')
      answer()
    } else if (step.application === 'close') peer.close(step.code, step.reason)
    else if (step.application === 'notify') this.keep(step.as, peer.notify(step.method, step.data))
    else {
      const { as, method, data, retry = false, timeout } = step
      const options = timeout === undefined ? { retry } : { retry, timeout }
      this.keep(as, peer.request(method, data, options))
    }
  }

  /** What has become of a request, or of a notification. */
  async result(as: string): Promise<{ resolves: unknown } | { rejects: unknown }> {
    const result = this.results.get(as)
    if (!result) throw new Error(`nothing is known as ${as}`)
    this.results.delete(as)
    return result.then(
      (value) => ({ resolves: value ?? null }),
      (error) => ({ rejects: { name: error.name, code: error.code } }),
    )
  }

  /** What should have settled, and nobody has asked for. */
  get open(): string[] {
    return [...this.results.keys()]
  }

  private keep(as: string | undefined, result: Promise<unknown>): void {
    // It may be read later, or never.
    result.catch(() => {})
    if (as !== undefined) this.results.set(as, result)
  }
}
