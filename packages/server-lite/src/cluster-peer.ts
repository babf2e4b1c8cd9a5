import type { AnyContract, Contract } from '@protoo-kit/protocol'
import type { Claim } from './backplane.js'
import type { CloseInfo } from './close.js'
import { Peer } from './peer.js'
import type { WebSocketTransport } from './websocket-transport.js'

/** What is sent with 1012: the client is to come back, to this node or another. */
export const LEASE_LOST = 'this node has lost touch with the others'

/** A peer whose id is to be its own on all nodes: what its client sends is held until it is. */
export class ClusterPeer<C extends Contract = AnyContract> extends Peer<C> {
  private claim: Claim | undefined

  constructor(
    id: string,
    transport: WebSocketTransport,
    room: { left(peer: { readonly id: string }): void },
    private readonly lease: { readonly current: boolean },
  ) {
    super(id, transport, room, true)
  }

  /** The id is its own. */
  admit(claim: Claim): void {
    this.claim = claim
    this.transport.admit()
  }

  /** @internal */
  override receive(frame: unknown): void {
    // A process that stood still reads what came meanwhile before its timers tell it that it is late.
    if (this.lease.current) super.receive(frame)
    else this.close(1012, LEASE_LOST)
  }

  /** @internal */
  override ended(info: CloseInfo): void {
    this.claim?.release()
    this.claim = undefined
    super.ended(info)
  }
}
