import { CloseCode, createSession, type Resume } from '@protoo-kit/protocol'
import type { Arrival } from './arrival.js'
import type { MemberSession, Missed } from './backplane.js'
import type { CloseInfo } from './close.js'
import { ClusterPeer } from './cluster-peer.js'
import type { Connection } from './connection.js'
import type { Departure } from './departure.js'
import { HeldFrames } from './held-frames.js'
import { type Parcel, restoreSession, saveSession } from './parcel.js'
import type { SessionHost } from './session-host.js'
import { SessionTransport } from './session-transport.js'
import { SharedText } from './shared-text.js'
import type { TransportReceiver } from './transport-receiver.js'

/** What a session that may come from elsewhere needs of its server. */
export interface PortableHost extends SessionHost {
  /** It does not come any more. */
  forget(key: string, transport: PortableSession): void
  /** It goes on here. */
  arrived(key: string, transport: PortableSession): void
  /** A session that is none yet. */
  create(transport: PortableSession): { readonly token: string; readonly key: string }
}

/** Where it comes from, and what its client says. */
export interface Coming {
  readonly arrival: Arrival
  readonly resume: Resume
}

/** A session that can go on at another server, or has come from one. */
export class PortableSession extends SessionTransport {
  /** Until its peer is admitted. */
  private coming: Coming | undefined
  private departure: Departure | undefined
  private gone: (() => void) | undefined

  constructor(
    connection: Connection,
    token: string,
    key: string,
    protected override readonly host: PortableHost,
    coming?: Coming,
    /** What its client had before, and lost. */
    private readonly before?: MemberSession['before'],
  ) {
    super(connection, token, key, host, coming && restoreSession(coming.arrival.parcel.session))
    this.coming = coming
    if (!coming) return
    this.confirmed = true
    this.attempt = coming.resume.attempt
    this.held = new HeldFrames([...coming.arrival.parcel.session.held])
  }

  override get arrival(): Arrival | undefined {
    return this.coming?.arrival
  }

  override get memberSession(): MemberSession | undefined {
    return { key: this.key, before: this.before }
  }

  /** The peer with which it may leave now. */
  get traveller(): ClusterPeer | undefined {
    const { receiver } = this
    return receiver instanceof ClusterPeer && receiver.portable ? receiver : undefined
  }

  /** Whether it will have one soon. */
  get awaiting(): boolean {
    return this.receiver instanceof ClusterPeer && this.receiver.awaiting
  }

  /**
   * Lets go of it, in one step: from now on nothing is counted, handed over or kept here. What is needed to go on elsewhere is returned.
   * @throws Error without a {@link traveller}
   */
  depart(departure: Departure, from: string): Parcel {
    const { traveller, connection, session, held } = this
    if (!traveller) throw new Error('the session has no peer that could leave')
    this.departure = departure
    connection?.detach()
    const parcel = { hop: departure.hop, from, session: saveSession(session, held?.all ?? []) }
    const luggage = traveller.depart(departure)
    // Its peer is closed already.
    this.finish({ cause: 'local', code: 1012, reason: 'the session goes on at another server' })
    if (connection?.draining) connection.terminate()
    else connection?.close(CloseCode.Replaced, 'replaced by a newer connection')
    return { ...parcel, ...luggage }
  }

  /** Its client is to go to another server, and the session after it. */
  override async end(code: number, reason: string): Promise<void> {
    if (!this.traveller) return await super.end(code, reason)
    this.connection?.close(code, reason)
    await new Promise<void>((resolve) => {
      this.gone = resolve
    })
    await this.departure?.over
  }

  override terminate(): void {
    super.terminate()
    if (this.gone) this.close(1012, 'the server restarts')
    this.departure?.end()
  }

  protected override finish(info: CloseInfo): void {
    super.finish(info)
    this.gone?.()
  }

  /** Those who are not of a room that can go on with it begin anew. */
  override attach(receiver: TransportReceiver, held?: boolean): void {
    if (!held) this.renounce()
    super.attach(receiver, held)
  }

  override renounce(): void {
    if (!this.coming) return
    this.coming.arrival.over()
    this.begin()
  }

  override admit(missed?: readonly Missed[]): void {
    const { coming } = this
    if (coming && missed) this.arrive(coming, missed)
    else if (coming) this.begin()
    else for (const { text, place } of missed ?? []) this.sendShared(new SharedText(text, place))
    super.admit()
  }

  override sendShared(shared: SharedText): void {
    super.sendShared(shared.placed)
  }

  /** Not as long as nobody has taken it: nobody would ever let go of it. */
  protected override get lasting(): boolean {
    return this.taken || !this.coming
  }

  /** It goes on here. */
  private arrive({ resume }: Coming, missed: readonly Missed[]): void {
    this.coming = undefined
    this.host.arrived(this.key, this)
    this.allowReplay()
    for (const { text, place } of missed) this.sendShared(new SharedText(text, place))
    if (this.connection) this.carry(this.connection, resume, true)
  }

  /** It does not, and another one begins on the connection. */
  private begin(): void {
    this.coming = undefined
    this.host.forget(this.key, this)
    this.held = undefined
    this.session = createSession()
    this.confirmed = false
    const { token, key } = this.host.create(this)
    this.key = key
    if (this.connection) this.carry(this.connection, { token, received: 0 }, false)
    else this.expire()
  }
}
