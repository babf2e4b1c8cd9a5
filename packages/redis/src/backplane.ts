import {
  type Backplane,
  type BackplaneLink,
  type BackplaneRoom,
  type BackplaneServer,
  BackplaneUnavailableError,
  PeerNotFoundError,
  type ServerLink,
} from '@protoo-kit/server-lite'
import { Calls, type NodeRequest } from './calls.js'
import { RedisConnection, type RedisServer } from './connection.js'
import { Gate } from './gate.js'
import type { Hub } from './hub.js'
import { nodeChannel, nodeKey } from './keys.js'
import { Lease, quarantine } from './lease.js'
import { type RedisBackplaneOptions, type ResolvedOptions, resolveOptions } from './options.js'
import { Outbox } from './outbox.js'
import { RedisRoom } from './room.js'
import { RENEW } from './scripts.js'
import { Servers } from './servers.js'

/** ms that the keys of a room live, should all its nodes die. */
const ROOM_TTL = 3_600_000

/** Numbers that a node may give in a ms without running ahead of the time. */
const PER_MS = 100

/**
 * Joins the Rooms of all processes that have the same Redis (7 or later, or Valkey) and `prefix`. One for each process:
 * it has one connection, which comes back by itself.
 */
export class RedisBackplane implements Backplane {
  private readonly rooms = new Map<string, RedisRoom>()
  private readonly hub: Hub
  private readonly options: ResolvedOptions
  private readonly connection: RedisConnection
  private readonly outbox: Outbox
  private readonly lease: Lease
  private readonly calls: Calls
  private readonly servers: Servers
  private readonly ownNames = new Set<string>()
  private readonly gate: Gate
  private server: { readonly info: RedisServer; readonly asked: number } | undefined
  /** Of the Redis that all rooms have gone on with. */
  private runId: string | undefined
  private channel = ''
  private lastNumber = 0
  private timer: ReturnType<typeof setInterval>
  private closed = false

  /**
   * Connects at once, and goes on trying until it is closed.
   * @throws TypeError when an option is wrong
   */
  constructor(options: RedisBackplaneOptions = {}) {
    this.options = resolveOptions(options)
    this.gate = new Gate(() => this.available, this.options.timeout)
    this.lease = new Lease(this.options.lease, () => this.lapsed())
    this.calls = new Calls(this.callsPort(), this.options.timeout)
    this.servers = this.createServers()
    this.connection = new RedisConnection(this.options, {
      connected: (server) => this.connected(server),
      up: (resumed) => this.up(resumed),
      disconnected: () => this.disconnected(),
    })
    this.outbox = new Outbox((args) => this.connection.send(args), this.options)
    this.hub = this.createHub()
    // Nothing that fails here needs to be told: what follows from it is.
    const tick = () => void this.tick().catch(() => {})
    this.timer = setInterval(tick, this.options.lease / 3).unref()
  }

  /** Whether Redis can be reached, and this node may act for its peers. */
  get available(): boolean {
    return this.connection.available && this.lease.current
  }

  join(roomId: string, room: BackplaneRoom): BackplaneLink {
    if (this.closed) throw new Error('the backplane is closed')
    if (this.rooms.has(roomId))
      throw new Error(`this node has the room already: use one Room for each id [id:"${roomId}"]`)
    const link = new RedisRoom(roomId, room, this.hub)
    this.rooms.set(roomId, link)
    // Otherwise it is among those that `connected` has in hand, or will have.
    if (this.connection.available) link.sync(false).catch(() => {})
    return link
  }

  connect(server: BackplaneServer): ServerLink {
    if (this.closed) throw new Error('the backplane is closed')
    const link = this.servers.connect(server)
    if (this.connection.available) this.listen().catch(() => {})
    return link
  }

  /** Lets go of everything and disconnects. Close the rooms first. */
  async close(): Promise<void> {
    if (this.closed) return
    this.closed = true
    clearInterval(this.timer)
    const { node } = this.lease
    this.lease.end()
    if (this.connection.available)
      this.connection.send(['DEL', nodeKey(this.options.prefix, node)]).catch(() => {})
    this.calls.fail(new BackplaneUnavailableError('the backplane is closed'))
    this.outbox.stop()
    await this.connection.close()
  }

  private createHub(): Hub {
    const { options, connection, outbox, lease, calls } = this
    return {
      ...{ options, connection, outbox, lease, calls, roomTtl: ROOM_TTL },
      number: () => {
        this.lastNumber = Math.max(this.lastNumber + 1, this.hub.time() * PER_MS)
        return this.lastNumber
      },
      oldestNumber: () => (this.hub.time() - ROOM_TTL) * PER_MS,
      isOwn: (node) => this.ownNames.has(node),
      time: () => Math.floor(Date.now() + (this.server?.info.ahead ?? 0)),
      oldest: () => `${this.hub.time() - options.history}-0`,
      whenUp: () => this.gate.pass(),
      tooLate: () => this.tooLate(),
      settled: () => this.settled(),
      left: (roomId) => this.rooms.delete(roomId),
    }
  }

  private createServers(): Servers {
    const self = this
    return new Servers({
      ...{ prefix: this.options.prefix, lease: this.options.lease, calls: this.calls },
      get node() {
        return self.lease.node
      },
      whenUp: () => this.gate.pass(),
      publish: async (channel, message) => Number(await this.connection.call('SPUBLISH', channel, message)),
    })
  }

  /** Its servers hear what all are asked. */
  private async listen(): Promise<void> {
    if (this.servers.any) await this.connection.subscribe(this.servers.channel, this.received)
  }

  private callsPort() {
    const self = this
    return {
      get node() {
        return self.lease.node
      },
      send: async (node: string, message: string) => {
        const channel = nodeChannel(this.options.prefix, node)
        return Number(await this.connection.call('SPUBLISH', channel, message)) > 0
      },
      perform: async (request: NodeRequest) => {
        const { kind, room, peer, body } = request
        if (kind === 'server' || kind === 'servers') return this.servers.perform(request)
        const link = this.rooms.get(room)
        // It has left the room, or never had it: nothing of it is in the way.
        if (!link && kind === 'yield') return true
        if (!link) throw new PeerNotFoundError()
        return await link.perform(kind, peer, body)
      },
    }
  }

  private async connected(info: RedisServer): Promise<void> {
    const asked = performance.now()
    const restarted = this.runId !== undefined && this.runId !== info.runId
    this.server = { info, asked }
    const node = await this.register(restarted)
    const done = new Set<RedisRoom>()
    for (;;) {
      // Rooms may come meanwhile.
      const rooms = [...this.rooms.values()].filter((room) => !done.has(room))
      if (rooms.length === 0) break
      await Promise.all(rooms.map((room) => room.sync(restarted)))
      for (const room of rooms) done.add(room)
    }
    // Not before all ids are in Redis again: somebody else might have got one.
    this.lease.prolong(node, asked)
    // It was over meanwhile: what has another name must be registered by it.
    if (this.lease.node !== node)
      throw new BackplaneUnavailableError('this node has lost touch with the others')
    this.runId = info.runId
  }

  /**
   * Has Redis know that this node is there.
   * @returns the name by which it does
   */
  private async register(restarted: boolean): Promise<string> {
    const { lease, connection } = this
    if (lease.begun && !lease.current) lease.end()
    const fresh = !lease.begun || restarted
    if (!(await this.renew(lease.node, fresh))) {
      lease.end()
      await this.renew(lease.node, true)
    }
    const { node } = lease
    const channel = nodeChannel(this.options.prefix, node)
    if (this.channel && this.channel !== channel) connection.unsubscribe(this.channel).catch(() => {})
    this.channel = channel
    this.ownNames.add(node)
    await connection.subscribe(channel, this.received)
    await this.listen()
    return node
  }

  private async renew(node: string, fresh: boolean): Promise<boolean> {
    const { prefix, lease } = this.options
    const args = [nodeKey(prefix, node), this.server?.info.runId ?? '', String(lease), fresh ? '1' : '']
    return Number(await this.connection.bounded(['EVAL', RENEW, '1', ...args])) === 1
  }

  private up(resumed: boolean): void {
    if (!resumed) this.outbox.resume()
    // It was silent for so long that the lease is over.
    if (!this.lease.current) this.tick().catch(() => {})
    for (const room of this.rooms.values()) if (!room.live) room.sync(false).catch(() => {})
    this.gate.look()
  }

  private disconnected(): void {
    this.outbox.pause()
    for (const room of this.rooms.values()) room.suspend()
    this.calls.fail(
      new BackplaneUnavailableError('the connection to Redis was lost: this may have been done or not'),
    )
  }

  private lapsed(): void {
    for (const room of this.rooms.values()) room.lapse()
  }

  /** Now and then: is this node still there, and are the others? */
  private async tick(): Promise<void> {
    const { lease, rooms } = this
    if (!this.connection.available) return
    const asked = performance.now()
    if (lease.begun && !lease.current) lease.end()
    let { node } = lease
    if (!lease.begun || !(await this.renew(node, false))) {
      lease.end()
      node = await this.register(false)
    }
    lease.prolong(node, asked)
    this.gate.look()
    await this.buryDead()
    for (const room of rooms.values()) {
      if (room.live) await room.refresh()
      else await room.sync(false)
    }
  }

  private async buryDead(): Promise<void> {
    const { lease, rooms, options, connection } = this
    // Those who are there may not have said so yet.
    if (this.unsettled() > 0) return
    const nodes = new Set([...rooms.values()].flatMap((room) => [...room.nodes]))
    for (const node of this.servers.watched) nodes.add(node)
    nodes.delete(lease.node)
    await Promise.all(
      [...nodes].map(async (node) => {
        if (Number(await connection.call('EXISTS', nodeKey(options.prefix, node))) > 0) return
        for (const room of rooms.values()) if (room.nodes.has(node)) room.bury(node)
        this.servers.buried(node)
        this.calls.fail(new BackplaneUnavailableError('the node of the peer has died'), node)
      }),
    )
  }

  private readonly received = (message: string): void => {
    this.calls.receive(message)
  }

  private unsettled(): number {
    if (!this.server) return 0
    const { info, asked } = this.server
    return quarantine(info, asked, this.options.lease, performance.now())
  }

  private async settled(): Promise<void> {
    for (let ms = this.unsettled(); ms > 0; ms = this.unsettled())
      await new Promise((resolve) => setTimeout(resolve, ms).unref())
  }

  private tooLate(): Promise<never> {
    const error = new BackplaneUnavailableError('Redis cannot be reached at present')
    return new Promise((_, reject) => void setTimeout(reject, this.options.lease, error).unref())
  }
}
