import {
  attachSocket,
  BufferFullError,
  CloseCode,
  createSession,
  endsSession,
  flushMessages,
  forgetMessage,
  keepMessage,
  PeerClosedError,
  type Resume,
  receiveFrame,
  type Session,
  sendAck,
} from '@protoo-kit/protocol'
import { assertCloseArguments, type CloseInfo, DEFAULT_CLOSE_CODE, DEFAULT_CLOSE_REASON } from './close.js'
import type { Connection, SendCallback } from './connection.js'
import { createLogger } from './logger.js'
import type { SessionHost } from './session-host.js'
import type { SharedText } from './shared-text.js'
import { WebSocketTransport } from './websocket-transport.js'

const logger = createLogger('SessionTransport')

/** Most bytes of a frame that is about the session: no limit on messages holds for these, and each is parsed. */
const MAX_CONTROL = 1024

/**
 * A session with a client, over one connection after the other (PROTOCOL.md §7). Between
 * two of them it keeps what is sent, for as long as the window.
 */
export class SessionTransport extends WebSocketTransport {
  /** The highest number of an attempt that has been attached: a delayed one must not replace it. */
  protected attempt = 0
  /** Whether the client has shown that it has the token: otherwise it could not come back. */
  protected confirmed = false
  protected session: Session
  /** What of `session.bytes` the host knows. */
  accounted = 0
  /** How the last connection ended, and when, in ms. */
  protected drop: { code: number; reason: string; at: number } | undefined
  /** When bytes arrived and were sent, to the precision of {@link tick}. */
  private heardAt: number
  private spokeAt: number
  private closedWith: number | undefined
  /** Whether the client was asked for a sign of life since. */
  private asked = false

  constructor(
    connection: Connection,
    token: string,
    /** By which the host knows it. The token itself is not kept. */
    protected key: string,
    protected readonly host: SessionHost,
    /** One that has been elsewhere, and is not begun but goes on some time. */
    restored?: Session,
  ) {
    super(connection)
    this.session = restored ?? createSession()
    this.heardAt = this.spokeAt = host.now()
    if (!restored) this.carry(connection, { token, received: 0 }, false)
  }

  override get connected(): boolean {
    return !this.closed && this.drop === undefined
  }

  override get established(): boolean {
    return this.connected && this.confirmed
  }

  /** The Peer that has taken it. */
  get peer(): unknown {
    return this.receiver
  }

  /** Whether an attempt to resume comes too late: a newer one was there before. */
  outdated({ attempt }: Resume): boolean {
    return attempt <= this.attempt
  }

  /** Whether the client's count can be gone on from. */
  resumable({ received }: Resume): boolean {
    const { session } = this
    return this.taken && received >= session.acked && received <= session.sent
  }

  /** The client is back, on another connection. */
  resume(connection: Connection, resume: Resume): void {
    const old = this.connection
    // First of all: what arrives on it from now on is not counted, and so will be sent again.
    old?.detach()
    if (this.drop) this.host.back()
    // What it has not read is sent again, and need not be kept for it.
    else if (old?.draining) old.terminate()
    else old?.close(CloseCode.Replaced, 'replaced by a newer connection')
    this.drop = undefined
    this.confirmed = true
    this.allowReplay()
    this.attempt = resume.attempt
    this.heardAt = this.spokeAt = this.host.now()
    this.connection = connection
    connection.attach(this)
    this.carry(connection, resume, true)
    logger.debug('resumed [%s, attempt:%d]', this.name, resume.attempt)
    this.receiver?.back()
    this.deliver()
  }

  /** The window has passed, or its client cannot go on with it. */
  expire(): void {
    const { code = 1006, reason = '' } = this.drop ?? {}
    const { connection } = this
    connection?.detach()
    connection?.terminate()
    this.finish({ cause: 'remote', code, reason })
  }

  /** Looks after the connection, or the end of the window; called often. */
  tick(now: number): void {
    const { heartbeat, window } = this.host.settings
    const { connection, session, drop } = this
    if (drop) {
      if (now - drop.at >= window) this.expire()
      return
    }
    if (!connection) return
    if (connection.signOfLife()) {
      this.heardAt = now
      this.asked = false
    }
    if (connection.spoke) this.spokeAt = now
    connection.spoke = false
    // Asked first, for it may be the server that stood still, with what the client has sent yet to be read.
    if (this.asked && now - this.heardAt >= 2 * heartbeat) {
      connection.detach()
      connection.terminate()
      this.lost(1006, 'no sign of life')
    } else if (now - this.spokeAt >= heartbeat || (!this.asked && now - this.heardAt >= heartbeat)) {
      this.asked = true
      sendAck(session, true)
    } else if (session.owed) sendAck(session)
  }

  override close(code: number = DEFAULT_CLOSE_CODE, reason: string = DEFAULT_CLOSE_REASON): void {
    assertCloseArguments(code, reason)
    // After any other code it may come back, and need not wait for that.
    if (!this.closed && endsSession(code)) this.host.bury(this.key, { code, reason })
    this.closedWith = code
    super.close(code, reason)
  }

  override sendText(text: string, done?: SendCallback): number {
    if (this.closed) throw new PeerClosedError('transport closed')
    const number = this.keep(text)
    flushMessages(this.session)
    done?.()
    return number
  }

  override sendShared(shared: SharedText): void {
    if (this.closed) return
    try {
      this.keep(shared.text)
    } catch {
      // The session has ended, and its Peer knows.
      return
    }
    const { connection } = this
    if (!connection) return
    connection.shared = shared
    flushMessages(this.session)
    connection.shared = undefined
  }

  override forget(number: number): void {
    // Ended, it is not accounted for any more.
    if (this.closed) return
    forgetMessage(this.session, number)
    this.account()
  }

  override arrived(frame: unknown, length: number): void {
    if (this.closed) return
    const isMessage = receiveFrame(this.session, frame)
    this.confirmed = true
    if (isMessage) super.arrived(frame, length)
    else if (isMessage === false || length > MAX_CONTROL) this.fail(1002, 'invalid ack')
    else this.account()
  }

  override drained(): void {
    flushMessages(this.session)
    super.drained()
  }

  override lost(code: number, reason: string): void {
    if (this.closed) {
      // Answered with another code, or not at all, the client may not have heard of it.
      if (code === this.closedWith) this.host.unbury(this.key)
      return
    }
    if (!this.lasting || endsSession(code) || !this.host.away()) {
      super.lost(code, reason)
      return
    }
    logger.debug('disconnected [%s, code:%d, reason:%o]', this.name, code, reason)
    this.session.socket = undefined
    this.lastName = this.name
    this.connection = undefined
    this.drop = { code, reason, at: this.host.now() }
    this.receiver?.away()
    this.deliver()
  }

  /** Its acks are signs of life, and make room. Its messages are held meanwhile. */
  protected override get attentive(): boolean {
    return true
  }

  /** All codes mean what they say to a client with sessions. */
  protected override wireCode(code: number): number {
    return code
  }

  protected override finish(info: CloseInfo): void {
    this.session.socket = undefined
    this.host.account(-this.accounted)
    this.accounted = 0
    if (this.drop) this.host.back()
    this.host.ended(this.key, this)
    super.finish(info)
  }

  /** Whether it outlives its connection. */
  protected get lasting(): boolean {
    return true
  }

  /** What the client sends again comes at once, and above the rate that it may have. */
  protected allowReplay(): void {
    const { maxBufferMessages, window } = this.host.settings
    this.limits?.replay(maxBufferMessages, window)
  }

  /** Goes on over a connection, of which nothing is attached to the session yet. */
  protected carry(connection: Connection, client: Omit<Resume, 'attempt'>, resumed: boolean): void {
    const { session } = this
    const { token, received } = client
    connection.paced = true
    attachSocket(session, connection, received)
    this.account()
    connection.send(this.host.welcome(token, resumed, session.received))
    flushMessages(session)
  }

  /** @throws BufferFullError when the session has ended because of it */
  protected keep(text: string): number {
    const { maxBufferMessages, maxBufferBytes } = this.host.settings
    try {
      const number = keepMessage(this.session, text, false, maxBufferMessages, maxBufferBytes)
      if (!this.account()) this.host.relieve()
      if (!this.closed) return number
    } catch {
      this.overflow()
    }
    throw new BufferFullError()
  }

  /** Ends it, since it keeps too much. */
  overflow(): void {
    this.meter?.limited('maxBufferBytes')
    this.fail(CloseCode.Overloaded, 'too much waits for the client')
  }

  /** Ends it, by no decision of the application: the client may begin another one. */
  private fail(code: number, reason: string): void {
    this.finish({ cause: 'local', code, reason })
    this.connection?.close(code, reason)
  }

  protected account(): boolean {
    const change = this.session.bytes - this.accounted
    this.accounted = this.session.bytes
    return this.host.account(change)
  }
}
