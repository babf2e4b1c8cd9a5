import type { Data } from '@protoo-kit/protocol'
import { CloseCode } from '@protoo-kit/protocol'
import type { Backplane, BackplaneLink, BackplaneRoom, Member, PeerCall } from './backplane.js'
import { PeerNotFoundError } from './backplane-errors.js'
import { type ClusterPeer, LEASE_LOST } from './cluster-peer.js'
import { createLogger } from './logger.js'
import { Presence } from './presence.js'

const logger = createLogger('Room')

/** What other nodes may want of a peer here. */
export interface LocalPeer {
  readonly established: boolean
  close(code: number, reason: string): void
  perform(call: PeerCall): Promise<Data>
}

/** The room on this node. */
export interface LocalRoom {
  getPeer(peerId: string): LocalPeer | undefined
  /** Sends a message to the peers here. */
  deliver(text: string, except: readonly string[]): void
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
export class RoomCluster implements BackplaneRoom {
  private readonly link: BackplaneLink
  private readonly presence: Presence
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

  /** Claims the id of a new peer; the loser is closed. */
  enter(peer: Pick<ClusterPeer, 'id' | 'closed' | 'admit' | 'close'>, info: Data): void {
    this.link.claim(peer.id, info, this.settings.replace).then(
      (claim) => {
        if (!claim) peer.close(CloseCode.Replaced, 'the peer id is taken')
        else if (peer.closed) claim.release()
        else peer.admit(claim)
      },
      (error) => {
        logger.warn('no claim [peer:%s]: %s', peer.id, error)
        peer.close(1013, 'the other nodes cannot be reached: try again later')
      },
    )
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
    this.presence.end()
    this.link.leave()
  }

  deliver(text: string, except: readonly string[]): void {
    if (!this.over) this.room.deliver(text, except)
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
    peer?.close(CloseCode.Replaced, 'replaced by a newer connection')
    return true
  }

  lost(peerId: string): void {
    this.room.getPeer(peerId)?.close(1012, LEASE_LOST)
  }

  async call(peerId: string, call: PeerCall): Promise<Data> {
    const peer = this.room.getPeer(peerId)
    if (!peer) throw new PeerNotFoundError()
    return await peer.perform(call)
  }

  gap(error: Error): void {
    if (!this.over) this.room.gap(error)
  }
}
