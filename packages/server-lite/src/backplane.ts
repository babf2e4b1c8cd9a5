import type { Data } from '@protoo-kit/protocol'

/** Who is in a room, on whichever node. */
export interface Member {
  readonly id: string
  /** What `room.createPeer()` was given for everybody to see; `{}` when that was nothing. */
  readonly info: Data
}

/** What a peer on another node is to be sent. */
export interface PeerCall {
  readonly kind: 'request' | 'notify'
  readonly method: string
  readonly data: unknown
  /** ms that a request waits for its answer. */
  readonly timeout?: number | undefined
}

/** That a peer id is this node's, and no other's. */
export interface Claim {
  /** What another node may {@link BackplaneLink.take} it with. */
  readonly pass: string
  /** Gives it back. A second call does nothing. */
  release(): void
}

/** A member's session, by which it is known when it comes back after its node has died. Keys are hashes of tokens. */
export interface MemberSession {
  readonly key: string
  /** The one that it had before, and the last {@link BackplaneLink.place} that its client saw. */
  readonly before?: { readonly key: string; readonly place: string } | undefined
}

/** A broadcast that a peer has not had yet. */
export interface Missed {
  readonly text: string
  /** Where the peer stands once it has. */
  readonly place: string
}

/** What a peer id is taken over with. */
export interface Passage {
  /** Of the claim that it has been so far. */
  readonly pass: string
  /** Where the peer stands: what {@link BackplaneLink.place} was when it left. */
  readonly place: string
}

/** A claim of a peer that has been in the room, on another node. */
export interface TakenClaim extends Claim {
  /**
   * The broadcasts since its place that are for the peer, in order: {@link BackplaneRoom.deliver} is for it from this call on, and not before.
   * @returns undefined when some of them are not known any more
   */
  missed(): readonly Missed[] | undefined
}

/**
 * What connects the nodes (processes) that have a room in common. `MemoryBackplane` does so within one
 * process, `@protoo-kit/redis` over a Redis; `new Room({ id, backplane })` uses it.
 */
export interface Backplane {
  /**
   * This node has the room, until it leaves.
   * @throws TypeError when the id cannot be one
   * @throws Error when this node has it already, or the backplane is closed
   */
  join(roomId: string, room: BackplaneRoom): BackplaneLink
  /** The servers that hand sessions over to each other, on all nodes. */
  connect(server: BackplaneServer): ServerLink
}

/** A server, as others on the backplane see it. Questions and answers are texts of the servers' own. */
export interface BackplaneServer {
  /** @returns undefined when the question is not for this server */
  answer(question: string): string | undefined
}

/** A server's way to the others. All that is asynchronous rejects with `BackplaneUnavailableError` while they cannot be reached. */
export interface ServerLink {
  /** What others reach this server by. It may change. */
  readonly address: string
  /**
   * Asks all others at once. One that is silent is waited for until it cannot act for any peer any more.
   * @returns the first answer, undefined when nobody has one
   */
  askAll(question: string): Promise<string | undefined>
  /** Asks one server. @returns undefined when it has nothing to say */
  ask(address: string, question: string): Promise<string | undefined>
  /** Has `gone` called, once, when that server's node is dead. @returns its undo */
  watch(address: string, gone: () => void): () => void
  /** Nothing is asked of it any more. */
  close(): void
}

/** A node's end of a room. All that is asynchronous rejects with `BackplaneUnavailableError` while the others cannot be reached. */
export interface BackplaneLink {
  /** Whether this node may act for the peers that it has claimed; looked at before everything that they send. */
  readonly current: boolean
  /**
   * Claims a peer id. One that this node has claimed itself is waited for until it is released. If another node has
   * it, that one is asked to {@link BackplaneRoom.yield} it; one that is silent is waited for until it cannot act for the peer any more.
   *
   * @param session of the peer, if it has one. Where `before` is right, the claim says what has been missed since
   * @param wanted whether the peer is still there: a claim that waits is given up once it is not, and asks no other node to yield
   * @returns undefined when another node keeps it, or it is not wanted any more
   */
  claim(
    peerId: string,
    info: Data,
    replace: boolean,
    session?: MemberSession,
    wanted?: () => boolean,
  ): Promise<Claim | TakenClaim | undefined>
  /** Where a peer stands that has all broadcasts so far: at most 99 letters, digits, `-` and `_`. */
  readonly place: string
  /**
   * Takes a peer id over from the node that hands its session over; nobody sees it leave. That node's room hears {@link BackplaneRoom.lost}.
   * @returns undefined when it is not there to be taken (any more)
   */
  take(peerId: string, info: Data, passage: Passage, session?: MemberSession): Promise<TakenClaim | undefined>
  /**
   * Hands a message to all other nodes, in order; from then on {@link place} is behind it. While they cannot be reached it waits, within bounds.
   * @param except ids of the peers that do not get it
   */
  publish(text: string, except: readonly string[]): void
  /** Resolves once the room was told who is there. */
  ready(): Promise<void>
  /**
   * Has another node send something to its peer.
   * @returns the answer of a request, `{}` for a notification that was handed over
   * @throws PeerNotFoundError, RequestTimeoutError, and what the peer's own methods reject with
   */
  call(peerId: string, call: PeerCall): Promise<Data>
  /** The room has closed. The claims have been released. */
  leave(): void
}

/** What a backplane tells a room. It tells nothing before `join()` has returned. */
export interface BackplaneRoom {
  /** Another node broadcasts. */
  deliver(text: string, except: readonly string[]): void
  /** A member is there, on this node or another; told again if it is a newer one of the same id. */
  joined(member: Member): void
  left(peerId: string): void
  /**
   * Another node wants the id of a peer here. If it may have it the peer is closed, and its claim released, before this returns.
   * @param replace whether it wants it although the client is there
   */
  yield(peerId: string, replace: boolean): boolean
  /** A claim has ended by itself: this node may no longer act for the peer. */
  lost(peerId: string): void
  call(peerId: string, call: PeerCall): Promise<Data>
  /** Broadcasts to or from other nodes may be missing. */
  gap(error: Error): void
}
