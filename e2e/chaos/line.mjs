import { connect } from 'node:net'
import { Outlet } from './outlet.mjs'
import { wayOf } from './plan.mjs'
import { Scanner } from './scanner.mjs'

/** ms that a cut waits for messages to lose. */
const LOSS_PATIENCE = 100
/** ms after which what was left silent is cleared away. Both ends have given it up by then. */
const FORGOTTEN = 10_000

/** @typedef {import('./scanner.mjs').Unit} Unit */
/** @typedef {import('./plan.mjs').Direction} Direction */
/** @typedef {import('./plan.mjs').Plan} Plan */
/** @typedef {import('node:net').Socket} Socket */

/** One connection of a client to the server, through the proxy, and what is done to it. */
export class Line {
  /** Which one of its client's. */
  index = 0
  /** @type {import('./victim.mjs').Victim | undefined} */
  victim
  /** @type {Plan | undefined} */
  plan
  /** What it turns out to be cut as. @type {import('./plan.mjs').Stage} */
  stage = 'at any time'
  /** An upgrade that is to arrive too late. @type {Buffer | undefined} */
  held
  /** The replay that it is to be cut in, after so many more messages. @type {{ direction: Direction, left: number } | undefined} */
  replay
  /** Messages that it has lost. */
  losses = 0
  released = false
  over = false

  /**
   * @param {Socket} near the client's
   * @param {number} port the server's
   * @param {(id: string) => import('./victim.mjs').Victim} find
   */
  constructor(near, port, find) {
    this.near = near
    this.far = connect(port, '127.0.0.1')
    this.find = find
    this.directions = { toServer: direction(), toClient: direction() }
    this.relay(near, 'toServer')
    this.relay(this.far, 'toClient')
  }

  /**
   * @param {Socket} from
   * @param {Direction} direction
   */
  relay(from, direction) {
    from.setNoDelay()
    from.on('data', (chunk) => {
      for (const unit of this.directions[direction].scanner.feed(chunk))
        if (!this.over) this.pass(unit, direction)
    })
    from.on('end', () => this.ended(direction))
    from.on('close', () => this.ended(direction))
    from.on('error', () => {})
  }

  /**
   * An end has closed it.
   *
   * @param {Direction} direction
   */
  ended(direction) {
    const { directions, near, far, held } = this
    if (this.over) return
    if (held && direction === 'toServer') return
    if (held) this.victim?.late(this, 'no answer')
    // Before it was to be cut, and what it lost must not be followed by more.
    if (held || directions.toServer.doomed || directions.toClient.doomed) {
      this.over = true
      near.destroy()
      far.destroy()
    } else directions[direction].outlet?.end()
  }

  /**
   * @param {Unit} unit
   * @param {Direction} direction
   */
  pass(unit, direction) {
    if (unit.kind === 'head') {
      if (direction === 'toServer') this.dialled(unit)
      else this.answered(unit)
      return
    }
    const { replay, victim } = this
    const { doomed, outlet, withheld } = this.directions[direction]
    const isMessage = unit.kind === 'message'
    if (isMessage) this.directions[direction].count++
    victim?.saw(this, direction, unit)
    if (doomed) {
      withheld.push(unit.bytes)
      if (isMessage) this.losses++
    } else if (unit.kind === 'session') this.begun(unit)
    else if (replay?.direction !== direction) outlet?.write(unit.bytes)
    else if (replay.left === 0 && unit.kind !== 'ack') this.doom([direction], unit.bytes)
    else {
      outlet?.write(unit.bytes)
      if (isMessage) replay.left--
    }
  }

  /** @param {Unit} unit the client's upgrade request */
  dialled(unit) {
    const text = unit.text()
    const [, id = ''] = /peerId=(\w+)/.exec(text) ?? []
    const [, received = 0] = /protoo-resume\.\w+\.(\d+)/.exec(text) ?? []
    const { directions } = this
    const victim = this.find(id)
    this.victim = victim
    directions.toClient.base = Number(received)
    directions.toServer.outlet = new Outlet(this.far, victim.chance(this, 'toServer'))
    directions.toClient.outlet = new Outlet(this.near, victim.chance(this, 'toClient'))
    this.follow(victim.next(this))
    const { plan } = this
    if (plan?.stage === 'before the 101' && !plan.reaches) this.doom(['toServer', 'toClient'], unit.bytes)
    else if (plan?.stage === 'delayed upgrade') this.held = unit.bytes
    else directions.toServer.outlet.write(unit.bytes)
  }

  /** @param {Plan | undefined} plan */
  follow(plan) {
    this.plan = plan
    if (!plan) return
    this.stage = plan.stage
    for (const { outlet } of Object.values(this.directions)) if (outlet) outlet.manner = { ...plan.manner }
  }

  /** @param {Unit} unit the server's response */
  answered(unit) {
    const [status = ''] = /(?<=^HTTP\/1\.1 )\d+/.exec(unit.text()) ?? []
    if (this.held) {
      this.over = true
      this.far.destroy()
      this.near.destroy()
      this.victim?.late(this, status)
    } else if (this.plan?.stage === 'before the 101') this.doom(['toClient', 'toServer'], unit.bytes)
    else this.directions.toClient.outlet?.write(unit.bytes)
  }

  /** @param {Unit} unit the server's first frame */
  begun(unit) {
    const { directions, plan, victim } = this
    const { resumed, received } = JSON.parse(unit.text()).session
    directions.toServer.base = received
    victim?.established(this, resumed)
    if (plan?.stage === 'before the first frame') {
      this.doom(['toClient', 'toServer'], unit.bytes)
      return
    }
    directions.toClient.outlet?.write(unit.bytes)
    if (plan?.stage === 'during a replay') this.cutReplay(plan)
    else if (plan) this.cutLater(plan)
  }

  /** @param {Plan} plan */
  cutReplay(plan) {
    /** @type {Direction[]} */
    const directions = plan.direction === 'toServer' ? ['toServer', 'toClient'] : ['toClient', 'toServer']
    for (const direction of directions) {
      // At least so many: there may be more that never got as far as here.
      const length = (this.victim?.seen[direction] ?? 0) - this.directions[direction].base
      if (length < 2) continue
      this.replay = { direction, left: 1 + Math.floor(plan.share * (length - 1)) }
      return
    }
    this.cutLater(plan)
  }

  /** @param {Plan} plan */
  cutLater(plan) {
    this.stage = 'at any time'
    setTimeout(() => {
      if (this.over) return
      this.doom(plan.oneWay ? [plan.direction] : ['toServer', 'toClient'])
    }, plan.lifetime)
  }

  /** There is a newer line: what was held back of this one arrives now, too late, where somebody listens still. */
  release() {
    const { plan, directions, near, far } = this
    if (this.released || !plan) return
    this.released = true
    if (this.held && !this.over) far.write(this.held)
    if (!this.over || !plan.haunts) return
    if (plan.near === 'silence' && directions.toClient.doomed)
      near.write(Buffer.concat(directions.toClient.withheld))
    if (plan.far === 'silence' && directions.toServer.doomed)
      far.write(Buffer.concat(directions.toServer.withheld))
  }

  /**
   * From now on nothing gets through, and soon the line is cut.
   *
   * @param {Direction[]} doomed of the first one a part of `bytes` gets through still
   * @param {Buffer} [bytes]
   */
  async doom(doomed, bytes) {
    const { directions, plan } = this
    if (!plan) return
    const [first = 'toServer'] = doomed
    if (bytes) {
      const length = Math.floor(plan.partial * bytes.length)
      directions[first].outlet?.write(bytes.subarray(0, length))
      directions[first].withheld.push(bytes.subarray(length))
    }
    for (const direction of doomed) directions[direction].doomed = true
    const patience = this.stage === 'at any time' ? LOSS_PATIENCE : 0
    const start = performance.now()
    while (this.losses < plan.loss && performance.now() - start < patience) await sleep(5)
    await Promise.all(doomed.map((direction) => directions[direction].outlet?.idle))
    await sleep(plan.agony)
    if (!this.over) this.cut(plan)
  }

  /** @param {Plan} plan */
  cut(plan) {
    this.over = true
    for (const { outlet } of Object.values(this.directions)) outlet?.stop()
    end(this.near, plan.near)
    end(this.far, plan.far)
    this.victim?.cut(this, wayOf(plan))
  }
}

/** One direction of a line. */
function direction() {
  return {
    scanner: new Scanner(),
    /** @type {Outlet | undefined} */
    outlet: undefined,
    /** How many messages of the session the other end had when the line began. */
    base: 0,
    /** How many have come since. */
    count: 0,
    doomed: false,
    /** What has not got through since. @type {Buffer[]} */
    withheld: [],
  }
}

/**
 * @param {Socket} socket
 * @param {import('./plan.mjs').Ending} ending
 */
function end(socket, ending) {
  if (ending === 'rst') socket.resetAndDestroy()
  else if (ending === 'fin') socket.end().resume()
  else socket.pause()
  setTimeout(() => socket.destroy(), FORGOTTEN).unref()
}

/** @param {number} ms */
function sleep(ms) {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}
