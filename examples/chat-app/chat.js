// What a chat is, in terms of rooms, peers, requests and notifications.
import { randomUUID } from 'node:crypto'
import { CloseCode, RequestError, Room, WebSocketServer } from '@protoo-kit/server-lite'

/** @typedef {{ id: string, name: string }} Member */
/** @typedef {{ id: string, from: string, name: string, text: string, at: number }} Message `at` is in epoch ms */

const HISTORY_LENGTH = 100

/**
 * Takes chat clients in on an HTTP server, at `/?roomId=…&peerId=…`.
 *
 * There are no accounts: a client is who it says it is.
 *
 * @param {import('node:http').Server} httpServer
 * @param {{ forgetAfter?: number }} [options] ms for which an empty room is remembered, default 5 minutes
 */
export function serveChat(httpServer, { forgetAfter = 5 * 60_000 } = {}) {
  /** @type {Map<string, ChatRoom>} */
  const rooms = new Map()
  const server = new WebSocketServer(httpServer, { maxReceivedMessageSize: 16 * 1024, session: true })

  server.on('connectionrequest', ({ request }, accept, reject) => {
    const query = new URLSearchParams(request.url?.split('?')[1])
    const roomId = query.get('roomId')
    const peerId = query.get('peerId')
    if (!isText(roomId, 64) || !isText(peerId, 64)) return reject(400, 'connect to /?roomId=…&peerId=…')

    const room = rooms.get(roomId) ?? new ChatRoom(() => rooms.delete(roomId), forgetAfter)
    rooms.set(roomId, room)
    room.enter(peerId, accept())
  })

  return {
    /** Sends everybody out of a room, who will not come back by themselves, and forgets what was said. */
    closeRoom(/** @type {string} */ roomId) {
      rooms.get(roomId)?.close()
      rooms.delete(roomId)
    },
    /** Disconnects everybody, who will come back by themselves, and lets nobody in any more. */
    stop() {
      server.stop()
      for (const room of rooms.values()) room.disconnect()
    },
  }
}

class ChatRoom {
  #room = new Room()
  /** @type {Message[]} */
  #history = []
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

  /**
   * @param {string} peerId
   * @param {import('@protoo-kit/server-lite').WebSocketTransport} transport
   */
  enter(peerId, transport) {
    // The same person in another tab, or a page whose connection broke without anybody telling the server.
    this.#room.getPeer(peerId)?.close(CloseCode.Replaced, 'joined from elsewhere')

    const peer = this.#room.createPeer(peerId, transport)
    // Not sooner: whoever was closed just now may have left the room empty for a moment.
    clearTimeout(this.#timer)
    peer.handle('join', (data) => this.#join(peer, data))
    peer.handle('message', (data) => this.#say(peer, data))
    peer.on('close', ({ cause }) => {
      // Who was disconnected from here is either replaced, and still there for the others, or they all have to go.
      if (cause === 'remote') this.#room.broadcast('memberleave', { id: peerId })
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
  }

  /**
   * @param {import('@protoo-kit/server-lite').Peer} peer
   * @param {any} data anything that a client may send
   * @returns {{ members: Member[], history: Message[] }}
   */
  #join(peer, data) {
    if (!isText(data?.name, 40)) throw new RequestError(400, 'name must be 1 to 40 characters')
    peer.data.name = data.name.trim()
    this.#room.broadcast('memberjoin', { id: peer.id, name: peer.data.name }, { except: peer })
    const members = this.#room.peers
      .filter(({ data }) => data.name)
      .map(({ id, data }) => ({ id, name: data.name }))
    return { members, history: this.#history }
  }

  /**
   * @param {import('@protoo-kit/server-lite').Peer} peer
   * @param {any} data anything that a client may send
   * @returns {{ id: string, at: number }}
   */
  #say(peer, data) {
    const { name } = peer.data
    if (!name) throw new RequestError(403, 'join first')
    if (!isText(data?.text, 2000)) throw new RequestError(400, 'text must be 1 to 2000 characters')
    if (data.id !== undefined && !isText(data.id, 64))
      throw new RequestError(400, 'id must be 1 to 64 characters')

    // The client chose the id, so that it can safely repeat a message whose answer it did not get.
    const id = data.id ?? randomUUID()
    const known = this.#history.find((message) => message.id === id && message.from === peer.id)
    if (known) return { id, at: known.at }

    // Never twice the same: pages sort by it.
    const at = Math.max(Date.now(), (this.#history.at(-1)?.at ?? 0) + 1)
    const message = { id, from: peer.id, name, text: data.text, at }
    this.#history = [...this.#history, message].slice(-HISTORY_LENGTH)
    this.#room.broadcast('message', message, { except: peer })
    return { id, at }
  }
}

/**
 * @param {unknown} value
 * @param {number} length at most
 * @returns {value is string}
 */
function isText(value, length) {
  return typeof value === 'string' && value.trim() !== '' && value.length <= length
}
