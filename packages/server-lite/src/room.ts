import { EventEmitter } from 'node:events'
import {
  type AnyContract,
  type ClientSide,
  CloseCode,
  type Contract,
  createNotification,
  type Data,
  encode,
  type NotificationArguments,
  type NotificationMethod,
  type RequestArguments,
  type RequestMethod,
  type RequestResult,
} from '@protoo-kit/protocol'
import type { Member, PeerCall } from './backplane.js'
import { PeerNotFoundError } from './backplane-errors.js'
import { ClusterPeer } from './cluster-peer.js'
import { emitSafely } from './emit.js'
import { createLogger } from './logger.js'
import { Peer } from './peer.js'
import type { PeerChecks } from './peer-checks.js'
import type { ServerRequestOptions } from './peer-events.js'
import { RoomCluster } from './room-cluster.js'
import { type RoomOptions, resolveRoomOptions } from './room-options.js'
import { SharedText } from './shared-text.js'
import type { WebSocketTransport } from './websocket-transport.js'

const logger = createLogger('Room')

export interface BroadcastOptions {
  /** Who does not get it: a peer, its id, or an array of them. */
  except?: Excepted | readonly Excepted[]
}

// Of any contract: only who it is counts here.
type Excepted = string | { readonly id: string }

/** The arguments that follow the method's name in `broadcast()`. */
export type BroadcastArguments<C extends Contract, M extends NotificationMethod<ClientSide<C>>> =
  NotificationArguments<ClientSide<C>, M> extends [data?: infer D]
    ? NotificationArguments<ClientSide<C>, M> extends [data: D]
      ? [data: D, options?: BroadcastOptions]
      : [data?: D, options?: BroadcastOptions]
    : never

export interface RoomEvents {
  close: []
  /** On a backplane: a member has come, on this node or another; or is back with other info than it left with. */
  memberjoin: [member: Member]
  /** On a backplane: it has left, and was not back within the grace. */
  memberleave: [member: Member]
  /** On a backplane: broadcasts to or from other nodes may have been lost. */
  gap: [error: Error]
}

/** ms that the answer of a peer on another node is waited for. */
const REMOTE_TIMEOUT = 30_000

/** What members show of themselves; most show nothing. */
const infos = new WeakMap<object, Data>()

/** Peers by id (S11). Emits `close` once. */
export class Room<C extends Contract = AnyContract> extends EventEmitter<RoomEvents> {
  private isClosed = false
  private readonly local = new Map<string, Peer<C>>()
  private readonly replace: boolean
  private readonly cluster: RoomCluster | undefined
  /** What a contract with schemas makes of what clients send. */
  protected checks?: PeerChecks

  /** @throws TypeError when an option is wrong */
  constructor(options?: RoomOptions) {
    super()
    this.setMaxListeners(Number.POSITIVE_INFINITY)
    const { backplane, ...settings } = resolveRoomOptions(options ?? {})
    this.replace = settings.replace
    if (!backplane) return
    const room = {
      getPeer: (peerId: string) => this.local.get(peerId),
      deliver: (text: string, except: readonly string[], place: string) =>
        this.deliver(new SharedText(text, place), except),
      memberJoined: (member: Member) => emitSafely(this, 'memberjoin', [member]),
      memberLeft: (member: Member) => emitSafely(this, 'memberleave', [member]),
      gap: (error: Error) => emitSafely(this, 'gap', [error]),
    }
    this.cluster = new RoomCluster(room, { ...settings, backplane })
  }

  get closed(): boolean {
    return this.isClosed
  }

  /** Those on this node, in the order they joined; a fresh array each time. */
  get peers(): Peer<C>[] {
    return [...this.local.values()]
  }

  hasPeer(peerId: string): boolean {
    return this.local.has(peerId)
  }

  getPeer(peerId: string): Peer<C> | undefined {
    return this.local.get(peerId)
  }

  /**
   * Makes the client behind `transport` a member (S12). Add its listeners right
   * after: what the client has sent meanwhile is delivered then. On a backplane it is delivered once no other node
   * has a peer of this id; if one has and keeps it, this peer is closed (4001), and if the nodes cannot be asked, with 1013.
   *
   * A member of that id whose session waits for its client is superseded, and closed (4001): that
   * is the same page, reloaded.
   *
   * @param transport what `accept()` returned; closed (4000) when this throws for the sake of the id or the room
   * @param info what all members may know of it: JSON, and small
   * @throws TypeError when there is no transport, or the id is no string or empty
   * @throws Error when the id is taken, the room is closed, or the transport belongs to a Peer already
   */
  createPeer(peerId: string, transport: WebSocketTransport, info?: object): Peer<C> {
    if (!transport) throw new TypeError('no transport given')
    // Not closed: it is the other Peer's.
    if (transport.taken)
      throw new Error('the transport belongs to a Peer already: accept() makes one for each')
    const member = this.local.get(peerId)
    if (member && (this.replace || !member.established) && !transport.closed && !this.isClosed)
      member.close(CloseCode.Replaced, 'replaced by a newer connection')
    const problem = this.refusal(peerId)
    if (problem) {
      transport.close()
      throw problem
    }
    logger.debug('createPeer() [peer:%s, transport:%s]', peerId, transport)
    const { cluster } = this
    const { arrival } = transport
    // What comes from another server goes on as the same peer, or not at all.
    if (arrival && (arrival.parcel.room !== cluster?.id || arrival.parcel.peer !== peerId))
      transport.renounce()
    const clustered = cluster && new ClusterPeer<C>(peerId, transport, this, cluster)
    const peer = clustered ?? new Peer<C>(peerId, transport, this)
    if (this.checks) peer.checks = this.checks
    // On a transport that was closed already it is no member: the id stays free (S16).
    if (peer.closed) return peer
    this.local.set(peerId, peer)
    if (info) infos.set(peer, info)
    if (clustered) cluster.enter(clustered, info ?? {})
    return peer
  }

  /**
   * Notifies every member at once. The message is serialised and framed once for
   * all of them; those whose connection is ending are left out. Who is away, in a session, gets it when back.
   *
   * On a backplane those on other nodes get it too, each node's broadcasts in their order. While the other
   * nodes cannot be reached it waits for them, within bounds; beyond them `gap` is emitted.
   *
   * @throws TypeError when `method` is no string, or `data` cannot be serialised
   */
  broadcast<M extends NotificationMethod<ClientSide<C>>>(method: M, ...args: BroadcastArguments<C, M>): void
  broadcast(method: string, data?: unknown, options?: BroadcastOptions | null): void {
    if (typeof method !== 'string') throw new TypeError(`method must be a string, not ${typeof method}`)
    const text = encode(createNotification(method, data))
    const { except = [] } = options ?? {}
    const list: readonly Excepted[] = isList(except) ? except : [except]
    this.cluster?.publish(
      text,
      list.map((excepted) => (typeof excepted === 'string' ? excepted : excepted.id)),
    )
    this.deliver(new SharedText(text, this.cluster?.place), list)
  }

  /**
   * Who is there, on all nodes.
   * @throws BackplaneUnavailableError (rejects) when that cannot be known at present
   */
  async members(): Promise<Member[]> {
    if (this.cluster) return await this.cluster.members()
    return this.peers.map((peer) => ({ id: peer.id, info: infos.get(peer) ?? {} }))
  }

  /**
   * Notifies a member, on whichever node. Resolves when its node has handed the message to the network or, in a
   * session, keeps it for the client.
   *
   * @throws PeerNotFoundError (rejects) when there is no such member
   * @throws BackplaneUnavailableError, RequestTimeoutError (rejects) when its node cannot be reached, or says nothing
   */
  notifyPeer<M extends NotificationMethod<ClientSide<C>>>(
    peerId: string,
    method: M,
    ...args: NotificationArguments<ClientSide<C>, M>
  ): Promise<void>
  async notifyPeer(peerId: string, method: string, data?: unknown): Promise<void> {
    await this.call(peerId, { kind: 'notify', method, data })
  }

  /**
   * Asks a member, on whichever node, and resolves with the data of its answer.
   *
   * @param args `data`, and options as of `peer.request()`; the default timeout of a peer on another node is 30 s
   * @throws as `notifyPeer()` and `peer.request()`
   */
  requestPeer<M extends RequestMethod<ClientSide<C>>>(
    peerId: string,
    method: M,
    ...args: RequestArguments<ClientSide<C>, M, ServerRequestOptions>
  ): Promise<RequestResult<ClientSide<C>, M>>
  async requestPeer(
    peerId: string,
    method: string,
    data?: unknown,
    options: ServerRequestOptions = {},
  ): Promise<Data> {
    const { timeout, signal } = options
    const answer = this.call(peerId, { kind: 'request', method, data, timeout }, signal)
    return await (this.checks?.answer(method, answer) ?? answer)
  }

  /** Closes every member here (4000) and empties the room (S13). On a backplane other nodes keep theirs. */
  close(): void {
    if (this.isClosed) return
    logger.debug('close()')
    this.isClosed = true
    for (const peer of this.peers) peer.close()
    this.cluster?.leave()
    emitSafely(this, 'close', [])
  }

  /**
   * A member has closed.
   * @internal
   */
  left({ id }: { readonly id: string }): void {
    this.local.delete(id)
  }

  private deliver(shared: SharedText, except: readonly Excepted[]): void {
    const excepted = new Set(except)
    for (const peer of this.local.values()) {
      if (excepted.size === 0 || (!excepted.has(peer) && !excepted.has(peer.id))) peer.sendShared(shared)
    }
  }

  private async call(peerId: string, call: PeerCall, signal?: AbortSignal): Promise<Data> {
    const { method, timeout = REMOTE_TIMEOUT } = call
    if (typeof method !== 'string') throw new TypeError(`method must be a string, not ${typeof method}`)
    if (!(timeout > 0)) throw new TypeError('timeout must be > 0')
    signal?.throwIfAborted()
    const peer = this.local.get(peerId)
    if (peer) return await peer.perform(call, signal)
    if (!this.cluster) throw new PeerNotFoundError()
    return await abortable(this.cluster.askOthers(peerId, { ...call, timeout }), signal)
  }

  private refusal(peerId: unknown): Error | undefined {
    if (typeof peerId !== 'string' || !peerId) return new TypeError('peerId must be a string')
    if (this.local.has(peerId))
      return new Error(`there is already a Peer with same peerId [peerId:"${peerId}"]`)
    if (this.isClosed)
      return new Error('the room is closed: make a new one, nothing would ever close this Peer')
    return
  }
}

function isList(value: Excepted | readonly Excepted[]): value is readonly Excepted[] {
  return Array.isArray(value)
}

/** The promise, or the signal's reason if it aborts first. */
function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    signal.addEventListener('abort', abort)
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
