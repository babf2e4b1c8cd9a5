import { makePlan, STAGES, WAYS } from './plan.mjs'
import { createRandom } from './random.mjs'

/** @typedef {import('./line.mjs').Line} Line */
/** @typedef {import('./plan.mjs').Way} Way */

/** What a delayed upgrade is answered with: a newer one was first. */
const OUTDATED = '409'

/** One client, as the proxy sees it over all its connections. */
export class Victim {
  lines = 0
  /** Whether its session is one that can be resumed. Until then it is left alone. */
  confirmed = false
  /** The highest number of a message that was seen on its way, each way. */
  seen = { toServer: 0, toClient: 0 }
  cuts = 0
  /** Cuts by stage and way. */
  tally = Object.fromEntries(STAGES.map((stage) => [stage, Object.fromEntries(WAYS.map((way) => [way, 0]))]))
  /** Lines whose upgrade is held back. @type {Line[]} */
  held = []
  /** Lines of which something may still arrive. @type {Line[]} */
  silent = []
  /** Of those during a replay, whose messages were replayed. */
  replays = { toServer: 0, toClient: 0 }
  /** What the server should not have done. @type {string[]} */
  wrongs = []

  /**
   * @param {string} id
   * @param {number} seed
   * @param {number} quota how many cuts it gets
   * @param {() => void} changed
   */
  constructor(id, seed, quota, changed) {
    this.id = id
    this.seed = seed
    this.quota = quota
    this.changed = changed
  }

  /** Whether it has had all its cuts. */
  get spent() {
    return this.cuts >= this.quota && this.held.length === 0
  }

  /**
   * @param {Line} line
   * @param {string} purpose
   */
  chance({ index }, purpose) {
    return createRandom(this.seed, this.id, 'line', index, purpose)
  }

  /**
   * A new line: what is to become of it.
   *
   * @param {Line} line
   */
  next(line) {
    line.index = ++this.lines
    if (!this.confirmed || this.cuts + this.held.length >= this.quota) return
    const plan = makePlan(this.chance(line, 'plan'))
    if (plan.stage === 'delayed upgrade') this.held.push(line)
    return plan
  }

  /**
   * @param {Line} line
   * @param {import('./plan.mjs').Direction} direction
   * @param {import('./scanner.mjs').Unit} unit
   */
  saw(line, direction, { kind, text }) {
    const { base, count } = line.directions[direction]
    this.seen[direction] = Math.max(this.seen[direction], base + count)
    if (this.confirmed || direction !== 'toClient' || kind !== 'message') return
    // The server has read what came before the request, and that was the confirmation.
    if (!text().startsWith('{"response"')) return
    this.confirmed = true
    const plan = makePlan(this.chance(line, 'plan'))
    line.follow(plan)
    line.cutLater(plan)
  }

  /**
   * The server has taken a line: those held back before it are too late now.
   *
   * @param {Line} line
   * @param {boolean} resumed
   */
  established(line, resumed) {
    // Before it is confirmed, a slow start may have taken longer than the client waits: that was no session then.
    if (!resumed && !this.confirmed) this.seen = { toServer: 0, toClient: 0 }
    else if (!resumed) this.wrongs.push(`line ${line.index} did not resume`)
    for (const late of [...this.held, ...this.silent.splice(0)])
      if (late.index < line.index) setTimeout(() => late.release(), late.plan?.lateness)
  }

  /**
   * A delayed upgrade has been answered.
   *
   * @param {Line} line
   * @param {string} status
   */
  late(line, status) {
    this.held.splice(this.held.indexOf(line), 1)
    if (status !== OUTDATED) this.wrongs.push(`delayed upgrade ${line.index} was answered with ${status}`)
    this.cut(line, 'given up, arrives late')
  }

  /**
   * @param {Line} line
   * @param {Way} way
   */
  cut(line, way) {
    const { stage, replay } = line
    this.silent.push(line)
    const ways = /** @type {Record<Way, number>} */ (this.tally[stage])
    ways[way]++
    if (replay) this.replays[replay.direction]++
    this.cuts++
    this.changed()
  }
}
