import {
  BackplaneGapError,
  type BackplaneLink,
  type BackplaneRoom,
  BackplaneUnavailableError,
  type Claim,
  type MemberSession,
  type Passage,
  type PeerCall,
  PeerNotFoundError,
  type TakenClaim,
} from '@protoo-kit/server-lite'
import { Claims } from './claims.js'
import type { Reply } from './connection.js'
import { Entrances } from './entrances.js'
import { type Entry, readEntry } from './entry.js'
import type { Hub } from './hub.js'
import { type RoomKeys, roomKeys } from './keys.js'
import { BURY, READ } from './scripts.js'
import { type Place, Takings, writePlace } from './takings.js'
import { View } from './view.js'
import { Voice } from './voice.js'

/** No half of a surrogate pair, which would reach Redis as another text. */
const WELL_FORMED = /^\P{Surrogate}*$/u

/** Entries that are read at once. */
const PAGE = 1000

/** This node's part of one room. */
export class RedisRoom implements BackplaneLink {
  private readonly keys: RoomKeys
  private readonly view = new View()
  private readonly claims: Claims
  /** What comes over the channel while the stream is being read. */
  private held: string[] | undefined = []
  private readonly takings = new Takings()
  private readonly entrances: Entrances
  private readonly voice: Voice
  private touched = Number.NEGATIVE_INFINITY
  private over = false
  /** The last {@link sync}: they are made one after the other. */
  private syncing: Promise<void> = Promise.resolve()
  private known: () => void = () => {}
  private readonly begun = new Promise<void>((resolve) => {
    this.known = resolve
  })

  /** @throws TypeError when the id cannot be one */
  constructor(
    private readonly id: string,
    private readonly room: BackplaneRoom,
    private readonly hub: Hub,
  ) {
    this.keys = roomKeys(hub.options.prefix, id)
    this.voice = new Voice(this.keys, hub, { touch: () => this.touch(), gap: (error) => room.gap(error) })
    this.claims = new Claims(id, this.keys, room, hub, {
      owned: (held) => {
        if (this.view.join(held.id, held)) this.joined(held.id, held.json)
      },
      released: (held) => {
        this.takings.forget(held.id)
        if (this.view.leave(held.id, held)) room.left(held.id)
      },
    })
    this.entrances = new Entrances(this.claims, this.takings)
  }

  get current(): boolean {
    return this.hub.lease.current
  }

  /** Whether what happens is followed. If not, and there is a connection, a {@link sync} has failed. */
  get live(): boolean {
    return this.held === undefined
  }

  /** The nodes that have members. */
  get nodes(): Set<string> {
    return this.view.nodes()
  }

  async claim(
    peerId: string,
    info: object,
    replace: boolean,
    session?: MemberSession,
    wanted: () => boolean = () => true,
  ): Promise<Claim | TakenClaim | undefined> {
    if (!WELL_FORMED.test(peerId)) throw new TypeError('the id of a peer must be well-formed Unicode')
    const { cursor } = this.view
    // Whoever is here is sent what happens here.
    await this.ready()
    return await this.entrances.claim(
      peerId,
      info,
      { replace, wanted },
      session,
      cursor === '0-0' ? '' : cursor,
    )
  }

  async take(
    peerId: string,
    info: object,
    passage: Passage,
    session?: MemberSession,
  ): Promise<TakenClaim | undefined> {
    await this.ready()
    return await this.entrances.take(peerId, info, passage, session)
  }

  get place(): string {
    return writePlace(this.standing)
  }

  private get standing(): Place {
    return { position: this.view.cursor || '0-0', node: this.hub.lease.node, number: this.voice.said }
  }

  publish(text: string, except: readonly string[]): void {
    const ownership = this.voice.begin(except)
    const { node, number } = ownership
    this.takings.say({ by: { number }, entry: { node, number }, text, except, place: this.standing })
    this.voice.send(ownership, text)
  }

  async ready(): Promise<void> {
    await this.hub.whenUp()
    if (!this.view.cursor) await Promise.race([this.begun, this.hub.tooLate()])
    if (!this.hub.connection.available)
      throw new BackplaneUnavailableError('Redis cannot be reached at present')
  }

  async call(peerId: string, call: PeerCall): Promise<object> {
    await this.ready()
    const owner = this.view.owners.get(peerId)
    if (!owner) throw new PeerNotFoundError()
    const request = { kind: 'call', room: this.id, peer: peerId, body: call } as const
    return Object(await this.hub.calls.ask(owner.node, request, call.timeout ?? this.hub.options.timeout))
  }

  leave(): void {
    if (this.over) return
    this.over = true
    this.known()
    this.hub.left(this.id)
    this.hub.connection.unsubscribe(this.keys.channel).catch(() => {})
  }

  /** What another node wants of a peer here. */
  async perform(kind: 'call' | 'yield', peerId: string, body: unknown): Promise<unknown> {
    // What nodes write is theirs: a PeerCall, and whether to replace.
    if (kind === 'yield') return this.room.yield(peerId, body === true)
    if (!this.current)
      throw new BackplaneUnavailableError('the node of the peer has lost touch with the others')
    return await this.room.call(peerId, body as PeerCall)
  }

  /**
   * Goes on from where it was, or begins.
   * @param restarted whether Redis may have lost what it had
   */
  sync(restarted: boolean): Promise<void> {
    const next = () => this.follow(restarted)
    this.syncing = this.syncing.then(next, next)
    return this.syncing
  }

  /** The connection is lost. What the next one brings is not to be taken in before what was missed. */
  suspend(): void {
    this.held = []
  }

  private async follow(restarted: boolean): Promise<void> {
    if (this.over) return
    this.held = []
    await this.hub.connection.subscribe(this.keys.channel, this.arrived)
    if (restarted) await this.claims.renew()
    for (let more = true; more && !this.over; ) {
      // What comes from now on and is in the answer too, is left out then by its position.
      this.held = []
      more = this.read(await this.hub.connection.bounded(this.reading()), restarted)
      restarted = false
    }
    const held = this.held
    this.held = undefined
    for (const message of held) this.arrived(message)
    this.known()
    await this.refresh(true)
    // What is not there yet has not been told how long to live: the first broadcast may begin it.
    this.touched = Number.NEGATIVE_INFINITY
  }

  /** Keeps what is in Redis from ending, if it is time. */
  async refresh(now = false): Promise<void> {
    const ttl = this.touch(now ? 0 : this.hub.roomTtl / 2)
    if (ttl === undefined) return
    const { members, stream } = this.keys
    const { connection } = this.hub
    await Promise.all([members, stream].map((key) => connection.bounded(['PEXPIRE', key, ttl])))
  }

  /** A node is dead: its members are taken out, by whoever is first. */
  bury(node: string): void {
    const { members, stream, channel, numbers, orphans } = this.keys
    const { roomTtl } = this.hub
    const oldest = this.hub.oldestNumber()
    const rest = [node, channel, String(this.hub.time()), String(roomTtl), String(oldest)]
    const args = ['EVAL', BURY, '4', members, stream, numbers, orphans, ...rest]
    this.hub.outbox.post({ args, length: 0, failed() {} })
    this.view.forget(oldest)
  }

  /** The node's lease is over. */
  lapse(): void {
    this.claims.lapse()
  }

  private reading(): string[] {
    const { members, stream } = this.keys
    return ['EVAL', READ, '2', members, stream, this.view.cursor, String(PAGE)]
  }

  /** @returns whether there is more */
  private read(reply: Reply, restarted: boolean): boolean {
    const [known, entries, last, fields] = reply as [number, [string, string[]][], string, string[]]
    const { view, room } = this
    // What was read last is not there any more, nor is it known what followed. An empty stream is the same before and after.
    if (!known || (restarted && view.cursor === '0-0'))
      this.missing('Redis has lost the broadcasts of a while')
    for (const [position, [, entry = '']] of entries) this.accept(position, entry)
    if (entries.length === PAGE) return true
    view.cursor = last
    view.replace(
      fields,
      (id, json) => this.joined(id, json),
      (id) => room.left(id),
    )
    return false
  }

  private readonly arrived = (message: string): void => {
    if (this.over) return
    if (this.held) {
      this.held.push(message)
      return
    }
    const space = message.indexOf(' ')
    this.accept(message.slice(0, space), message.slice(space + 1))
  }

  private accept(position: string, text: string): void {
    const entry = readEntry(text)
    if (!this.view.take(position, entry) || !entry) return
    const { kind, node, json } = entry
    if (kind === 'broadcast' || kind === 'gap') {
      if (this.hub.isOwn(node)) return
      if (kind === 'broadcast') this.hear(position, entry)
      else this.missing('another node could not send all of its broadcasts')
      return
    }
    // Whatever Redis says of an id counts: should it not be this node's any more, it is not.
    const held = this.claims.get(entry.text)
    if (held?.owned && (node !== held.node || entry.number !== held.number || kind === 'leave'))
      this.claims.lose(held)
    if (kind === 'join') this.joined(entry.text, json)
    else this.room.left(entry.text)
  }

  private missing(why: string): void {
    this.takings.spoil()
    this.room.gap(new BackplaneGapError(why))
  }

  private hear(position: string, entry: Entry): void {
    const { text, json } = entry
    const except: readonly string[] = JSON.parse(json)
    this.takings.say({ by: { position }, entry, text, except, place: this.standing })
    const having = this.takings.exceptions(entry)
    this.room.deliver(text, having.length > 0 ? [...except, ...having] : except)
  }

  private joined(id: string, json: string): void {
    this.room.joined({ id, info: JSON.parse(json) })
  }

  /** @returns the ms that the keys are to live, if that is to be said again */
  private touch(after: number = this.hub.roomTtl / 4): string | undefined {
    const now = performance.now()
    if (now - this.touched < after) return undefined
    this.touched = now
    return String(this.hub.roomTtl)
  }
}
