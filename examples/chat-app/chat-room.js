/**
 * What a room is, in terms of peers, requests and notifications.
 *
 * @import { ChatContract, Member, Message } from './shared/contract.js'
 * @import { Peer, WebSocketTransport } from '@protoo-kit/server-lite'
 */
import { CloseCode, RequestError, Room } from '@protoo-kit/server-lite'
import { isText } from './text.js'

/** Messages that newcomers are shown. */
const HISTORY_LENGTH = 100
/** Messages that are recognised when they are sent again. */
const RECOGNISED = 1000
const MAX_MEMBERS = 200
/** ms, at least, between two times that the others are told that somebody types. */
const TYPING_INTERVAL = 300

export class ChatRoom {
  /** @type {Room<ChatContract>} */
  #room = new Room()
  /** @type {Message[]} */
  #history = []
  /** When each message was taken, by who sent it and its id; oldest first. @type {Map<string, number>} */
  #taken = new Map()
  /** @type {NodeJS.Timeout | undefined} */
  #timer
  #forget
  #forgetAfter

  /**
   * @param {() => void} forget called when nobody has been here for a while
   * @param {number} forgetAfter which is so many ms
   */
  constructor(forget, forgetAfter) {
    this.#forget = forget
    this.#forgetAfter = forgetAfter
  }

  /** @param {string} peerId */
  hasPlaceFor(peerId) {
    return this.#room.hasPeer(peerId) || this.#room.peers.length < MAX_MEMBERS
  }

  /**
   * @param {string} peerId
   * @param {WebSocketTransport} transport
   */
  enter(peerId, transport) {
    // The same person in another tab, or a page whose connection broke without anybody telling the server.
    this.#room.getPeer(peerId)?.close(CloseCode.Replaced, 'joined from elsewhere')

    const peer = this.#room.createPeer(peerId, transport)
    // Not sooner: whoever was closed just now may have left the room empty for a moment.
    clearTimeout(this.#timer)
    peer.handle('join', (data) => this.#join(peer, data))
    peer.handle('message', (data) => this.#say(peer, data))
    peer.on('notification', ({ method, data }) => {
      if (method === 'typing') this.#tellTyping(peer, data)
    })
    peer.on('disconnected', () => this.#tellOthers(peer, 'memberaway'))
    peer.on('resumed', () => this.#tellOthers(peer, 'memberback'))
    peer.on('close', ({ cause }) => {
      // Who was disconnected from here is either replaced, and still there for the others, or they all have to go.
      if (cause === 'remote') this.#tellOthers(peer, 'memberleave')
      if (this.#room.peers.length > 0) return
      clearTimeout(this.#timer)
      this.#timer = setTimeout(this.#forget, this.#forgetAfter).unref()
    })
  }

  close() {
    this.#room.close()
    clearTimeout(this.#timer)
  }

  disconnect() {
    for (const peer of this.#room.peers) peer.close(1012, 'server is stopping')
    clearTimeout(this.#timer)
  }

  /**
   * @param {Peer<ChatContract>} peer
   * @param {any} data anything that a client may send
   * @returns {{ members: Member[], history: Message[] }}
   */
  #join(peer, data) {
    if (!isText(data?.name, 40)) throw new RequestError(400, 'name must be 1 to 40 characters')
    const name = data.name.trim()
    if (peer.data.name !== name) {
      peer.data.name = name
      this.#room.broadcast('memberjoin', { id: peer.id, name }, { except: peer })
    }
    const members = this.#room.peers
      .filter(({ data }) => data.name)
      .map(
        ({ id, data, connected }) =>
          /** @type {Member} */ ({
            id,
            name: data.name,
            presence: connected ? 'here' : 'away',
          }),
      )
    return { members, history: this.#history }
  }

  /**
   * @param {Peer<ChatContract>} peer
   * @param {any} data anything that a client may send
   * @returns {{ id: string, at: number }}
   */
  #say(peer, data) {
    const { name } = peer.data
    if (!name) throw new RequestError(403, 'join first')
    if (!isText(data?.text, 2000)) throw new RequestError(400, 'text must be 1 to 2000 characters')
    if (!isText(data.id, 64)) throw new RequestError(400, 'id must be 1 to 64 characters')

    // The client chose the id, so that it can safely repeat a message whose answer it did not get.
    const { id, text } = data
    const key = JSON.stringify([peer.id, id])
    const known = this.#taken.get(key)
    if (known) return { id, at: known }

    // Never twice the same: pages sort by it.
    const at = Math.max(Date.now(), (this.#history.at(-1)?.at ?? 0) + 1)
    const message = { id, from: peer.id, name, text, at }
    this.#history = [...this.#history, message].slice(-HISTORY_LENGTH)
    this.#taken.set(key, at)
    // The message says that the typing is over; whoever types on at once is typing again.
    Object.assign(peer.data, { types: false, toldTypingAt: undefined })
    if (this.#taken.size > RECOGNISED) this.#taken.delete(this.#taken.keys().next().value ?? '')
    this.#room.broadcast('message', message, { except: peer })
    return { id, at }
  }

  /**
   * Only to those who are here now: for the others it would be stale when they are back.
   *
   * @param {Peer<ChatContract>} peer
   * @param {any} data anything that a client may send
   */
  #tellTyping(peer, data) {
    const typing = data?.typing === true
    const now = performance.now()
    const { name, types = false, toldTypingAt = -Infinity } = peer.data
    // So often at most, and its end once for each time.
    if (!name || (typing ? now - toldTypingAt < TYPING_INTERVAL : !types)) return
    peer.data.types = typing
    if (typing) peer.data.toldTypingAt = now
    const away = this.#room.peers.filter(({ connected }) => !connected)
    this.#room.broadcast('typing', { id: peer.id, typing }, { except: [peer, ...away] })
  }

  /**
   * @param {Peer<ChatContract>} peer
   * @param {'memberaway' | 'memberback' | 'memberleave'} method
   */
  #tellOthers(peer, method) {
    if (peer.data.name) this.#room.broadcast(method, { id: peer.id }, { except: peer })
  }
}
