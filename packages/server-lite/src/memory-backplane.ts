import type { Data } from '@protoo-kit/protocol'
import type { Backplane, BackplaneLink, BackplaneRoom, Claim, PeerCall } from './backplane.js'
import { PeerNotFoundError } from './backplane-errors.js'

interface Owner {
  readonly link: MemoryLink
  readonly info: Data
  /** Resolves once it is released. */
  readonly over: Promise<void>
}

/** Those who have a room of one name in common. */
interface Shared {
  readonly links: Set<MemoryLink>
  readonly owners: Map<string, Owner>
}

/**
 * A backplane within one process: the Rooms of one name that were given it are one room. For programs that are to
 * run on one node today and on several tomorrow, and for tests.
 */
export class MemoryBackplane implements Backplane {
  private readonly rooms = new Map<string, Shared>()

  /** As often as you like: each Room is a node of its own. */
  join(roomId: string, room: BackplaneRoom): BackplaneLink {
    const shared = this.rooms.get(roomId) ?? { links: new Set(), owners: new Map() }
    this.rooms.set(roomId, shared)
    return new MemoryLink(room, shared, () => {
      if (shared.links.size === 0) this.rooms.delete(roomId)
    })
  }
}

class MemoryLink implements BackplaneLink {
  readonly current = true
  private readonly begun: Promise<void>

  constructor(
    private readonly room: BackplaneRoom,
    private readonly shared: Shared,
    private readonly left: () => void,
  ) {
    shared.links.add(this)
    // Later, as over a network: whoever joins has returned by then.
    this.begun = Promise.resolve().then(() => {
      for (const [id, { info }] of shared.owners) room.joined({ id, info })
    })
  }

  async claim(peerId: string, info: Data, replace: boolean): Promise<Claim | undefined> {
    await this.begun
    const { owners } = this.shared
    // Copied, as over a network.
    const known: Data = JSON.parse(JSON.stringify(info))
    for (;;) {
      const owner = owners.get(peerId)
      if (!owner) return this.own(peerId, known)
      if (owner.link !== this && !owner.link.room.yield(peerId, replace)) return undefined
      await owner.over
    }
  }

  publish(text: string, except: readonly string[]): void {
    queueMicrotask(() => {
      for (const link of this.shared.links) if (link !== this) link.room.deliver(text, except)
    })
  }

  ready(): Promise<void> {
    return this.begun
  }

  async call(peerId: string, call: PeerCall): Promise<Data> {
    const owner = this.shared.owners.get(peerId)
    if (!owner) throw new PeerNotFoundError()
    const copy: PeerCall = { ...call, data: JSON.parse(JSON.stringify(call.data ?? {})) }
    return JSON.parse(JSON.stringify((await owner.link.room.call(peerId, copy)) ?? {}))
  }

  leave(): void {
    this.shared.links.delete(this)
    this.left()
  }

  private own(peerId: string, info: Data): Claim {
    const { owners, links } = this.shared
    let ended = () => {}
    const over = new Promise<void>((resolve) => {
      ended = resolve
    })
    const owner: Owner = { link: this, info, over }
    owners.set(peerId, owner)
    for (const { room } of links) room.joined({ id: peerId, info })
    return {
      release: () => {
        if (owners.get(peerId) !== owner) return
        owners.delete(peerId)
        for (const { room } of links) room.left(peerId)
        ended()
      },
    }
  }
}
