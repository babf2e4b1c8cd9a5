// A client of a soak: one life in one room after the other, each message counted.
import { createPeer } from '@protoo-kit/client-core'
import { WebSocket } from 'ws'
import { createRandom } from '../../e2e/chaos/random.mjs'

/** @type {readonly (readonly [number, 'close' | 'wait' | 'vanish'])[]} */
const LEAVING = [
  [5, 'close'],
  [4, 'wait'],
  [1, 'vanish'],
]

const TIMEOUT = { timeout: 120_000, whenOpen: true }

/**
 * What all clients of a soak have in common.
 *
 * @typedef {object} Soak
 * @property {string} url
 * @property {number} seed
 * @property {number} roomSize
 * @property {number} gap mean ms between what a client does
 * @property {(problem: string) => void} problem
 * @property {() => void} acted told after each thing that a client did
 * @property {Record<'lives' | 'requests' | 'notifications' | 'received' | 'answered' | 'drops' | 'cuts' | 'outages', number>} totals
 */

/** Connects to a room, and counts. */
export class Life {
  /** @type {WebSocket | undefined} */
  socket
  requests = 0
  notifications = 0
  received = 0
  answered = 0
  left = false

  /**
   * @param {Soak} soak
   * @param {string} peerId
   * @param {string} room
   */
  constructor(soak, peerId, room) {
    this.soak = soak
    this.name = `${peerId} in ${room}`
    this.isHall = room.startsWith('hall')
    const dialled = (/** @type {WebSocket} */ socket) => {
      this.socket = socket
    }
    /** The line that is cut. */
    class Line extends WebSocket {
      /**
       * @param {string} url
       * @param {string[]} protocols
       */
      constructor(url, protocols) {
        super(url, protocols, { perMessageDeflate: false })
        // What becomes of it is seen in `onclose`.
        this.on('error', () => {})
        dialled(this)
      }
    }
    this.peer = createPeer(`${soak.url}/?peerId=${peerId}&room=${room}`, {
      retry: { minTimeout: 50, maxTimeout: 500 },
      // All come at once, and the machine may be busy.
      connectTimeout: 60_000,
      WebSocket: Line,
    })
    this.closed = new Promise((resolve) => this.peer.once('close', () => resolve(undefined)))
    this.peer.on('notification', () => {
      this.received++
    })
    this.peer.handle('ask', ({ n }) => {
      this.answered++
      return { n }
    })
    this.peer.on('disconnected', () => soak.totals.outages++)
    let opened = false
    this.peer.on('open', ({ resumed, lost }) => {
      if (opened && !resumed) soak.problem(`${this.name} lost its session, and ${lost} notifications`)
      opened = true
    })
    this.peer.on('close', ({ cause, code, reason }) => {
      if (!this.left) soak.problem(`${this.name} was closed: ${cause} ${code} ${reason}`)
    })
  }

  /** Once its session is confirmed, it can be cut. */
  async enter() {
    await this.peer.request('hello', {}, TIMEOUT)
  }

  /** @param {ReturnType<typeof createRandom>} random */
  async act(random) {
    const action = random.pick([
      [60, 'request'],
      [35, 'notify'],
      [3, 'drop'],
      [2, 'cut'],
    ])
    const text = 'x'.repeat(random.chance(0.02) ? 20_000 : random.between(1, 200))
    if (action === 'notify') {
      this.notifications++
      await this.peer.notify('shout', { text })
    } else if (action === 'request') {
      const n = ++this.requests
      const answer = await this.peer.request('echo', { n, text }, TIMEOUT)
      if (answer.n !== n || answer.text !== text)
        this.soak.problem(`${this.name} got the answer to another request`)
    } else if (action === 'drop') this.drop()
    else {
      this.soak.totals.cuts++
      await this.peer.request('cut', { at: random.between(0, 1000) }, TIMEOUT)
    }
  }

  /** Its line breaks, at this end, in the middle of whatever goes on. */
  drop() {
    this.soak.totals.drops++
    this.socket?.terminate()
  }

  /**
   * Compares what was sent with what has arrived, both ways.
   * @param {'count' | 'bye'} method
   * @param {object} [data]
   */
  async compare(method, data) {
    const { requests, notifications, sent, asked } = await this.peer.request(method, data, TIMEOUT)
    for (const [what, here, there] of [
      ['requests', this.requests, requests],
      ['notifications', this.notifications, notifications],
      ['notifications to it', this.received, sent],
      ['requests to it', this.answered, asked],
    ])
      if (here !== there) this.soak.problem(`${this.name}: ${here} ${what} here, ${there} at the server`)
  }

  /** @param {'close' | 'wait' | 'vanish'} how */
  async leave(how) {
    this.left = true
    await this.compare('bye', { how })
    this.add()
    // The server closes the room once everybody has said bye, and so all its peers.
    if (how === 'wait') await this.closed
    // As when a machine is switched off: nothing tells the server.
    if (how === 'vanish') {
      const gone = new Promise((resolve) => this.peer.once('disconnected', () => resolve(undefined)))
      this.socket?.terminate()
      // Unless the room was closed first.
      await Promise.race([gone, this.closed])
    }
    this.peer.close()
  }

  add() {
    const { totals } = this.soak
    totals.lives++
    for (const key of /** @type {const} */ (['requests', 'notifications', 'received', 'answered']))
      totals[key] += this[key]
  }
}

/** One client, from the beginning to the end of a soak. */
export class Client {
  /** @type {Life} */
  life
  /** @type {'churn' | 'hold'} */
  mode = 'hold'
  lives = 0
  /** Wakes it up, when it waits. */
  wake = () => {}

  /**
   * @param {Soak} soak
   * @param {number} index
   */
  constructor(soak, index) {
    this.soak = soak
    this.index = index
    this.slot = Math.floor(index / soak.roomSize)
    /** Whether its one session is there from the beginning to the end. */
    this.stays = index % 10 === 0
    this.life = this.begin(`hall-${this.slot}`)
  }

  /** @param {string} room */
  begin(room) {
    return new Life(this.soak, `c${this.index}`, room)
  }

  /** Lives until it is told to hold: then it is in the hall, connected and quiet. */
  async churn() {
    this.mode = 'churn'
    const random = createRandom(this.soak.seed, this.index, this.lives)
    while (this.mode === 'churn') {
      if (!this.stays) await this.move(`room-${this.slot}-${this.lives++}`, random)
      for (let left = random.between(20, 60); left > 0 && this.mode === 'churn'; left--) {
        await this.life.act(random)
        this.soak.acted()
        await this.pause(2 * random.fraction() * this.soak.gap)
      }
    }
    if (!this.stays) await this.move(`hall-${this.slot}`, random)
    await this.life.enter()
  }

  hold() {
    this.mode = 'hold'
    this.wake()
  }

  /**
   * @param {string} room
   * @param {ReturnType<typeof createRandom>} random
   */
  async move(room, random) {
    const how = random.pick(LEAVING)
    // In the hall somebody stays.
    await this.life.leave(how === 'wait' && this.life.isHall ? 'close' : how)
    this.life = this.begin(room)
    await this.life.enter()
  }

  /** @param {number} ms */
  pause(ms) {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(undefined), ms)
      this.wake = () => {
        clearTimeout(timer)
        resolve(undefined)
      }
    })
  }
}
