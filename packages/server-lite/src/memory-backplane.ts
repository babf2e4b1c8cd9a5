import type { Data } from '@protoo-kit/protocol'
import type {
  Backplane,
  BackplaneLink,
  BackplaneRoom,
  BackplaneServer,
  Claim,
  MemberSession,
  Passage,
  PeerCall,
  ServerLink,
  TakenClaim,
} from './backplane.js'
import { PeerNotFoundError } from './backplane-errors.js'
import { MemoryServers } from './memory-servers.js'

/** Most broadcasts of a room that are kept for peers that change over. */
const MAX_LOG = 10_000

interface Owner {
  readonly link: MemoryLink
  readonly info: Data
  readonly pass: string
  /** Resolves once it is released. */
  readonly over: Promise<void>
  readonly end: () => void
}

interface Logged {
  readonly number: number
  readonly from: MemoryLink
  readonly text: string
  readonly except: readonly string[]
}

/** Those who have a room of one name in common. */
interface Shared {
  readonly links: Set<MemoryLink>
  readonly owners: Map<string, Owner>
  /** The last broadcasts, numbered from 1. */
  readonly log: Logged[]
  last: number
  /** Counts links and claims. */
  count: number
}

/**
 * A backplane within one process: the Rooms of one name that were given it are one room. For programs that are to
 * run on one node today and on several tomorrow, and for tests.
 */
export class MemoryBackplane implements Backplane {
  private readonly rooms = new Map<string, Shared>()
  private readonly servers = new MemoryServers()

  /** As often as you like: each Room is a node of its own. */
  join(roomId: string, room: BackplaneRoom): BackplaneLink {
    const empty: Shared = { links: new Set(), owners: new Map(), log: [], last: 0, count: 0 }
    const shared = this.rooms.get(roomId) ?? empty
    this.rooms.set(roomId, shared)
    return new MemoryLink(room, shared, () => {
      if (shared.links.size === 0) this.rooms.delete(roomId)
    })
  }

  connect(server: BackplaneServer): ServerLink {
    return this.servers.connect(server)
  }
}

class MemoryLink implements BackplaneLink {
  readonly current = true
  private readonly begun: Promise<void>
  private readonly name: number
  /** The last broadcast that the room was told of, and the last of its own. */
  private heard: number
  private said = 0
  /** By peer: what it has had at another node already, and that is still to come here. */
  private readonly skipped = new Map<string, { readonly from: number; readonly upTo: number }>()

  constructor(
    private readonly room: BackplaneRoom,
    private readonly shared: Shared,
    private readonly left: () => void,
  ) {
    this.name = ++shared.count
    this.heard = shared.last
    shared.links.add(this)
    // Later, as over a network: whoever joins has returned by then.
    this.begun = Promise.resolve().then(() => {
      for (const [id, { info }] of shared.owners) room.joined({ id, info })
    })
  }

  get place(): string {
    return `${this.heard}-${this.name}-${this.said}`
  }

  async claim(
    peerId: string,
    info: Data,
    replace: boolean,
    _session?: MemberSession,
    wanted: () => boolean = () => true,
  ): Promise<Claim | undefined> {
    await this.begun
    const { owners } = this.shared
    // Copied, as over a network.
    const known: Data = JSON.parse(JSON.stringify(info))
    for (;;) {
      if (!wanted()) return undefined
      const owner = owners.get(peerId)
      if (!owner) return this.own(peerId, known)
      if (owner.link !== this && !owner.link.room.yield(peerId, replace)) return undefined
      await owner.over
    }
  }

  async take(peerId: string, info: Data, { pass, place }: Passage): Promise<TakenClaim | undefined> {
    await this.begun
    const before = this.shared.owners.get(peerId)
    if (before?.pass !== pass) return undefined
    const claim = this.own(peerId, JSON.parse(JSON.stringify(info)))
    before.end()
    before.link.skipped.delete(peerId)
    before.link.room.lost(peerId)
    const [heard = 0, from = 0, upTo = 0] = place.split('-').map(Number)
    return {
      ...claim,
      missed: () => {
        this.skipped.set(peerId, { from, upTo })
        const { log } = this.shared
        if ((log[0]?.number ?? 1) > heard + 1) return undefined
        return log
          .filter((one) => this.isMissed(one, peerId, heard))
          .map(({ text }) => ({ text, place: this.place }))
      },
    }
  }

  publish(text: string, except: readonly string[]): void {
    const { log, links } = this.shared
    const logged = { number: ++this.shared.last, from: this, text, except }
    this.said = logged.number
    log.push(logged)
    if (log.length > 2 * MAX_LOG) log.splice(0, MAX_LOG)
    queueMicrotask(() => {
      for (const link of links) link.hear(logged)
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

  private hear(logged: Logged): void {
    this.heard = logged.number
    if (logged.from === this) return
    const having = [...this.skipped].filter(([peerId]) => this.skips(logged, peerId)).map(([id]) => id)
    this.room.deliver(logged.text, having.length ? [...logged.except, ...having] : logged.except)
  }

  private skips({ number, from }: Logged, peerId: string): boolean {
    const skip = this.skipped.get(peerId)
    return skip !== undefined && skip.from === from.name && number <= skip.upTo
  }

  /** Whether a broadcast was said or heard here before a peer came that stood at `place`. */
  private isMissed(logged: Logged, peerId: string, place: number): boolean {
    const { number, from, except } = logged
    const here = from === this || number <= this.heard
    return here && number > place && !except.includes(peerId) && !this.skips(logged, peerId)
  }

  private own(peerId: string, info: Data): Claim {
    const { owners, links } = this.shared
    let end = () => {}
    const over = new Promise<void>((resolve) => {
      end = resolve
    })
    const owner: Owner = { link: this, info, pass: String(++this.shared.count), over, end }
    owners.set(peerId, owner)
    for (const { room } of links) room.joined({ id: peerId, info })
    return {
      pass: owner.pass,
      release: () => {
        if (owners.get(peerId) !== owner) return
        this.skipped.delete(peerId)
        owners.delete(peerId)
        for (const { room } of links) room.left(peerId)
        end()
      },
    }
  }
}
