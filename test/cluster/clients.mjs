// Clients that number what they say and count what they hear. What may be missing is what they were told may be missing.
import { createPeer } from '@protoo-kit/client-core'
import { WebSocket } from 'ws'

/** ms */
const RETRY = { minTimeout: 200, maxTimeout: 1000 }
/** What happened to a client last, of which its problems tell. */
const HISTORY = 30

/** @typedef {ReturnType<typeof createClient>} Client */
/** @typedef {{ said: number, heard: number, asked: number, answered: number, failed: number, resumed: number, lost: number, gaps: number, caughtUp: number }} Tally */

/** @type {Map<string, number>} when a client's epoch began */
const beginnings = new Map()

/** @returns {Tally} */
export function createTally() {
  return { said: 0, heard: 0, asked: 0, answered: 0, failed: 0, resumed: 0, lost: 0, gaps: 0, caughtUp: 0 }
}

/**
 * @param {string} name
 * @param {string} room
 * @param {() => number} port of the node that it is to dial
 * @param {Tally} tally
 * @param {string[]} problems
 */
export function createClient(name, room, port, tally, problems) {
  /** @type {WebSocket | undefined} */
  let socket
  class Socket extends WebSocket {
    /** @param {ConstructorParameters<typeof WebSocket>} args */
    constructor(...args) {
      super(...args)
      socket = this
      // With where it stands, in the last of the names.
      note(`dials ${args[0]} ${[args[1]].flat().at(-1)}`)
    }
  }
  const peer = createPeer(() => `ws://127.0.0.1:${port()}/?room=${room}&peer=${name}`, {
    retry: { retries: Number.POSITIVE_INFINITY, jitter: true, ...RETRY },
    wake: undefined,
    WebSocket: Socket,
  })
  /** How often its session was lost: after that it counts from 1 again. */
  let epoch = 0
  let said = 0
  /** @type {Map<string, { n: number, at: number }>} by sender and its epoch */
  const heard = new Map()
  /** When it was told last that something may be missing. */
  let excused = 0
  const excuse = () => {
    excused = performance.now()
  }
  /** Nobody knows what it has heard. */
  const forget = () => {
    excuse()
    heard.clear()
  }
  /** Whether the session says where it stands, as each broadcast does. */
  let placed = false
  let waiting = 0
  let downSince = performance.now()
  /** @type {string[]} */
  const history = []
  const note = (/** @type {string} */ what) => {
    history.push(`${Date.now()} ${what}`)
    if (history.length > HISTORY) history.shift()
  }
  const complain = (/** @type {string} */ what) => problems.push(`${name} ${what}: ${history.join(', ')}`)
  const client = {
    name,
    room,
    peer,
    /** The longest that it was away, in ms. */
    longest: 0,
    get open() {
      return peer.status.state === 'open'
    },
    /** Requests without an outcome. */
    get waiting() {
      return waiting
    },
    /** The last that it has said. */
    get last() {
      return { key: `${name} ${epoch}`, n: said }
    },
    /** @param {{ key: string, n: number }} last */
    hasHeard: ({ key, n }) => n === 0 || heard.get(key)?.n === n,
    /** When it was told last that something may be missing, ms. */
    get excused() {
      return excused
    },
    /** What happened to it last. */
    history,
    say() {
      tally.said++
      // Kept while it is away; before it is open for the first time nobody would.
      peer.notify('say', { epoch, n: ++said }).catch((error) => complain(`could not say: ${error}`))
    },
    async ask() {
      tally.asked++
      waiting++
      const n = tally.asked
      try {
        const answer = await peer.request('ask', { n }, { whenOpen: true })
        if (answer.n === n) tally.answered++
        else complain(`asked ${n}, and was answered ${answer.n}`)
      } catch {
        tally.failed++
      }
      waiting--
    },
    cut() {
      note('is cut')
      socket?.terminate()
    },
    close: () => peer.close(),
  }

  peer.on('open', ({ resumed }) => {
    note(resumed ? 'resumed' : 'open')
    client.longest = Math.max(client.longest, performance.now() - downSince)
    if (resumed) {
      tally.resumed++
      return
    }
    if (epoch++ > 0) tally.lost++
    said = 0
    beginnings.set(`${name} ${epoch}`, performance.now())
    // With a place in the room it is sent what it has missed, or told that this is not known.
    if (!placed) forget()
    placed = false
  })
  peer.on('failed', () => note('failed'))
  peer.on('disconnected', () => {
    note(`disconnected ${JSON.stringify(peer.status)}`)
    downSince = performance.now()
  })
  peer.on('close', ({ cause, code, reason }) => {
    if (cause !== 'local') complain(`was closed: ${cause} ${code} ${reason}`)
  })
  peer.on('notification', ({ method, data }) => {
    if (method !== 'told') note(method)
    if (method === 'gap') {
      tally.gaps++
      excuse()
      return
    }
    if (method === 'unknown') {
      forget()
      return
    }
    if (method === 'caughtup') {
      tally.caughtUp++
      return
    }
    placed = true
    tally.heard++
    const { from, epoch: theirs, n } = data
    const key = `${from} ${theirs}`
    const before = heard.get(key)
    const last = before?.n ?? 0
    const since = before?.at ?? beginnings.get(key) ?? 0
    if (n <= last || (n > last + 1 && excused < since)) complain(`heard ${key} ${n} after ${last}`)
    heard.set(key, { n: Math.max(n, last), at: performance.now() })
  })
  return client
}
