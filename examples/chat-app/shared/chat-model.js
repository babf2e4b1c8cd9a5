/**
 * A room as one person sees it: the same model behind each of the three front ends.
 *
 * It joins whenever a connection begins without the session of before, and merges what the server remembers with what
 * the page has. A message has an id of its own and is sent with `retry`: it arrives once, however often the connection
 * breaks, the server restarts or the page is reloaded meanwhile.
 *
 * @import { Peer, PeerEvents } from '@protoo-kit/client-core'
 * @import { ChatContract } from './contract.js'
 * @import { Chat, ChatClock, ChatOptions, ChatState, ChatStorage } from './chat-state.js'
 *
 * @typedef {PeerEvents<ChatContract>['notification'][0]} Heard
 */
import { ChatMemory } from './chat-memory.js'
import { newId } from './id.js'
import { MemberList } from './member-list.js'
import { MessageList } from './message-list.js'

/** Most characters of a message, for the server too. */
export const MAX_TEXT = 2000
/** ms for a message: longer than a session waits for a connection, so that what can be saved is. */
const PATIENCE = 45_000
/** Most that is kept of what was heard while joining. */
const HEARD = 1000
/** ms between two words to the others that this person still types. */
const TELL_TYPING = 2000

/** @type {ChatClock} */
const systemClock = {
  now: () => Date.now(),
  setTimeout: (callback, ms) => setTimeout(callback, ms),
  clearTimeout: (timer) => clearTimeout(/** @type {number | undefined} */ (timer)),
}

/**
 * Reads what was kept of the room; nothing else happens before `start()`.
 *
 * @param {Pick<Peer<ChatContract>, 'connected' | 'listen' | 'notify' | 'request'>} peer closed by whoever made it
 * @param {ChatOptions} options
 * @returns {Chat}
 */
export function createChat(peer, { you, name, room, storage = pageStorage(), clock = systemClock }) {
  const memory = new ChatMemory(storage, room)
  const messages = new MessageList(you, name)
  for (const message of memory.unsent) messages.put(message)
  const members = new MemberList({ id: you, name }, clock, changed)
  let draft = memory.draft
  /** @type {string | undefined} */
  let refused
  /** Whether the session that the peer has now is in the room. @type {'out' | 'joining' | 'in'} */
  let place = 'out'
  /** What was heard of people while the answer to `join`, which may not know of it, was on its way. @type {Heard[]} */
  let meanwhile = []
  /** Aborts what is awaited, at the end of this start. */
  let running = new AbortController()
  /** Ids of messages whose answer is awaited. */
  const underWay = new Set()
  let toldTypingAt = -Infinity
  /** @type {Set<() => void>} */
  const listeners = new Set()
  /** @type {ChatState | undefined} */
  let state

  function changed() {
    state = undefined
    for (const listener of [...listeners]) listener()
  }

  function changedMessages() {
    memory.unsent = messages.unsent
    changed()
  }

  async function join() {
    const { signal } = running
    place = 'joining'
    meanwhile = []
    try {
      const joined = await peer.request('join', { name }, { signal })
      place = 'in'
      refused = undefined
      members.replace(joined.members)
      for (const heard of meanwhile) hear(heard)
      meanwhile = []
      for (const message of joined.history) messages.confirm(message)
      changedMessages()
      // Written before a reload, and perhaps taken without this page having heard of it: the server knows the id.
      for (const { id, state } of messages.unsent) if (state === 'sending') deliver(id)
    } catch (error) {
      if (signal.aborted || !(error instanceof Error)) return
      // After any other error there will be another `open`.
      if (error.name === 'RequestTimeoutError') joinAgain()
      if (error.name !== 'RequestError') return
      place = 'out'
      refused = error.message
      changed()
    }
  }

  function joinAgain() {
    place = 'out'
    if (peer.connected) join()
  }

  /** @param {string} id of an unsent message */
  async function deliver(id) {
    const { signal } = running
    const message = messages.unsent.find((message) => message.id === id)
    if (!message || underWay.has(id)) return
    underWay.add(id)
    messages.put({ ...message, state: 'sending' })
    changedMessages()
    try {
      const { text } = message
      const { at } = await peer.request('message', { id, text }, { retry: true, timeout: PATIENCE, signal })
      messages.sent(id, at)
    } catch {
      // Left, not failed: it is sent when the person is back.
      if (!signal.aborted) messages.fail(id)
    } finally {
      underWay.delete(id)
    }
    changedMessages()
  }

  /** @param {Heard} notification */
  function hear(notification) {
    const { method, data } = notification
    if (place === 'joining' && method.startsWith('member'))
      meanwhile = [...meanwhile, notification].slice(-HEARD)
    if (method === 'message') {
      messages.confirm(data)
      members.setTyping(data.from, false)
    } else if (method === 'memberjoin') members.join(data)
    else if (method === 'memberleave') members.leave(data.id)
    else if (method === 'memberaway') members.setPresence(data.id, 'away')
    else if (method === 'memberback') members.setPresence(data.id, 'here')
    else if (method === 'typing') members.setTyping(data.id, data.typing)
    changed()
  }

  /** @param {boolean} typing */
  function tellTyping(typing) {
    const now = clock.now()
    const known = typing ? now - toldTypingAt < TELL_TYPING : toldTypingAt === -Infinity
    // Whoever is told nothing finds out by themselves, some seconds later.
    if (place !== 'in' || !peer.connected || known) return
    toldTypingAt = typing ? now : -Infinity
    peer.notify('typing', { typing }).catch(() => {})
  }

  /** @param {string} text */
  function setDraft(text) {
    if (text === draft) return
    memory.draft = draft = text
    tellTyping(text.trim() !== '')
    changed()
  }

  return {
    get() {
      state ??= Object.freeze({ members: members.view(), messages: messages.view(), draft, refused })
      return state
    },

    subscribe(listener) {
      // One of its own, so that a function that is added twice is taken off once.
      const own = () => listener()
      listeners.add(own)
      return () => void listeners.delete(own)
    },

    start() {
      running.abort()
      const mine = new AbortController()
      running = mine
      const undo = [
        peer.listen('open', ({ resumed }) => {
          if (!resumed || place === 'out') join()
        }),
        peer.listen('notification', hear),
      ]
      if (peer.connected) join()
      return () => {
        mine.abort()
        for (const each of undo) each()
        if (running !== mine) return
        place = 'out'
        members.stop()
      }
    },

    send(text) {
      const said = text.trim()
      if (!said || said.length > MAX_TEXT || !peer.connected) return false
      const id = newId()
      messages.put({ id, text: said, at: clock.now(), state: 'sending' })
      // The message says that the typing is over.
      toldTypingAt = -Infinity
      memory.draft = draft = ''
      deliver(id)
      return true
    },

    sendAgain(id) {
      if (peer.connected) deliver(id)
    },

    setDraft,
  }
}

/** @returns {ChatStorage | undefined} */
function pageStorage() {
  try {
    return globalThis.sessionStorage
  } catch {
    // Forbidden by the browser's settings.
    return undefined
  }
}
