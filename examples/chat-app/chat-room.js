/**
 * What a room is, in terms of peers, requests and notifications. On several nodes each has a ChatRoom of the same id.
 *
 * @import { ChatContract, Member } from './shared/contract.js'
 * @import { Memory } from './memory.js'
 * @import { Peer, WebSocketTransport } from '@protoo-kit/server-lite'
 */
import { BackplaneUnavailableError, CloseCode, RequestError, Room } from '@protoo-kit/server-lite'
import { isText } from './text.js'

/** On each node. */
const MAX_MEMBERS = 200
/** ms, at least, between two times that the others are told that somebody types. */
const TYPING_INTERVAL = 300

export class ChatRoom {
  /** @type {Room<ChatContract>} */
  #room
  /** @type {NodeJS.Timeout | undefined} */
  #timer
  #memory
  #forget
  #forgetAfter

  /**
   * @param {Memory} memory
   * @param {() => void} forget called when nobody has been here for a while
   * @param {number} forgetAfter which is so many ms
   */
  constructor(memory, forget, forgetAfter) {
    this.#memory = memory
    this.#forget = forget
    this.#forgetAfter = forgetAfter
    this.#room = new Room(memory.roomOptions)
    // Both are of several nodes. Whoever left did so everywhere, and each node tells those who are on it.
    this.#room.on('memberleave', ({ id }) => this.#gone(id))
    // What was missed is in the history, which pages get when they come back.
    this.#room.on('gap', () => this.#disconnect('messages may have been missed'))
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
    peer.on('disconnected', () => this.#tellPresence(peer, 'memberaway'))
    peer.on('resumed', () => this.#tellPresence(peer, 'memberback'))
    peer.on('close', ({ cause }) => {
      // Who was disconnected from here is either replaced, and still there for the others, or they all have to go.
      const left = cause === 'remote'
      if (left && peer.data.name) this.#tellOthers(peer, 'memberleave')
      this.#memory.release(peerId, left).catch(reportFailure)
      if (this.#room.peers.length === 0) this.#forgetLater()
    })
  }

  /** Sends everybody out, who will not come back by themselves, and forgets what was said. */
  close() {
    this.#memory.clear().catch(reportFailure)
    this.#end()
  }

  /** Disconnects everybody, who will come back by themselves. */
  stop() {
    this.#disconnect('server is stopping')
    this.#end()
  }

  /** @param {string} reason */
  #disconnect(reason) {
    for (const peer of this.#room.peers) peer.close(1012, reason)
  }

  #forgetLater() {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#end()
      this.#forget()
    }, this.#forgetAfter).unref()
  }

  #end() {
    this.#room.close()
    this.#memory.stop()
    clearTimeout(this.#timer)
  }

  /**
   * @param {Peer<ChatContract>} peer
   * @param {any} data anything that a client may send
   */
  async #join(peer, data) {
    if (!isText(data?.name, 40)) throw new RequestError(400, 'name must be 1 to 40 characters')
    const name = data.name.trim()
    try {
      if (peer.data.name !== name) {
        await this.#memory.enter(peer.id, name)
        if (peer.closed) await this.#memory.release(peer.id, true)
        peer.data.name = name
        if (!peer.closed) this.#room.broadcast('memberjoin', { id: peer.id, name }, { except: peer })
      }
      return { members: await this.#members(), history: await this.#memory.history() }
    } catch (error) {
      // The page is to try again, here or at another node.
      peer.close(1013, 'try again later')
      if (error instanceof BackplaneUnavailableError) throw new RequestError(503, error.message)
      throw error
    }
  }

  /** @returns {Promise<Member[]>} in the order of joining */
  async #members() {
    const members = await this.#room.members()
    const people = await this.#memory.people()
    return members.flatMap(({ id }) => {
      const person = people.get(id)
      return person ? [{ id, ...person }] : []
    })
  }

  /**
   * @param {Peer<ChatContract>} peer
   * @param {any} data anything that a client may send
   * @returns {Promise<{ id: string, at: number }>}
   */
  async #say(peer, data) {
    const name = await this.#nameOf(peer)
    if (!name) throw new RequestError(403, 'join first')
    if (!isText(data?.text, 2000)) throw new RequestError(400, 'text must be 1 to 2000 characters')
    if (!isText(data.id, 64)) throw new RequestError(400, 'id must be 1 to 64 characters')

    // The client chose the id, so that it can safely repeat a message whose answer it did not get.
    const { id, text } = data
    const message = { id, from: peer.id, name, text }
    // The message says that the typing is over; whoever types on at once is typing again.
    Object.assign(peer.data, { types: false, toldTypingAt: undefined })
    const { at, told } = await this.#memory.take(message)
    if (told) return { id, at }
    this.#room.broadcast('message', { ...message, at }, { except: peer })
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
   * @param {'memberaway' | 'memberback'} method
   */
  async #tellPresence(peer, method) {
    const here = method === 'memberback'
    try {
      if (!(await this.#nameOf(peer))) return
      // Before the others are told, so that newcomers either find it or hear it.
      await this.#memory.change(peer.id, here ? 'here' : 'away')
    } catch (error) {
      reportFailure(error)
    }
    // It may be another one's by now.
    if (!peer.closed && peer.connected === here) this.#tellOthers(peer, method)
  }

  /**
   * @param {Peer<ChatContract>} peer
   * @param {'memberaway' | 'memberback' | 'memberleave'} method
   */
  #tellOthers(peer, method) {
    this.#room.broadcast(method, { id: peer.id }, { except: peer })
  }

  /**
   * A session may have come from another node, where its client has joined.
   * @param {Peer<ChatContract>} peer
   * @returns {Promise<string | undefined>}
   */
  async #nameOf(peer) {
    if (peer.data.name) return peer.data.name
    const person = await this.#memory.recognise(peer.id)
    // It may have joined meanwhile.
    if (person && !peer.data.name && !peer.closed) {
      peer.data.name = person.name
      this.#tellOthers(peer, 'memberback')
    }
    return peer.data.name
  }

  /** @param {string} id */
  #gone(id) {
    // Whose connection is ending need not know.
    for (const peer of this.#room.peers) peer.notify('memberleave', { id }).catch(() => {})
    const isHere = async () => (await this.#room.members()).some((member) => member.id === id)
    this.#memory.forget(id, isHere).catch(reportFailure)
  }
}

/** @param {unknown} error of what nobody waits for */
function reportFailure(error) {
  console.warn('The chat could not reach Redis:', error)
}
