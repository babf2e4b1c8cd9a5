import { hash, randomFillSync } from 'node:crypto'
import { type Clock, createWelcome, type Resume } from '@protoo-kit/protocol'
import { backgroundClock } from './background-clock.js'
import type { Connection } from './connection.js'
import { type Coming, type PortableHost, PortableSession } from './portable-session.js'
import type { Closing, SessionSettings } from './session-host.js'
import { SessionTransport } from './session-transport.js'

export interface SessionsSettings extends SessionSettings {
  readonly maxTotalBufferBytes: number
  readonly maxSessions: number
}

interface Tombstone extends Closing {
  readonly until: number
}

const TOKEN_BYTES = 16

/** Random bytes, taken from the system many at a time. */
const pool = Buffer.allocUnsafeSlow(256 * TOKEN_BYTES)
let used = pool.length

/** The longest ms from one look at all sessions to the next: acks, heartbeats and windows are late by so much. */
const MAX_SPACING = 500

/**
 * The sessions of one server. They are known by the hash of their token, so that looking one up
 * takes no longer for a good guess. One timer serves all of them, and without sessions there is none.
 */
export class Sessions implements PortableHost {
  private readonly live = new Map<string, SessionTransport>()
  /** From other servers, and not known to be here yet. */
  private readonly coming = new Map<string, PortableSession>()
  /** Oldest first: all stay for one window. */
  private readonly tombstones = new Map<string, Tombstone>()
  readonly welcome: PortableHost['welcome']
  private readonly spacing: number
  private bytes = 0
  private waiting = 0
  private timer: unknown

  constructor(
    readonly settings: SessionsSettings,
    private readonly clock: Clock = backgroundClock,
    /** Whether they may go to other servers. */
    private readonly portable = false,
  ) {
    this.welcome = createWelcome(settings)
    this.spacing = Math.min(MAX_SPACING, settings.heartbeat / 8, settings.window / 8)
  }

  /** A new session, whose first frame has been sent. @param resume what its client had before */
  begin(connection: Connection, resume?: Resume): SessionTransport {
    const token = newToken()
    const key = keyOf(token)
    const before = resume?.seq ? { key: keyOf(resume.token), place: resume.seq } : undefined
    const transport = this.portable
      ? new PortableSession(connection, token, key, this, undefined, before)
      : new SessionTransport(connection, token, key, this)
    this.add(key, transport)
    return transport
  }

  /** One from another server, which goes on here once its peer may. */
  receive(connection: Connection, coming: Coming): SessionTransport {
    const { token } = coming.resume
    const key = keyOf(token)
    const transport = new PortableSession(connection, token, key, this, coming)
    this.coming.set(key, transport)
    return transport
  }

  /** Whether it has been received, and may be here soon. */
  isComing(key: string): boolean {
    return this.coming.has(key)
  }

  arrived(key: string, transport: PortableSession): void {
    this.forget(key, transport)
    this.add(key, transport)
  }

  create(transport: PortableSession): { token: string; key: string } {
    const token = newToken()
    const key = keyOf(token)
    this.add(key, transport)
    return { token, key }
  }

  forget(key: string, transport: object): void {
    if (this.coming.get(key) === transport) this.coming.delete(key)
  }

  private add(key: string, transport: SessionTransport): void {
    this.live.set(key, transport)
    this.schedule()
  }

  /** By what others may ask for. */
  at(key: string): SessionTransport | undefined {
    return this.live.get(key)
  }

  /** All that there are, or are about to be. */
  get transports(): SessionTransport[] {
    return [...this.live.values(), ...this.coming.values()]
  }

  /** How many there are, and how many of them wait for their clients. */
  get counts(): { sessions: number; away: number } {
    return { sessions: this.live.size, away: this.waiting }
  }

  find({ token }: Resume): SessionTransport | undefined {
    return this.live.get(keyOf(token))
  }

  /** How the application closed a session whose client does not know yet. */
  closing({ token }: Resume): Closing | undefined {
    const tombstone = this.tombstones.get(keyOf(token))
    return tombstone && tombstone.until > this.now() ? tombstone : undefined
  }

  /** Whole ms, which take no room of their own where they are kept. */
  now(): number {
    return Math.ceil(this.clock.monotonic())
  }

  account(change: number): boolean {
    this.bytes += change
    return this.bytes <= this.settings.maxTotalBufferBytes
  }

  relieve(): void {
    while (this.bytes > this.settings.maxTotalBufferBytes) {
      let most: SessionTransport | undefined
      for (const transport of this.live.values())
        if (transport.accounted > (most?.accounted ?? 0)) most = transport
      if (!most) return
      most.overflow()
    }
  }

  away(): boolean {
    if (this.waiting >= this.settings.maxSessions) return false
    this.waiting++
    return true
  }

  back(): void {
    this.waiting--
  }

  ended(key: string, transport: object): void {
    if (this.live.get(key) === transport) this.live.delete(key)
    this.forget(key, transport)
  }

  bury(key: string, closing: Closing): void {
    // As many as there may be sessions that wait: the oldest gives way, whose client may begin another session then.
    for (const [oldest] of this.tombstones) {
      if (this.tombstones.size < this.settings.maxSessions) break
      this.tombstones.delete(oldest)
    }
    this.tombstones.set(key, { ...closing, until: this.now() + this.settings.window })
    this.schedule()
  }

  unbury(key: string): void {
    this.tombstones.delete(key)
  }

  private readonly sweep = (): void => {
    this.timer = undefined
    const now = this.now()
    for (const transport of this.live.values()) transport.tick(now)
    for (const [key, { until }] of this.tombstones) {
      if (until > now) break
      this.tombstones.delete(key)
    }
    this.schedule()
  }

  private schedule(): void {
    if (this.live.size + this.tombstones.size === 0) return
    this.timer ??= this.clock.setTimeout(this.sweep, this.spacing)
  }
}

/** 128 bits that nobody can foresee, as 32 lower-case hexadecimal digits. Each byte of the pool is used once. */
function newToken(): string {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  used += TOKEN_BYTES
  return pool.toString('hex', used - TOKEN_BYTES, used)
}

/** What a session is known by: its token is nowhere. */
export function keyOf(token: string): string {
  return hash('sha256', token, 'base64')
}
