import { endsSession, OVERLOADED, REPLACED } from '../src/codes.js'
import { BufferFullError, NotConnectedError, PeerClosedError, SessionLostError } from '../src/errors.js'
import {
  attachSocket,
  createSession,
  flushMessages,
  forgetMessage,
  keepMessage,
  readWelcome,
  receiveFrame,
  type Session,
} from '../src/session.js'
import { decodeResume, encodeResume, type Resume } from '../src/subprotocol.js'
import type { FakeClock } from '../src/testing.js'
import { createEnd, type End } from './ends.js'
import { type Item, Ledger, Link } from './session-network.js'

/** ms for which the server keeps the session of a client that is away. */
export const WINDOW = 400

/** What a test may break. */
export interface Rules {
  /** What an end does with a frame first of all. */
  receive: typeof receiveFrame
  /** Whether a dial may have the session, given the highest number of those that had it. */
  admits(attempt: number, highest: number): boolean
  /**
   * The step in which a session goes over to a new connection.
   * @returns how many of the client's messages the server has; undefined when the session cannot go on
   */
  resume(session: Session, link: Link, received: number): number | undefined
}

export const rules: Rules = {
  receive: receiveFrame,
  admits: (attempt, highest) => attempt > highest,
  resume: (session, link, received) =>
    attachSocket(session, link.socket('server'), received) ? session.received : undefined,
}

/** What both ends are given by the test. */
export interface Surroundings {
  clock: FakeClock
  rules: Rules
  maxMessages: number
  maxBytes: number
  /** What each end of a session should have received, by its token. */
  ledgers: Map<string, Record<'client' | 'server', Ledger>>
  /** Takes note of what must not happen. */
  problem(text: string | undefined): void
  /** A message was not sent, since too much waits. */
  refused(text: string): void
}

/** One end of one session. */
export class Half {
  readonly session: Session

  constructor(
    private readonly around: Surroundings,
    /** What this end sends. */
    readonly out: Ledger,
    private readonly incoming: Ledger,
  ) {
    this.session = createSession()
  }

  send(text: string, exempt?: boolean): number {
    const { session, around } = this
    const number = keepMessage(session, text, exempt, around.maxMessages, around.maxBytes)
    around.problem(this.out.add(text, number))
    const kept = session.sent - session.acked
    if (!exempt && (kept > around.maxMessages || session.bytes > around.maxBytes))
      around.problem(`keeps ${kept} messages, ${session.bytes} bytes`)
    flushMessages(session)
    return number
  }

  forget(number: number): void {
    forgetMessage(this.session, number)
    this.out.forget(number)
  }

  /** One frame on the session's connection. */
  receive(frame: string, end: End): void {
    const { session, around } = this
    const isMessage = around.rules.receive(session, frame)
    if (isMessage === false) around.problem(`took ${frame} for a violation`)
    if (isMessage || frame === '{}') around.problem(this.incoming.deliver(frame))
    flushMessages(session)
    if (isMessage) end.rpc.receive(frame)
  }
}

/** A client: what its transport has to do with sessions, and its engine. */
export class Client {
  readonly end: End
  link: Link | undefined
  half: Half | undefined
  /** Whether the first frame came on this connection. */
  open = false
  /** Sessions that it lost. */
  losses = 0
  private token = ''
  private attempts = 0

  constructor(private readonly around: Surroundings) {
    const send = (_owner: object, text: string, done?: () => void, answer?: boolean) => {
      const number = this.send(text, answer)
      done?.()
      return number
    }
    this.end = createEnd({ send, forget: (_owner, number) => this.half?.forget(number) }, around.clock)
  }

  send(text: string, answer?: boolean): number {
    if (!this.half) throw new NotConnectedError()
    try {
      return this.half.send(text, answer)
    } catch (error) {
      if (error instanceof BufferFullError) this.around.refused(text)
      throw error
    }
  }

  dial(): Link {
    this.drop()
    const { half, token } = this
    // Read once the old connection is gone: nothing is received between this and the next one.
    const names = half ? [encodeResume(token, half.session.received, ++this.attempts)] : []
    this.link = new Link(decodeResume(names))
    return this.link
  }

  /** Gives its connection up; the server learns it after the frames that are under way. */
  drop(): void {
    this.link?.put('server', { code: 1006 })
    this.link = undefined
    this.open = false
    if (this.half) this.half.session.socket = undefined
  }

  receive(link: Link, item: Item): void {
    // Nothing is heard of a connection that was given up.
    if (link !== this.link) return
    if (typeof item !== 'string') this.closed(item.code)
    else if (this.open) this.half?.receive(item, this.end)
    else this.welcome(link, item)
  }

  private welcome(link: Link, frame: string): void {
    const { around, end } = this
    const welcome = readWelcome(frame)
    if (!welcome) {
      around.problem(`the first frame was ${frame}`)
      return
    }
    const { token, resumed, received } = welcome
    const ledgers = around.ledgers.get(token)
    if (!resumed && ledgers) {
      this.endSession()
      this.half = new Half(around, ledgers.server, ledgers.client)
      this.token = token
    }
    const { half } = this
    if (!half || token !== this.token || !attachSocket(half.session, link.socket('client'), received)) {
      around.problem(`cannot go on with ${frame}`)
      return
    }
    this.open = true
    flushMessages(half.session)
    if (resumed) return
    end.rpc.disconnected(() => new SessionLostError())
    end.rpc.connected(() => {
      end.rpc.notify('joined').catch(() => {})
    })
  }

  private closed(code: number): void {
    if (code === REPLACED) this.around.problem('the only client was told that another one took over')
    this.drop()
    if (!endsSession(code)) return
    this.endSession()
    this.end.rpc.disconnected(() => new SessionLostError())
  }

  private endSession(): void {
    if (this.half) this.losses++
    if (this.half) this.half.session.socket = undefined
    this.half = undefined
  }
}

/** What the server has of one session, and its engine. */
export class ServerPeer {
  readonly half: Half
  readonly end: End
  link: Link | undefined
  ended = false
  highestAttempt = 0
  private timer: unknown

  constructor(
    private readonly around: Surroundings,
    readonly token: string,
  ) {
    const ledgers = { client: new Ledger(), server: new Ledger() }
    around.ledgers.set(token, ledgers)
    this.half = new Half(around, ledgers.client, ledgers.server)
    const send = (_owner: object, text: string, done?: () => void) => {
      const number = this.send(text)
      done?.()
      return number
    }
    this.end = createEnd({ send, forget: (_owner, number) => this.half.forget(number) }, around.clock)
  }

  send(text: string): number {
    try {
      return this.half.send(text)
    } catch (error) {
      // It is gone with its session.
      this.closeLink(OVERLOADED)
      this.finish()
      throw error
    }
  }

  /** Its first connection. */
  begin(link: Link): void {
    this.link = link
    attachSocket(this.half.session, link.socket('server'), 0)
    this.welcome(link, false, 0)
    this.end.rpc.connected(() => {})
  }

  /** The whole of a resume, once it is authorized. */
  resume(link: Link, { received, attempt }: Resume): void {
    const { around, half } = this
    if (!around.rules.admits(attempt, this.highestAttempt)) {
      link.put('client', { code: 1006 })
      return
    }
    this.highestAttempt = attempt
    const old = this.link
    const has = around.rules.resume(half.session, link, received)
    if (has === undefined) {
      around.problem(`the client has ${received}, which cannot be`)
      return
    }
    if (old) this.closeLink(REPLACED)
    around.clock.clearTimeout(this.timer)
    this.link = link
    this.welcome(link, true, has)
    flushMessages(half.session)
  }

  receive(link: Link, item: Item): void {
    // Of a connection that was replaced nothing counts.
    if (link !== this.link) return
    if (typeof item === 'string') this.half.receive(item, this.end)
    else this.dropped()
  }

  /** Its connection is gone. */
  dropped(): void {
    this.link = undefined
    this.half.session.socket = undefined
    this.timer = this.around.clock.setTimeout(() => this.finish(), WINDOW)
  }

  closeLink(code: number): void {
    this.link?.put('client', { code })
    this.link = undefined
  }

  private finish(): void {
    this.ended = true
    this.half.session.socket = undefined
    this.around.clock.clearTimeout(this.timer)
    this.end.rpc.disconnected(() => new PeerClosedError(), true)
  }

  private welcome(link: Link, resumed: boolean, received: number): void {
    const limits = { window: WINDOW, heartbeat: 1000, maxMessageBytes: 1000, maxRequests: 1000 }
    const session = { token: this.token, resumed, received, ...limits }
    link.socket('server').send(JSON.stringify({ session }))
  }
}
