/**
 * Who is in the room, who of them is away, and who types.
 *
 * @import { Member, Presence } from './contract.js'
 * @import { ChatClock, MemberView } from './chat-state.js'
 */

/** ms after which somebody who was heard typing no longer is. */
const TYPING = 5000

export class MemberList {
  /** In the order of joining. @type {Map<string, MemberView>} */
  #members = new Map()
  /** Timers of those who type, by id. @type {Map<string, unknown>} */
  #typing = new Map()
  #you
  #clock
  #changed

  /**
   * @param {{ id: string, name: string }} you
   * @param {ChatClock} clock
   * @param {() => void} changed called when somebody stopped typing by themselves
   */
  constructor(you, clock, changed) {
    this.#you = you
    this.#clock = clock
    this.#changed = changed
    this.replace([{ ...you, presence: 'here' }])
  }

  /** @returns {readonly MemberView[]} */
  view() {
    return [...this.#members.values()]
  }

  /** @param {readonly Member[]} members in the order of joining */
  replace(members) {
    this.stop()
    // After a lost session the server's order is that of coming back. Those who were here stay where they are.
    const before = this.#members.size > 1 ? [...this.#members.keys()] : []
    const place = (/** @type {Member} */ { id }) => (before.includes(id) ? before.indexOf(id) : before.length)
    this.#members = new Map()
    for (const { id, name, presence } of [...members].sort((one, other) => place(one) - place(other)))
      this.#put({ id, name, presence, typing: false })
  }

  /** @param {{ id: string, name: string }} member */
  join({ id, name }) {
    this.#put({ id, name, presence: 'here', typing: this.#typing.has(id) })
  }

  /** @param {string} id */
  leave(id) {
    this.setTyping(id, false)
    this.#members.delete(id)
  }

  /**
   * @param {string} id
   * @param {Presence} presence
   */
  setPresence(id, presence) {
    if (presence === 'away') this.setTyping(id, false)
    this.#change(id, { presence })
  }

  /**
   * @param {string} id
   * @param {boolean} typing
   */
  setTyping(id, typing) {
    this.#clock.clearTimeout(this.#typing.get(id))
    this.#typing.delete(id)
    if (!this.#members.has(id) || id === this.#you.id) return
    this.#change(id, { typing })
    if (!typing) return
    const timer = this.#clock.setTimeout(() => {
      this.setTyping(id, false)
      this.#changed()
    }, TYPING)
    this.#typing.set(id, timer)
  }

  /** Nobody types any more, and no timer is left. */
  stop() {
    for (const id of [...this.#typing.keys()]) this.setTyping(id, false)
  }

  /**
   * @param {string} id
   * @param {Partial<MemberView>} change
   */
  #change(id, change) {
    const member = this.#members.get(id)
    if (member) this.#put({ ...member, ...change })
  }

  /** @param {Omit<MemberView, 'you'>} member */
  #put(member) {
    this.#members.set(member.id, Object.freeze({ ...member, you: member.id === this.#you.id }))
  }
}
