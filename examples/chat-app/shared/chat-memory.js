/**
 * What a page keeps of a room over a reload: the draft, and messages that the server has not confirmed.
 *
 * @import { ChatStorage } from './chat-state.js'
 * @import { Unsent } from './message-list.js'
 */

/** Most unconfirmed messages that are kept. */
const KEPT = 50

export class ChatMemory {
  #storage
  #room

  /**
   * @param {ChatStorage | undefined} storage without one nothing is kept
   * @param {string} room
   */
  constructor(storage, room) {
    this.#storage = storage
    this.#room = room
  }

  /** @returns {string} */
  get draft() {
    return this.#read('draft')
  }

  set draft(text) {
    this.#write('draft', text)
  }

  /** @returns {Unsent[]} */
  get unsent() {
    try {
      const list = JSON.parse(this.#read('unsent') || '[]')
      return Array.isArray(list) ? list.flatMap(parseUnsent) : []
    } catch {
      return []
    }
  }

  set unsent(messages) {
    this.#write('unsent', messages.length ? JSON.stringify(messages.slice(-KEPT)) : '')
  }

  /** @param {string} name */
  #read(name) {
    try {
      return this.#storage?.getItem(`${name}:${this.#room}`) ?? ''
    } catch {
      return ''
    }
  }

  /**
   * @param {string} name
   * @param {string} value
   */
  #write(name, value) {
    try {
      if (value) this.#storage?.setItem(`${name}:${this.#room}`, value)
      else this.#storage?.removeItem(`${name}:${this.#room}`)
    } catch {
      // Full, or forbidden by the browser: then it is kept as long as the page is.
    }
  }
}

/**
 * @param {unknown} value what an older version, or somebody at the developer tools, may have left
 * @returns {Unsent[]} one, or none
 */
function parseUnsent(value) {
  if (typeof value !== 'object' || value === null) return []
  const { id, text, at, state } = /** @type {Record<string, unknown>} */ (value)
  if (typeof id !== 'string' || typeof text !== 'string' || typeof at !== 'number') return []
  return [{ id, text, at, state: state === 'sending' ? 'sending' : 'failed' }]
}
