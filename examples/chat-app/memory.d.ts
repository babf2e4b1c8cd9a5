// What is known of a room besides its connections, as types alone.
import type { RoomOptions } from '@protoo-kit/server-lite'
import type { Message, Presence } from './shared/contract.js'

export interface Person {
  readonly name: string
  readonly presence: Presence
}

/** What was said in a room, and who is there by which name: in a process's memory, or in Redis for several. */
export interface Memory {
  /** What the Room is made with. */
  readonly roomOptions: RoomOptions
  /**
   * Gives a message its place in the one order of the room, and the same one when it comes again.
   * @returns `told`: the others know of it already
   */
  take(message: Omit<Message, 'at'>): Promise<{ at: number; told: boolean }>
  /** In that order. */
  history(): Promise<Message[]>
  /** By peer id; somebody who is gone may be among them. */
  people(): Promise<ReadonlyMap<string, Person>>
  /** Somebody is here. */
  enter(peerId: string, name: string): Promise<void>
  change(peerId: string, presence: Presence): Promise<void>
  /** Somebody who entered at another node, and whose session has come here. */
  recognise(peerId: string): Promise<Person | undefined>
  /** The peer has closed; `left`: the person is gone, too. */
  release(peerId: string, left: boolean): Promise<void>
  /** Somebody is at no node, unless they are back. */
  forget(peerId: string, isHere: () => Promise<boolean>): Promise<void>
  /** Nothing is kept for the sake of this node any more. */
  stop(): void
  /** Nothing was ever said. */
  clear(): Promise<void>
}
