import { expect } from 'vitest'
import { flushMessages, sendAck } from '../src/session.js'
import { FakeClock } from '../src/testing.js'
import type { End } from './ends.js'
import { Client, type Rules, ServerPeer, type Surroundings } from './session-ends.js'
import { counts } from './session-fixture.js'
import type { Link, Side } from './session-network.js'
import { type Held, Made } from './session-outcomes.js'
import { chosen, type Step } from './session-steps.js'

/** Turns until all is at rest: each gives one answer, and there are never so many to give. */
const TURNS = 1000

const sides = ['client', 'server'] as const

/** A client, a server, and the connections between them. */
export class World {
  private readonly problems: string[] = []
  private readonly clock = new FakeClock()
  private readonly made: Made[] = []
  private readonly held: Record<Side, Held[]> = { client: [], server: [] }
  private readonly ledgers: Surroundings['ledgers'] = new Map()
  private readonly around: Surroundings
  private readonly client: Client
  private readonly peers: ServerPeer[] = []
  private readonly links: Link[] = []
  /** Whose session a connection has. */
  private readonly owners = new Map<Link, ServerPeer>()
  private marks = 0

  constructor(rules: Rules, maxMessages: number, maxBytes: number) {
    this.around = {
      clock: this.clock,
      rules,
      maxMessages,
      maxBytes,
      ledgers: this.ledgers,
      problem: (text) => {
        if (text) this.problems.push(text)
      },
      refused: (text) => {
        const made = text.startsWith('{"request"') && this.made[JSON.parse(text).data.token]
        if (made) made.refused = true
      },
    }
    this.client = new Client(this.around)
    this.listen('client', this.client.end)
  }

  private listen(side: Side, { listeners, rpc }: End): void {
    listeners.push(({ data }, accept, reject) => {
      this.held[side].push({ token: data.token, accept, reject })
    })
    rpc.handle('echo', (data) => data)
  }

  run(step: Step): void {
    this.perform(step)
    this.checkProblems()
  }

  private perform(step: Step): unknown {
    switch (step.do) {
      case 'request':
        return this.request(step)
      case 'notify':
        return this.notify(step)
      case 'malformed':
        return this.malformed(step)
      case 'answer':
        return this.answer(step.side, step.pick, step.accept)
      case 'abort':
        return chosen(this.made, step.pick)?.controller.abort('aborted')
      case 'dial':
        return this.dial()
      case 'connect':
        return this.connect()
      case 'dialFast':
        this.dial()
        return this.arrive(this.links.at(-1))
      case 'clientDrops':
        return this.client.drop()
      case 'serverDrops':
        return this.serverDrops(chosen(this.alive, step.pick))
      case 'arrive':
        return this.arrive(chosen(this.linksIn('upgrading'), step.pick))
      case 'authorize':
        return this.authorize(chosen(this.linksIn('authorizing'), step.pick))
      case 'cut':
        return chosen(this.links, step.pick)?.cut()
      case 'deliver':
        return this.deliver(chosen(this.busyLinks(step.to), step.pick), step.to, step.times)
      case 'ack': {
        const half = chosen(this.halves(step.side), step.pick)
        return half && sendAck(half.session, step.echo || undefined)
      }
      case 'crowd':
        return this.crowd(chosen(this.links, step.pick), step.side, step.crowded)
      case 'wait':
        return this.clock.advance(step.ms)
    }
  }

  private get alive(): ServerPeer[] {
    return this.peers.filter(({ ended }) => !ended)
  }

  private linksIn(state: Link['state']): Link[] {
    return this.links.filter((link) => link.state === state)
  }

  /** Those on which something can arrive at a side. Before the upgrade is answered, the server reads nothing. */
  private busyLinks(to: Side): Link[] {
    return this.links.filter(
      ({ state, underWay }) => underWay[to].length && (to === 'client' || state === 'done'),
    )
  }

  private halves(side: Side) {
    const peers = side === 'client' ? [this.client] : this.alive
    return peers.flatMap(({ half }) => half ?? [])
  }

  private allHalves() {
    return sides.flatMap((side) => this.halves(side))
  }

  private actor(side: Side, pick: number): Client | ServerPeer | undefined {
    return side === 'client' ? this.client : chosen(this.alive, pick)
  }

  private request(step: Extract<Step, { do: 'request' }>): void {
    const actor = this.actor(step.side, step.pick)
    if (!actor) return
    const made = new Made(step, actor, this.made.length, this.clock.now())
    this.made.push(made)
    made.send()
  }

  private notify({ side, pick, times }: Extract<Step, { do: 'notify' }>): void {
    const actor = this.actor(side, pick)
    for (let i = 0; i < times; i++) actor?.end.rpc.notify('tell', { mark: ++this.marks }).catch(() => {})
  }

  /** The application at one end writes to the session by itself, and no message at that. */
  private malformed({ side, pick, frame }: Extract<Step, { do: 'malformed' }>): void {
    try {
      const actor = this.actor(side, pick)
      if (actor?.half) actor.send(frame)
    } catch {
      // The buffer is full.
    }
  }

  private answer(side: Side, pick: number, accept: boolean): void {
    const { length } = this.held[side]
    const [held] = this.held[side].splice(pick % (length || 1), 1)
    if (accept) held?.accept({ token: held.token })
    else held?.reject(400, String(held.token))
  }

  private dial(): void {
    this.links.push(this.client.dial())
  }

  /** A connection without delays, until the client has the first frame. */
  private connect(): void {
    this.dial()
    this.arrive(this.links.at(-1))
    this.authorize(this.links.at(-1))
    this.deliver(this.links.at(-1), 'client', 1)
  }

  /** The server gets to see an upgrade, and goes off to have it authorized. */
  private arrive(link: Link | undefined): void {
    if (link?.state !== 'upgrading') return
    link.state = 'authorizing'
    link.receivedOnArrival = this.peerOf(link)?.half.session.received ?? 0
  }

  private peerOf({ resume }: Link): ServerPeer | undefined {
    return this.alive.find(({ token }) => token === resume?.token)
  }

  private authorize(link: Link | undefined): void {
    if (link?.state !== 'authorizing') return
    link.state = 'done'
    const existing = this.peerOf(link)
    const peer = existing ?? new ServerPeer(this.around, this.peers.length.toString(16).padStart(32, '0'))
    this.owners.set(link, peer)
    if (existing && link.resume) {
      existing.resume(link, link.resume)
    } else {
      this.peers.push(peer)
      this.listen('server', peer.end)
      peer.begin(link)
    }
  }

  /** The server gives a connection up, which the client learns after the frames that are under way. */
  private serverDrops(peer: ServerPeer | undefined): void {
    if (!peer?.link) return
    peer.link.put('client', { code: 1006 })
    peer.dropped()
  }

  private deliver(link: Link | undefined, to: Side, times: number): void {
    for (let i = 0; link && i < times; i++) {
      const item = link.underWay[to].shift()
      if (item === undefined) return
      if (to === 'client') this.client.receive(link, item)
      else this.owners.get(link)?.receive(link, item)
    }
  }

  private crowd(link: Link | undefined, side: Side, crowded: boolean): void {
    if (!link) return
    link.crowded[side] = crowded
    for (const { session } of this.halves(side)) flushMessages(session)
  }

  /** Connects if need be, lets all arrive that is under way, and answers what is to be answered. */
  finish(): void {
    let turns = 0
    do {
      if (++turns > TURNS) expect.fail(`never comes to rest: ${this.unfinished()}`)
      if (!this.client.link || this.client.link.lost) this.connect()
      this.turn()
      this.checkProblems()
    } while (!this.quiet())
    // What the server has of connections that were given up ends with the window; timeouts have passed by then.
    for (const peer of this.alive) if (peer.link !== this.client.link) this.serverDrops(peer)
    this.clock.advance(10_000)
  }

  private turn(): void {
    // The newest upgrade first, and then those that were delayed.
    for (const link of this.links.toReversed()) {
      this.arrive(link)
      this.authorize(link)
    }
    this.deliverAll()
    for (const side of sides) {
      this.answer(side, 0, true)
      for (const { session } of this.halves(side)) sendAck(session, true)
    }
    this.deliverAll()
  }

  private deliverAll(): void {
    for (const link of this.links) {
      for (const side of sides) {
        this.crowd(link, side, false)
        this.deliver(link, side, Infinity)
      }
    }
  }

  private quiet(): boolean {
    const { open, link, half } = this.client
    const peer = link && this.owners.get(link)
    if (!open || !half || !peer || peer.link !== link) return false
    const done = [half, peer.half].every(({ session, out }) => session.acked === out.count)
    return done && this.held.client.length + this.held.server.length === 0
  }

  private unfinished(): string {
    const acked = this.allHalves().map(({ session, out }) => `${session.acked} of ${out.count}`)
    return `${acked.join(' and ')} messages are acked`
  }

  /** What holds at any time. */
  private checkProblems(): void {
    for (const { session, out } of this.allHalves()) {
      const bytes = out.bytesAfter(session.acked)
      if (session.sent !== out.count) this.problems.push(`sent ${out.count}, by its count ${session.sent}`)
      if (session.bytes !== bytes) this.problems.push(`keeps ${bytes} bytes, by its count ${session.bytes}`)
    }
    // Noted until now: a throw would have been taken for a listener's.
    if (this.problems.length) expect.fail(this.problems.join('; '))
  }

  /** What holds once all is over, and the promises had their time. */
  check(): void {
    this.checkProblems()
    const { half, link } = this.client
    expect(half).toBeDefined()
    expect(this.alive.map((peer) => peer.link)).toEqual([link])
    const halves = this.allHalves()
    for (const [index, { session, out }] of halves.entries()) {
      expect(out.delivered).toBe(out.count)
      expect(halves[1 - index]?.session.received).toBe(out.count)
      expect(counts(session)).toMatchObject({ bytes: 0, waiting: 0, sent: out.count, acked: out.count })
    }
    for (const made of this.made) made.check(this.clock.now())
    expect(this.clock.pending).toBe(0)
  }
}
