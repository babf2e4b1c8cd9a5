import { createRandom } from './random.mjs'

/** ms. Longer than any streak of bad luck: a request that takes this long was lost. */
const TIMEOUT = 60_000
/** Requests that wait for their answers at a time; beyond that only notifications are sent. */
const MAX_WAITING = 300
/** Every so many requests one is answered later, and so perhaps over another connection. */
const LATER = 5
/** Characters of a long message, which takes several fragments. */
const LONG = 40_000

/**
 * What both kinds of Peer can do.
 *
 * @typedef {object} PeerLike
 * @property {(method: string, data: Numbered, options: { timeout: number, signal?: AbortSignal }) => Promise<unknown>} request
 * @property {(method: string, data: Numbered) => Promise<void>} notify
 */

/** @typedef {{ n: number, pad?: string, last?: boolean }} Numbered */

/** @typedef {ReturnType<Conversation['report']>} Account */

/**
 * One end of a conversation: it sends requests and notifications with numbers that count up together,
 * and keeps account of the numbers that the other end sends and of the answers. For a server, Node and a page.
 */
export class Conversation {
  made = 0
  requests = 0
  right = 0
  wrong = 0
  answersOutOfOrder = 0
  /** Requests of which this end soon wants to know no more: they have numbers of their own, since they may get lost. */
  fleeting = 0
  withdrawn = 0
  /** What was refused here: nothing should be. @type {string[]} */
  failures = []
  received = 0
  doubled = 0
  outOfOrder = 0
  /** The highest number received. */
  highest = 0
  highestFleeting = 0
  /** Numbers that were left out so far. @type {Set<number>} */
  missing = new Set()
  lastAnswered = 0
  /** Whether the other end has sent its last one. */
  complete = false
  finishing = false
  /** @type {(() => void) | undefined} */
  whenDrained

  /**
   * @param {PeerLike} peer
   * @param {...(string | number)} names for its chance
   */
  constructor(peer, ...names) {
    this.peer = peer
    this.random = createRandom(...names)
  }

  start() {
    const { random } = this
    if (this.finishing) return
    const kind = random.fraction()
    // Now and then more at once than a few segments take, and more than a socket is given at once.
    const size = kind < 0.001 ? 50 : kind < 0.02 ? random.between(20, 100) : random.between(0, 2)
    for (let sent = 0; sent < size; sent++) this.send(kind < 0.001 ? LONG : undefined)
    if (random.chance(0.05)) this.sendFleeting()
    setTimeout(() => this.start(), random.between(5, 25))
  }

  /**
   * Sends its last one. Resolves when everything has come, and all requests are answered.
   *
   * @returns {Promise<void>}
   */
  finish() {
    this.finishing = true
    return new Promise((resolve) => {
      this.whenDrained = resolve
      this.send(0, true)
    })
  }

  report() {
    const { made, requests, right, wrong, answersOutOfOrder, failures, withdrawn } = this
    const { received, doubled, outOfOrder } = this
    return {
      made,
      requests,
      right,
      wrong,
      answersOutOfOrder,
      failures,
      withdrawn,
      received,
      doubled,
      outOfOrder,
    }
  }

  /** @param {number} [length] of the message */
  send(length = this.length(), last = false) {
    const { peer, random } = this
    const data = { n: ++this.made, pad: 'x'.repeat(length), last }
    const asks = last || (random.chance(0.4) && this.requests - this.right < MAX_WAITING)
    const sent = asks ? this.request(data) : peer.notify('count', data)
    sent.catch((error) => this.failures.push(`${data.n}: ${error}`)).then(() => this.check())
  }

  length() {
    const { random } = this
    return random.chance(0.01) ? random.between(1000, LONG) : random.between(0, 200)
  }

  /** @param {Numbered} data */
  async request(data) {
    this.requests++
    const answer = await this.peer.request('count', data, { timeout: TIMEOUT })
    const { n } = /** @type {Numbered} */ (answer)
    if (n === data.n) this.right++
    else this.wrong++
    if (n % LATER === 0) return
    if (n < this.lastAnswered) this.answersOutOfOrder++
    this.lastAnswered = n
  }

  async sendFleeting() {
    const n = ++this.fleeting
    const { signal, abort } = createAbort(this.random.between(0, 60))
    try {
      const answer = await this.peer.request('fleeting', { n }, { timeout: TIMEOUT, signal })
      if (/** @type {Numbered} */ (answer).n !== n) this.wrong++
    } catch (error) {
      if (signal.aborted) this.withdrawn++
      else this.failures.push(`fleeting ${n}: ${error}`)
    } finally {
      clearTimeout(abort)
    }
  }

  /**
   * A request of the other end.
   *
   * @param {{ method: string, data: unknown }} request
   * @param {(data: { n: number }) => void} accept
   */
  answer({ method, data }, accept) {
    const { n } = /** @type {Numbered} */ (data)
    if (method === 'fleeting') {
      if (n <= this.highestFleeting) this.doubled++
      this.highestFleeting = n
    } else this.count(data)
    if (n % LATER === 0) setTimeout(() => accept({ n }), this.random.between(0, 40))
    else accept({ n })
  }

  /**
   * A numbered message of the other end.
   *
   * @param {unknown} data
   */
  count(data) {
    const { n, last } = /** @type {Numbered} */ (data)
    if (n > this.highest) {
      for (let left = this.highest + 1; left < n; left++) this.missing.add(left)
      this.highest = n
      this.received++
    } else if (this.missing.delete(n)) {
      this.outOfOrder++
      this.received++
    } else this.doubled++
    this.complete ||= last === true
    this.check()
  }

  check() {
    const { requests, right, wrong, failures, complete, missing } = this
    const settled = right + wrong + failures.length >= requests
    if (complete && settled && missing.size === 0) this.whenDrained?.()
  }
}

/** @param {number} ms until it aborts */
function createAbort(ms) {
  const controller = new AbortController()
  return { signal: controller.signal, abort: setTimeout(() => controller.abort(), ms) }
}
