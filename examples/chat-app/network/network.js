/**
 * The network between the visitors and the chat's server, for demonstrations: it can be made worse for each visitor by
 * themselves, and gets well again by itself.
 *
 * @import { IncomingMessage } from 'node:http'
 * @import { Duplex } from 'node:stream'
 * @import { Socket } from 'node:net'
 * @import { Passage } from './lane.js'
 */
import { connect } from 'node:net'
import { Link } from './link.js'

/** What is wrong: `cut` breaks connections and refuses new ones, `frozen` lets nothing pass and tells nobody. @typedef {'open' | 'cut' | 'frozen' | 'slow'} Condition */

/** ms after which each ends by itself. @type {Record<Exclude<Condition, 'open'>, number>} */
const DURATION = { cut: 15_000, frozen: 30_000, slow: 60_000 }
/** Of one visitor. */
const MAX_LINKS = 20
/** With something wrong: those who ask for more are told no. */
const MAX_VISITORS = 1000

export class Network {
  /** By peer id. @type {Map<string, Set<Link>>} */
  #links = new Map()
  /** By peer id; those who are not here have an open line. @type {Map<string, { condition: Exclude<Condition, 'open'>, endsAt: number, timer: NodeJS.Timeout }>} */
  #conditions = new Map()
  #port

  /** @param {() => number | undefined} port where the chat's server listens on this machine, if it does */
  constructor(port) {
    this.#port = port
  }

  /**
   * Takes a connection in, which asks for an upgrade.
   *
   * @param {IncomingMessage} request
   * @param {Duplex} socket
   * @param {Buffer} head
   */
  connect(request, socket, head) {
    const client = /** @type {Socket} */ (socket)
    const visitor = new URLSearchParams(request.url?.split('?')[1]).get('peerId') ?? ''
    const condition = this.#conditions.get(visitor)?.condition ?? 'open'
    const links = this.#links.get(visitor) ?? new Set()
    if (condition === 'cut' || links.size >= MAX_LINKS) return void client.destroy()

    const link = new Link(client, openingOf(request, head), () => this.#dial(), condition)
    this.#links.set(visitor, links.add(link))
    link.onclose(() => {
      links.delete(link)
      if (links.size === 0 && this.#links.get(visitor) === links) this.#links.delete(visitor)
    })
  }

  /**
   * @param {string} visitor peer id
   * @returns {{ condition: Condition, endsIn: number }} in ms, 0 when nothing is wrong
   */
  conditionOf(visitor) {
    const { condition = 'open', endsAt = 0 } = this.#conditions.get(visitor) ?? {}
    return /** @type {const} */ ({ condition, endsIn: Math.max(Math.round(endsAt - performance.now()), 0) })
  }

  /**
   * @param {string} visitor peer id
   * @param {Condition} condition
   * @returns {boolean} false when too many have something wrong already
   */
  setCondition(visitor, condition) {
    clearTimeout(this.#conditions.get(visitor)?.timer)
    this.#conditions.delete(visitor)
    if (condition !== 'open') {
      if (this.#conditions.size >= MAX_VISITORS) return false
      const duration = DURATION[condition]
      const timer = setTimeout(() => this.setCondition(visitor, 'open'), duration).unref()
      this.#conditions.set(visitor, { condition, endsAt: performance.now() + duration, timer })
    }
    for (const link of [...(this.#links.get(visitor) ?? [])]) {
      if (condition === 'cut') link.destroy()
      else link.setPassage(condition)
    }
    return true
  }

  /** Breaks every connection, as when the server is killed. */
  destroyAll() {
    for (const links of [...this.#links.values()]) for (const link of [...links]) link.destroy()
  }

  /** Everything passes again: what is said at the end is heard. */
  restoreAll() {
    for (const visitor of [...this.#conditions.keys()]) this.setCondition(visitor, 'open')
  }

  #dial() {
    const port = this.#port()
    return port === undefined ? undefined : connect(port, '127.0.0.1')
  }
}

/**
 * @param {IncomingMessage} request
 * @param {Buffer} head what came after it already
 * @returns the request as it was sent
 */
function openingOf({ method, url, rawHeaders }, head) {
  const lines = [`${method} ${url} HTTP/1.1`]
  for (let index = 0; index < rawHeaders.length; index += 2)
    lines.push(`${rawHeaders[index]}: ${rawHeaders[index + 1]}`)
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head])
}
