import { EventEmitter } from 'node:events'
import {
  type AnyContract,
  type ClientSide,
  CloseCode,
  type Contract,
  createNotification,
  encode,
  type NotificationArguments,
  type NotificationMethod,
} from '@protoo-kit/protocol'
import { SharedText } from './connection.js'
import { emitSafely } from './emit.js'
import { createLogger } from './logger.js'
import { Peer } from './peer.js'
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

/** Peers by id (S11). Emits `close` once. */
export class Room<C extends Contract = AnyContract> extends EventEmitter<{ close: [] }> {
  private isClosed = false
  private readonly members = new Map<string, Peer<C>>()

  constructor() {
    super()
    this.setMaxListeners(Number.POSITIVE_INFINITY)
  }

  get closed(): boolean {
    return this.isClosed
  }

  /** In the order they joined; a fresh array each time. */
  get peers(): Peer<C>[] {
    return [...this.members.values()]
  }

  hasPeer(peerId: string): boolean {
    return this.members.has(peerId)
  }

  getPeer(peerId: string): Peer<C> | undefined {
    return this.members.get(peerId)
  }

  /**
   * Makes the client behind `transport` a member (S12). Add its listeners right
   * after: what the client has sent meanwhile is delivered then.
   *
   * A member of that id whose session waits for its client is superseded, and closed (4001): that
   * is the same page, reloaded.
   *
   * @param transport what `accept()` returned; closed (4000) when this throws for the sake of the id or the room
   * @throws TypeError when there is no transport, or the id is no string or empty
   * @throws Error when the id is taken, the room is closed, or the transport belongs to a Peer already
   */
  createPeer(peerId: string, transport: WebSocketTransport): Peer<C> {
    if (!transport) throw new TypeError('no transport given')
    // Not closed: it is the other Peer's.
    if (transport.taken)
      throw new Error('the transport belongs to a Peer already: accept() makes one for each')
    const member = this.members.get(peerId)
    if (member && !member.established && !transport.closed && !this.isClosed)
      member.close(CloseCode.Replaced, 'replaced by a newer connection')
    const problem = this.refusal(peerId)
    if (problem) {
      transport.close()
      throw problem
    }
    logger.debug('createPeer() [peer:%s, transport:%s]', peerId, transport)
    const peer = new Peer<C>(peerId, transport, this)
    // On a transport that was closed already it is no member: the id stays free (S16).
    if (!peer.closed) this.members.set(peerId, peer)
    return peer
  }

  /**
   * Notifies every member at once. The message is serialised and framed once for
   * all of them; those whose connection is ending are left out. Who is away, in a session, gets it when back.
   *
   * @throws TypeError when `method` is no string, or `data` cannot be serialised
   */
  broadcast<M extends NotificationMethod<ClientSide<C>>>(method: M, ...args: BroadcastArguments<C, M>): void
  broadcast(method: string, data?: unknown, options?: BroadcastOptions | null): void {
    if (typeof method !== 'string') throw new TypeError(`method must be a string, not ${typeof method}`)
    const shared = new SharedText(encode(createNotification(method, data)))
    const { except = [] } = options ?? {}
    const list: readonly Excepted[] = isList(except) ? except : [except]
    const excepted = new Set(list)
    for (const peer of this.members.values()) {
      if (!excepted.has(peer) && !excepted.has(peer.id)) peer.sendShared(shared)
    }
  }

  /** Closes every member (4000) and empties the room (S13). */
  close(): void {
    if (this.isClosed) return
    logger.debug('close()')
    this.isClosed = true
    for (const peer of this.peers) peer.close()
    emitSafely(this, 'close', [])
  }

  /**
   * A member has closed.
   * @internal
   */
  left({ id }: { readonly id: string }): void {
    this.members.delete(id)
  }

  private refusal(peerId: unknown): Error | undefined {
    if (typeof peerId !== 'string' || !peerId) return new TypeError('peerId must be a string')
    if (this.members.has(peerId))
      return new Error(`there is already a Peer with same peerId [peerId:"${peerId}"]`)
    if (this.isClosed)
      return new Error('the room is closed: make a new one, nothing would ever close this Peer')
    return
  }
}

function isList(value: Excepted | readonly Excepted[]): value is readonly Excepted[] {
  return Array.isArray(value)
}
