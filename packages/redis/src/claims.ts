import { type BackplaneRoom, BackplaneUnavailableError, type Claim } from '@protoo-kit/server-lite'
import { readRecord, writeRecord } from './entry.js'
import type { Hub } from './hub.js'
import { nodeKey, type RoomKeys } from './keys.js'
import { CLAIM, RELEASE, TAKE } from './scripts.js'
import { MAX_MISSED, type Taken } from './takings.js'

/** A peer id that this node has, or wants to have. */
export interface Held {
  readonly id: string
  readonly node: string
  readonly number: number
  readonly json: string
  /** Its peer's. */
  readonly session: Session | undefined
  /** Whether it has it. */
  owned: boolean
  /** Resolves when it has not, and does not want to, any more. */
  readonly over: Promise<void>
  readonly end: () => void
}

/** What Redis says of an id that is this node's now. */
export interface Claimed {
  readonly claim: Claim
  /** Above those of this node's broadcasts when Redis was asked. */
  readonly number: number
  /** Of a peer that was there before. */
  readonly taken?: Taken
}

/** A peer's session, and where it stood in the one before. */
export interface Session {
  readonly key: string
  readonly before?: { readonly key: string; readonly position: string } | undefined
  /** The last entry that its node had taken in when it came; empty if there was none. */
  readonly since: string
}

/** How much this node wants an id that another one has. */
export interface Wish {
  /** Although the client is there. */
  readonly replace: boolean
  /** Whether it still does: it may be long until the other one answers. */
  wanted(): boolean
}

/** ms between two looks at an id that another node is about to let go. */
const PAUSE = 10

/** A room's peer ids of this node, and how it comes by them. */
export class Claims {
  private readonly held = new Map<string, Held>()

  constructor(
    private readonly roomId: string,
    private readonly keys: RoomKeys,
    private readonly room: BackplaneRoom,
    private readonly hub: Hub,
    /** Told of what it gets and gives back, before Redis says so. */
    private readonly view: { owned(held: Held): void; released(held: Held): void },
  ) {}

  get(peerId: string): Held | undefined {
    return this.held.get(peerId)
  }

  /** @returns what a peer that was there before may have missed, if it says so and it is true */
  async claim(
    peerId: string,
    info: object,
    wish: Wish,
    session: Session | undefined,
  ): Promise<Claimed | undefined> {
    const json = JSON.stringify(info)
    // One after the other on this node, then between nodes.
    for (let own = this.held.get(peerId); own; own = this.held.get(peerId)) await own.over
    const held = this.want(peerId, json, session)
    let claimed: Omit<Claimed, 'claim'> | undefined
    try {
      claimed = await this.acquire(held, wish)
      if (!claimed) {
        this.drop(held)
        return undefined
      }
      this.assertCurrent(held)
    } catch (error) {
      // Redis may have given it, and its answer been lost.
      this.release(held)
      throw error
    }
    held.owned = true
    this.view.owned(held)
    return { ...claimed, claim: this.claimOf(held) }
  }

  /**
   * Takes an id over from the node that lets it go, or back from this one.
   * @returns undefined when the id is not there to be taken
   */
  async take(
    peerId: string,
    info: object,
    pass: string,
    position: string,
    session: Session | undefined,
  ): Promise<Required<Claimed> | undefined> {
    await this.hub.settled()
    for (let own = this.held.get(peerId); own && writeRecord(own) !== pass; own = this.held.get(peerId))
      await own.over
    const before = this.held.get(peerId)
    const held = this.want(peerId, JSON.stringify(info), session)
    try {
      const args = [...this.arguments(held, pass), position, String(MAX_MISSED)]
      const { members, stream } = this.keys
      const reply = await this.hub.connection.call('EVAL', TAKE, '2', members, stream, ...args)
      const [owner, known, entries, id] = reply as [string, number, [string, string[]][], string]
      if (owner !== '') {
        this.drop(held)
        return undefined
      }
      this.assertCurrent(held)
      held.owned = true
      this.view.owned(held)
      const taken = { entries: entriesOf(known, entries), position: id }
      return { taken, claim: this.claimOf(held), number: held.number }
    } catch (error) {
      if (before) this.give(before)
      this.release(held)
      throw error
    } finally {
      // It was this node's own: its room has let it go.
      if (before) {
        before.end()
        this.room.lost(peerId)
      }
    }
  }

  /** Redis has lost its data: whoever had an id tells it so. */
  async renew(): Promise<void> {
    await Promise.all(
      [...this.held.values()].map(async (held) => {
        if (!held.owned) return
        // What it has been sent before is not known any more.
        const [owner] = Object(await this.hub.connection.bounded(this.command(held, '', '')))
        if (owner !== '') this.lose(held)
      }),
    )
  }

  /** The node may not act for any of them any more. */
  lapse(): void {
    for (const held of [...this.held.values()]) if (held.owned) this.lose(held)
  }

  lose(held: Held): void {
    this.release(held, true)
    this.room.lost(held.id)
  }

  /** @param known whether its session is to be known for a while: its client may come back */
  release(held: Held, known = false): void {
    if (this.held.get(held.id) !== held) return
    this.give(held, known)
    this.drop(held)
    if (held.owned) this.view.released(held)
  }

  /** Gives it back: later, if Redis is away; should it never be done, it ends with the node. */
  private give(held: Held, known = false): void {
    const { members, stream, channel, sessions, orphans } = this.keys
    const rest = [held.id, writeRecord(held), channel, known ? String(this.hub.time()) : '']
    const args = ['EVAL', RELEASE, '4', members, stream, sessions, orphans, ...rest]
    this.hub.outbox.post({ args, length: 0, failed() {} })
  }

  private claimOf(held: Held): Claim {
    return { pass: writeRecord(held), release: () => this.release(held) }
  }

  private want(id: string, json: string, session: Session | undefined): Held {
    let end = () => {}
    const over = new Promise<void>((resolve) => {
      end = resolve
    })
    const { lease } = this.hub
    const number = this.hub.number()
    const held: Held = { id, node: lease.node, number, json, session, owned: false, over, end }
    this.held.set(id, held)
    return held
  }

  private drop(held: Held): void {
    this.held.delete(held.id)
    held.end()
  }

  /** @returns undefined when another node keeps it, or it is not wanted any more */
  private async acquire(held: Held, { replace, wanted }: Wish): Promise<Omit<Claimed, 'claim'> | undefined> {
    const { connection, options } = this.hub
    // A node that does not answer is waited for until its lease is surely over.
    const deadline = performance.now() + 3 * options.lease + 4 * options.timeout
    let overwritten = ''
    while (performance.now() < deadline) {
      // Redis may have restarted meanwhile.
      await this.hub.settled()
      if (!wanted()) return undefined
      this.assertCurrent(held)
      const number = this.hub.number()
      const reply = await connection.call(...this.command(held, overwritten))
      const [owner, proven, known, entries, id] = reply as [
        string,
        number,
        number,
        [string, string[]][],
        string,
      ]
      if (owner === '' && proven !== 1) return { number }
      if (owner === '') return { number, taken: { entries: entriesOf(known, entries), position: id } }
      // Who has come to another node since is not to be closed for it.
      if (!wanted()) return undefined
      const answer = await this.askOwner(String(owner), held.id, replace)
      if (answer === 'kept') return undefined
      overwritten = answer === 'gone' ? String(owner) : ''
      if (answer === 'yielded') await pause(PAUSE)
    }
    throw new BackplaneUnavailableError('the node that has the peer id does not let it go')
  }

  /** What becomes of the id that another node has: its node keeps it, lets go of it now, or is gone for good. */
  private async askOwner(
    record: string,
    peer: string,
    replace: boolean,
  ): Promise<'kept' | 'yielded' | 'gone'> {
    const { calls, connection, options, lease } = this.hub
    const node = readRecord(record)?.node
    if (node === undefined) return 'gone'
    // Released here, which Redis has yet to be told.
    if (node === lease.node) return 'yielded'
    try {
      const request = { kind: 'yield', room: this.roomId, peer, body: replace } as const
      return (await calls.ask(node, request, 0)) ? 'yielded' : 'kept'
    } catch {
      const left = Number(await connection.call('PTTL', nodeKey(options.prefix, node)))
      if (left < 0) return 'gone'
      // Asked again now and then: it may be that only its connection was lost.
      await pause(Math.min(left, options.timeout))
      return 'yielded'
    }
  }

  private command(held: Held, overwritten: string, since = held.session?.since ?? ''): string[] {
    const { members, stream, sessions, orphans } = this.keys
    const { session } = held
    const rest = [
      session?.key ?? '',
      session?.before?.key ?? '',
      session?.before?.position ?? '',
      String(MAX_MISSED),
      since,
    ]
    const keys = [members, stream, sessions, orphans]
    return ['EVAL', CLAIM, '4', ...keys, ...this.arguments(held, overwritten), ...rest]
  }

  private arguments(held: Held, overwritten: string): string[] {
    const { channel } = this.keys
    const { roomTtl } = this.hub
    return [held.id, writeRecord(held), overwritten, channel, this.hub.oldest(), String(roomTtl)]
  }

  private assertCurrent({ node }: Held): void {
    const { lease } = this.hub
    if (node !== lease.node || !lease.current)
      throw new BackplaneUnavailableError('this node has lost touch with the others')
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref())
}

function entriesOf(known: number, entries: readonly [string, string[]][]): Taken['entries'] {
  if (known !== 1 || entries.length >= MAX_MISSED) return undefined
  return entries.map(([position, [, text = '']]) => ({ position, text }))
}
