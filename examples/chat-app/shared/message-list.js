/**
 * The messages of a room: each once, in the order of the server, and who of a run of them is first and last.
 *
 * @import { Message } from './contract.js'
 * @import { Delivery, MessageView } from './chat-state.js'
 */

/** ms between messages of one person that are shown apart. */
const APART = 5 * 60_000
/** Confirmed messages that a page keeps; older ones go. */
const KEPT = 500

/** An own message that the server has not confirmed. @typedef {{ id: string, text: string, at: number, state: 'sending' | 'failed' }} Unsent */

export class MessageList {
  /** Those that the server has, by key. @type {Map<string, Message>} */
  #confirmed = new Map()
  /** In the order in which they were written, by id. @type {Map<string, Unsent>} */
  #unsent = new Map()
  /** The views of before, by key: what did not change stays the same object. @type {Map<string, MessageView>} */
  #views = new Map()
  #you
  #name

  /**
   * @param {string} you peer id of this person
   * @param {string} name
   */
  constructor(you, name) {
    this.#you = you
    this.#name = name
  }

  /** @returns {Unsent[]} */
  get unsent() {
    return [...this.#unsent.values()]
  }

  /**
   * Takes in what the server has; the same again changes nothing.
   * @param {Message} message
   */
  confirm({ id, from, name, text, at }) {
    if (from === this.#you) this.#unsent.delete(id)
    this.#confirmed.set(keyOf(from, id), { id, from, name, text, at })
    if (this.#confirmed.size > KEPT) {
      const oldest = [...this.#confirmed].reduce((one, other) => (other[1].at < one[1].at ? other : one))
      this.#confirmed.delete(oldest[0])
    }
  }

  /**
   * The server's answer to an own message.
   * @param {string} id
   * @param {number} at
   */
  sent(id, at) {
    const unsent = this.#unsent.get(id)
    if (unsent) this.confirm({ id, from: this.#you, name: this.#name, text: unsent.text, at })
  }

  /** @param {Unsent} message */
  put(message) {
    this.#unsent.set(message.id, message)
  }

  /** @param {string} id */
  fail(id) {
    const unsent = this.#unsent.get(id)
    if (unsent) this.#unsent.set(id, { ...unsent, state: 'failed' })
  }

  /** @returns {readonly MessageView[]} */
  view() {
    const confirmed = [...this.#confirmed.values()].sort((one, other) => one.at - other.at)
    /** @type {(Message & { state: Delivery })[]} */
    const all = [
      ...confirmed.map((message) => ({ ...message, state: /** @type {const} */ ('sent') })),
      ...this.unsent.map((message) => ({ ...message, from: this.#you, name: this.#name })),
    ]
    const newest = confirmed.findLast(({ from }) => from === this.#you)
    const views = all.map((message, index) => {
      const key = keyOf(message.from, message.id)
      return this.#settle({
        ...message,
        key,
        own: message.from === this.#you,
        first: areApart(all[index - 1], message),
        last: areApart(message, all[index + 1]),
        newest: message.state === 'sent' && message.id === newest?.id && message.from === this.#you,
      })
    })
    this.#views = new Map(views.map((view) => [view.key, view]))
    return views
  }

  /**
   * @param {MessageView} view
   * @returns {MessageView} the one of before if nothing has changed
   */
  #settle(view) {
    const before = this.#views.get(view.key)
    const same = before && Object.entries(view).every(([name, value]) => Reflect.get(before, name) === value)
    return same ? before : Object.freeze(view)
  }
}

/**
 * Ids are chosen by those who send, so two people may have chosen the same.
 * @param {string} from
 * @param {string} id
 */
function keyOf(from, id) {
  return JSON.stringify([from, id])
}

/**
 * @param {Message | undefined} one
 * @param {Message | undefined} other
 */
function areApart(one, other) {
  return !one || !other || one.from !== other.from || other.at - one.at > APART
}
