/**
 * What is known of a room besides its connections: what was said, and who is there by which name. Here it is this
 * process's own; `shared-room-memory.js` has the same for several.
 *
 * @import { RoomOptions } from '@protoo-kit/server-lite'
 * @import { Message, Presence } from './shared/contract.js'
 * @import { Memory, Person } from './memory.js'
 */

/** Messages that newcomers are shown. */
export const HISTORY_LENGTH = 100
/** Messages that are recognised when they are sent again. */
export const RECOGNISED = 1000

/** @implements {Memory} */
export class RoomMemory {
  /** @type {RoomOptions} */
  roomOptions = {}
  /** @type {Message[]} */
  #history = []
  /** When each message was taken, by who sent it and its id; oldest first. @type {Map<string, number>} */
  #taken = new Map()
  /** @type {Map<string, Person>} */
  #people = new Map()

  /** @param {Omit<Message, 'at'>} message */
  async take(message) {
    const key = keyOf(message)
    const known = this.#taken.get(key)
    if (known) return { at: known, told: true }
    // Never twice the same: pages sort by it.
    const at = Math.max(Date.now(), (this.#history.at(-1)?.at ?? 0) + 1)
    this.#history = [...this.#history, { ...message, at }].slice(-HISTORY_LENGTH)
    this.#taken.set(key, at)
    if (this.#taken.size > RECOGNISED) this.#taken.delete(this.#taken.keys().next().value ?? '')
    return { at, told: false }
  }

  async history() {
    return this.#history
  }

  async people() {
    return this.#people
  }

  /**
   * @param {string} peerId
   * @param {string} name
   */
  async enter(peerId, name) {
    this.#people.set(peerId, { name, presence: 'here' })
  }

  /**
   * @param {string} peerId
   * @param {Presence} presence
   */
  async change(peerId, presence) {
    const person = this.#people.get(peerId)
    if (person) this.#people.set(peerId, { ...person, presence })
  }

  async recognise() {
    return undefined
  }

  /** @param {string} peerId */
  async release(peerId) {
    this.#people.delete(peerId)
  }

  async forget() {}

  stop() {}

  async clear() {
    this.#history = []
    this.#taken.clear()
  }
}

/**
 * Clients choose the ids of their messages.
 * @param {Pick<Message, 'from' | 'id'>} message
 */
export function keyOf({ from, id }) {
  return JSON.stringify([from, id])
}
