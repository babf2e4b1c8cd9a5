import { EventEmitter } from 'node:events'
import { emitSafely } from '../emit.js'
import type { Peer } from '../peer.js'
import { Request } from '../request.js'
import type { Data } from '../response.js'
import { relay } from './relay.js'

/** Lets a peer in. @param data goes with the answer */
export type AcceptJoin = (data?: Data) => void
/** Default: 403, `rejected`. */
export type RejectJoin = (status?: number, reason?: string) => void

export interface RoomEvents {
  /** A peer wants to come in: accept or reject, now or later; the first counts. Without a listener it is rejected. */
  joinrequest: [peer: Peer, data: Data, accept: AcceptJoin, reject: RejectJoin]
  addpeer: [peer: Peer]
  /** A peer has left, was removed, or is offline. */
  removepeer: [peer: Peer]
  /** A request of the method `custom`, which the listener answers. */
  custom: [req: Request, peer: Peer]
  /** Closed, or empty. Told once. */
  close: []
}

/** Peers who are in one session together (L23). One that nobody is in, or wants to be, closes. */
export class Room extends EventEmitter<RoomEvents> {
  private readonly members = new Map<Peer, () => void>()
  /** Peers whose `joinrequest` has no answer yet. */
  private readonly waiting = new Set<Peer>()
  private isClosed = false

  /** @internal */
  constructor(
    /** Of the `roomHandler`'s path. */
    readonly id: string,
    /** Where the requests in it go to. */
    readonly path: string,
    private readonly findPeer: (username: string, uuid: string) => Peer | undefined,
  ) {
    super()
    this.setMaxListeners(Number.POSITIVE_INFINITY)
  }

  get closed(): boolean {
    return this.isClosed
  }

  /** In the order in which they came; a fresh array each time. */
  get peers(): Peer[] {
    return [...this.members.keys()]
  }

  hasPeer(peer: Peer): boolean {
    return this.members.has(peer)
  }

  /**
   * Sends a request to a member.
   * @returns the request, whose `incomingResponse` tells the answers
   * @throws Error when the room is closed, or the peer is not in it
   */
  send(peer: Peer, method: string, data?: Data): Request {
    this.assertMember(peer)
    return this.request(peer, method, data)
  }

  /**
   * Sends a request to all members but one, in whose name.
   * @returns the requests by peer
   * @throws Error when the room is closed
   */
  sendToAll(from: Peer, method: string, data?: Data): { peer: Peer; req: Request }[] {
    if (this.isClosed) throw new Error('the room is closed')
    const { username, uuid } = from
    return this.peers
      .filter((peer) => peer !== from)
      .map((peer) => ({ peer, req: this.request(peer, method, data, { username, uuid }) }))
  }

  /** Sends a member away, who gets `end`. Does nothing for others. */
  removePeer(peer: Peer): void {
    if (!this.members.has(peer)) return
    if (!peer.offline) this.request(peer, 'end')
    this.remove(peer)
  }

  /** Sends everybody away, who get `end`. */
  close(): void {
    if (this.isClosed) return
    this.isClosed = true
    for (const [peer, undo] of this.members) {
      undo()
      if (!peer.offline) this.request(peer, 'end')
    }
    this.members.clear()
    emitSafely(this, 'close')
  }

  /** @internal A `session` request. */
  join(req: Request): void {
    const { peer } = req
    if (this.members.has(peer) || this.waiting.has(peer)) {
      req.reply(500, 'peer already exists in the room')
      return
    }
    this.waiting.add(peer)
    const decide = (verdict: () => void): void => {
      if (!this.waiting.delete(peer)) return
      if (peer.offline || this.isClosed) {
        if (!req.ended) req.reply(410, 'too late')
      } else verdict()
      this.closeIfEmpty()
    }
    const accept: AcceptJoin = (data) =>
      decide(() => {
        this.add(peer)
        req.reply(200, 'OK', { ...data, sessionPath: this.path })
        emitSafely(this, 'addpeer', peer)
      })
    const reject: RejectJoin = (status = 403, reason = 'rejected') => decide(() => req.reply(status, reason))
    const leave = (): void => reject()
    peer.once('offline', leave)
    req.once('outgoingResponse', () => peer.off('offline', leave))
    if (this.listenerCount('joinrequest') === 0) reject()
    else emitSafely(this, 'joinrequest', peer, req.data, accept, reject)
  }

  /** @internal Any other request. */
  handle(req: Request): void {
    const { peer, method } = req
    if (!this.members.has(peer)) req.reply(481, 'peer does not exist in the room')
    else if (method === 'end') {
      req.reply(200, 'OK')
      this.remove(peer)
    } else if (method === 'private') this.forward(req)
    else if (method === 'custom' && this.listenerCount('custom') > 0) emitSafely(this, 'custom', req, peer)
    else req.reply(405, 'method not implemented')
  }

  /** To one other member, which `data.peer` names. */
  private forward(req: Request): void {
    const { username, uuid } = (req.data.peer ?? {}) as Record<string, unknown>
    const found =
      typeof username === 'string' && typeof uuid === 'string' ? this.findPeer(username, uuid) : undefined
    if (!found || !this.members.has(found)) {
      req.reply(404, 'destination peer does not exist')
      return
    }
    req.data = { ...req.data, sessionPath: this.path, sender: req.sender }
    relay(req)
    found.send(req)
  }

  private request(peer: Peer, method: string, data?: Data, sender?: Request['sender']): Request {
    const req = Request.create({ method, data: { ...data, sessionPath: this.path }, sender })
    peer.send(req)
    return req
  }

  private add(peer: Peer): void {
    const gone = (): void => this.remove(peer)
    peer.once('offline', gone)
    this.members.set(peer, () => peer.off('offline', gone))
  }

  private remove(peer: Peer): void {
    this.members.get(peer)?.()
    if (!this.members.delete(peer)) return
    emitSafely(this, 'removepeer', peer)
    this.closeIfEmpty()
  }

  private closeIfEmpty(): void {
    if (this.members.size === 0 && this.waiting.size === 0) this.close()
  }

  private assertMember(peer: Peer): void {
    if (this.isClosed) throw new Error('the room is closed')
    if (!this.members.has(peer)) throw new Error('the peer is not in the room')
  }
}
