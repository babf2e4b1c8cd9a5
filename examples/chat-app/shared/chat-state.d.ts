// What a page shows of a room.
import type { Member, Message } from './contract.js'

/** Immutable, and the same object until something changes; so is each of its members and messages. */
export interface ChatState {
  readonly members: readonly MemberView[]
  /** Oldest first; those that the server does not have yet are last. */
  readonly messages: readonly MessageView[]
  /** What is typed and not sent. */
  readonly draft: string
  /** Why the server did not let this person into the room. */
  readonly refused?: string | undefined
}

export interface MemberView extends Member {
  readonly typing: boolean
  readonly you: boolean
}

/**
 * `sending` until the server has confirmed it; `failed` when it refused, did not answer in time, or the connection
 * was given up: there is "send again" then.
 */
export type Delivery = 'sending' | 'sent' | 'failed'

export interface MessageView extends Message {
  /** Unique among all messages of the room. */
  readonly key: string
  readonly own: boolean
  readonly state: Delivery
  /** Whether it begins, and ends, a run of messages by one person. */
  readonly first: boolean
  readonly last: boolean
  /** The newest own message that was sent: the only one that says so. */
  readonly newest: boolean
}

/** What the model needs of `localStorage` and `sessionStorage`. */
export type ChatStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

/** Time, which tests hold in their hands. */
export interface ChatClock {
  /** Epoch ms. */
  now(): number
  setTimeout(callback: () => void, ms: number): unknown
  clearTimeout(timer: unknown): void
}

export interface ChatOptions {
  /** This person's peer id. */
  you: string
  name: string
  room: string
  /** What survives a reload: default `sessionStorage`, where there is one. */
  storage?: ChatStorage | undefined
  clock?: ChatClock | undefined
}

export interface Chat {
  get(): ChatState
  /** @param listener called after each change. @returns its undo */
  subscribe(listener: () => void): () => void
  /** Begins to listen to the peer, and joins when it is open. @returns its undo, after which it may be started again */
  start(): () => void
  /** @returns whether it is on its way; if not (there is no connection, or no text), the draft stays as it is */
  send(text: string): boolean
  /** Does nothing while there is no connection. @param id of an own message that has failed */
  sendAgain(id: string): void
  /** Keeps it over a reload, and tells the others that somebody types. */
  setDraft(text: string): void
}
