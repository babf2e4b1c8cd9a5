import type { Data } from '@protoo-kit/protocol'
import { CloseCode } from '@protoo-kit/protocol'
import type {
  Backplane,
  BackplaneLink,
  BackplaneRoom,
  Claim,
  Member,
  PeerCall,
  TakenClaim,
} from './backplane.js'
import { BackplaneUnavailableError, PeerNotFoundError } from './backplane-errors.js'
import { type ClusterPeer, LEASE_LOST, type PeerHome } from './cluster-peer.js'
import type { Departure } from './departure.js'
import { createLogger } from './logger.js'
import { Presence } from './presence.js'

const logger = createLogger('Room')

/** What other nodes may want of a peer here. */
export interface LocalPeer {
  readonly established: boolean
  close(code: number, reason: string): void
  perform(call: PeerCall): Promise<Data>
}

type EnteringPeer = Pick<ClusterPeer, 'id' | 'closed' | 'admit' | 'close' | 'arrival' | 'session'>

/** The room on this node. */
export interface LocalRoom {
  getPeer(peerId: string): LocalPeer | undefined
  /** Sends a message to the peers here. */
  deliver(text: string, except: readonly string[], place: string): void
  memberJoined(member: Member): void
  memberLeft(member: Member): void
  gap(error: Error): void
}

export interface ClusterSettings {
  readonly id: string
  readonly backplane: Backplane
  readonly replace: boolean
  /** ms */
  readonly grace: number
}

/** A room's part in a cluster: the claims of its peers, and what other nodes want of them. */
export class RoomCluster implements BackplaneRoom, PeerHome {
  private readonly link: BackplaneLink
  private readonly presence: Presence
  /** Sessions of peers that leave for another node, or have left. */
  private readonly departures = new Map<string, Departure>()
  private over = false

  constructor(
    private readonly room: LocalRoom,
    private readonly settings: ClusterSettings,
  ) {
    this.presence = new Presence(settings.grace, {
      joined: (member) => room.memberJoined(member),
      left: (member) => room.memberLeft(member),
    })
    this.link = settings.backplane.join(settings.id, this)
  }

  /** Whether this node may act for its peers. */
  get current(): boolean {
    return this.link.current
  }

  get id(): string {
    return this.settings.id
  }

  get place(): string {
    return this.link.place
  }

  /** Claims the id of a new peer; the loser is closed. */
  enter(peer: EnteringPeer, info: Data): void {
    const { arrival } = peer
    const departure = this.departures.get(peer.id)
    // Another client, or the same one as another: as when a session waits for its client.
    if (departure?.packed && departure.hop !== arrival?.parcel.hop) departure.end()
    const { link } = this
    const claim: Promise<(Claim & Partial<TakenClaim>) | undefined> = arrival
      ? link.take(peer.id, info, arrival, peer.session)
      : link.claim(peer.id, info, this.settings.replace, peer.session, () => !peer.closed)
    claim.then(
      (claim) => {
        if (claim && peer.closed) claim.release()
        else if (claim) peer.admit(claim, claim.missed?.())
        else if (arrival) peer.close(1013, 'the session is elsewhere by now')
        else peer.close(CloseCode.Replaced, 'the peer id is taken')
      },
      (error) => {
        logger.warn('no claim [peer:%s]: %s', peer.id, error)
        peer.close(1013, 'the other nodes cannot be reached: try again later')
      },
    )
  }

  departing(peerId: string, departure: Departure): void {
    this.departures.set(peerId, departure)
  }

  departed(peerId: string, departure: Departure): void {
    if (this.departures.get(peerId) === departure) this.departures.delete(peerId)
  }

  publish(text: string, except: readonly string[]): void {
    this.link.publish(text, except)
  }

  async members(): Promise<Member[]> {
    await this.link.ready()
    return this.presence.members
  }

  /** Of a peer that is not here. */
  askOthers(peerId: string, call: PeerCall): Promise<Data> {
    return this.link.call(peerId, call)
  }

  /** The room has closed, and with it its peers. */
  leave(): void {
    this.over = true
    for (const departure of [...this.departures.values()]) departure.end()
    this.presence.end()
    this.link.leave()
  }

  deliver(text: string, except: readonly string[]): void {
    if (!this.over) this.room.deliver(text, except, this.link.place)
  }

  joined(member: Member): void {
    if (!this.over) this.presence.joined(member)
  }

  left(peerId: string): void {
    if (!this.over) this.presence.left(peerId)
  }

  yield(peerId: string, replace: boolean): boolean {
    const peer = this.room.getPeer(peerId)
    if (peer?.established && !replace) return false
    const departure = this.departures.get(peerId)
    if (departure?.packed) departure.end()
    peer?.close(CloseCode.Replaced, 'replaced by a newer connection')
    return true
  }

  lost(peerId: string): void {
    const departure = this.departures.get(peerId)
    // Taken over, perhaps by a peer here.
    if (departure?.packed) departure.lost()
    else this.room.getPeer(peerId)?.close(1012, LEASE_LOST)
  }

  async call(peerId: string, call: PeerCall): Promise<Data> {
    const peer = this.room.getPeer(peerId)
    if (!peer && this.departures.has(peerId))
      throw new BackplaneUnavailableError('the peer goes to another node: nothing was done, try again')
    if (!peer) throw new PeerNotFoundError()
    return await peer.perform(call)
  }

  gap(error: Error): void {
    if (!this.over) this.room.gap(error)
  }
}
