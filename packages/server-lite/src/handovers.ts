import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import type { Resume } from '@protoo-kit/protocol'
import { Arrival } from './arrival.js'
import type { Backplane, BackplaneServer, ServerLink } from './backplane.js'
import { BackplaneUnavailableError } from './backplane-errors.js'
import { Couriers } from './couriers.js'
import { Departure } from './departure.js'
import type { Parcel, Question, Taking } from './parcel.js'
import { PortableSession } from './portable-session.js'
import { keyOf, type Sessions } from './sessions.js'

/** Characters of a parcel that are sent at once. */
const PART = 2 ** 17

/** What has become of a session that this server does not have. */
export type Found = Arrival | 'nowhere' | 'outdated' | 'busy'

/** Sessions that go from one server to another: of those that come, and of those that leave. */
export class Handovers implements BackplaneServer {
  private readonly link: ServerLink
  private readonly couriers: Couriers
  /** By hop, and by session those that came last. */
  private readonly departures = new Map<string, Departure>()
  private readonly latest = new Map<string, Departure>()
  private readonly arrivals = new Map<string, { arrival: Arrival; unwatch: () => void }>()
  /** By session: a client that dials again does not have it looked for once more. */
  private readonly finding = new Map<string, Promise<string | undefined>>()
  /** By session: connections of clients on which the application decides. */
  private readonly entering = new Map<string, Socket>()
  /** Bytes, about, of parcels that are being fetched. */
  private bytes = 0

  constructor(
    backplane: Backplane,
    private readonly sessions: Sessions,
  ) {
    this.link = backplane.connect(this)
    this.couriers = new Couriers(this.link, sessions.settings.window)
  }

  /** Sessions that have left, of which something is still under way. */
  get leaving(): readonly Departure[] {
    return [...this.departures.values()]
  }

  /**
   * Looks for a session on the other servers, and fetches it.
   * @throws BackplaneUnavailableError (rejects) when they cannot be asked
   */
  async find(resume: Resume): Promise<Found> {
    const { attempt, received } = resume
    const key = keyOf(resume.token)
    const question = write({ kind: 'take', key, received, attempt })
    // One that has left, and that nobody has taken, is taken back.
    const answer = this.answer(question) ?? (await this.ask(key, question))
    if (answer === undefined) return 'nowhere'
    const taking: Taking = JSON.parse(answer)
    if (taking.kind !== 'parcel') return taking.kind
    return new Arrival(await this.fetch(taking), {
      tell: (arrival, told) => void this.couriers.send(arrival.parcel.from, write(told)),
      follow: (arrival) => this.follow(arrival),
      leave: (arrival) => this.leave(arrival),
    })
  }

  /** Whether the application may be asked about a client: not while it is on another connection of the same one, or has accepted that. */
  mayAsk({ token }: Resume): boolean {
    const key = keyOf(token)
    return !this.entering.has(key) && !this.sessions.isComing(key)
  }

  /** The application is asked. */
  asking({ token }: Resume, socket: Socket): void {
    this.entering.set(keyOf(token), socket)
    socket.once('close', () => this.decided(token, socket))
  }

  /** It has decided. */
  decided(token: string, socket: Socket): void {
    const key = keyOf(token)
    if (this.entering.get(key) === socket) this.entering.delete(key)
  }

  /** What another server asks. */
  answer(text: string): string | undefined {
    // Servers trust each other, as they do whoever may write to the backplane.
    const question: Question = JSON.parse(text)
    if (question.kind === 'take') return this.give(question)
    const { hop } = question
    if (question.kind === 'answer') {
      this.arrivals.get(hop)?.arrival.answer(question.text)
      return ''
    }
    const departure = this.departures.get(hop)
    if (question.kind === 'pull') return departure?.text.slice(question.at, question.at + PART)
    if (question.kind === 'taken') departure?.followed(question.by)
    else if (question.kind === 'frame') departure?.receive(question.text)
    else departure?.end()
    return ''
  }

  /** Nothing is handed over any more. */
  close(): void {
    for (const departure of this.leaving) departure.end()
    this.couriers.close()
    this.link.close()
  }

  /** Another server wants a session. */
  private give(wanted: Question & { kind: 'take' }): string | undefined {
    const { key, received, attempt } = wanted
    const departure = this.latest.get(key)
    if (departure?.packed) {
      if (attempt <= departure.attempt) return taking({ kind: 'outdated' })
      departure.attempt = attempt
      return this.offer(departure)
    }
    if (this.sessions.isComing(key)) return taking({ kind: 'busy' })
    const transport = this.sessions.at(key)
    if (!(transport instanceof PortableSession)) return undefined
    const resume = { token: '', received, attempt }
    if (transport.outdated(resume)) return taking({ kind: 'outdated' })
    if (!transport.resumable(resume)) {
      transport.expire()
      return undefined
    }
    if (!transport.traveller) return transport.awaiting ? taking({ kind: 'busy' }) : undefined
    const left = this.depart(transport, wanted)
    // What is told of it may have ended it.
    return left.packed ? this.offer(left) : undefined
  }

  private depart(transport: PortableSession, { key, attempt }: Question & { kind: 'take' }): Departure {
    const departure = new Departure(randomUUID(), key, attempt, this.sessions.settings.window, {
      send: ({ hop }, to, text) => this.couriers.send(to, write({ kind: 'answer', hop, text })),
      watch: (watched, to) => this.link.watch(to, () => watched.end()),
      ended: (ended) => this.ended(ended),
    })
    this.departures.set(departure.hop, departure)
    this.latest.set(key, departure)
    const parcel = transport.depart(departure, this.link.address)
    if (departure.packed) departure.text = JSON.stringify(parcel)
    return departure
  }

  private ended(departure: Departure): void {
    const { hop, key } = departure
    this.departures.delete(hop)
    if (this.latest.get(key) === departure) this.latest.delete(key)
  }

  private offer({ hop, text }: Departure): string {
    return taking({ kind: 'parcel', hop, from: this.link.address, length: text.length })
  }

  private ask(key: string, question: string): Promise<string | undefined> {
    const before = this.finding.get(key)
    if (before) return before
    const asked = this.link.askAll(question).finally(() => this.finding.delete(key))
    this.finding.set(key, asked)
    return asked
  }

  private async fetch({ hop, from, length }: Taking & { kind: 'parcel' }): Promise<Parcel> {
    const bytes = length * 2
    if (this.bytes + bytes > this.sessions.settings.maxTotalBufferBytes)
      throw new BackplaneUnavailableError('too many sessions are being handed over')
    this.bytes += bytes
    try {
      let text = ''
      while (text.length < length) {
        const pull: Question = { kind: 'pull', hop, at: text.length }
        const part =
          from === this.link.address ? this.answer(write(pull)) : await this.link.ask(from, write(pull))
        if (!part) throw new BackplaneUnavailableError('the session was taken by another server')
        text += part
      }
      return JSON.parse(text)
    } finally {
      this.bytes -= bytes
    }
  }

  private follow(arrival: Arrival): void {
    const { hop, from } = arrival.parcel
    void this.couriers.send(from, write({ kind: 'taken', hop, by: this.link.address }))
    if (arrival.idle) return
    const unwatch = this.link.watch(from, () => {
      this.leave(arrival)
      arrival.orphaned()
    })
    this.arrivals.set(hop, { arrival, unwatch })
  }

  private leave({ parcel: { hop } }: Arrival): void {
    this.arrivals.get(hop)?.unwatch()
    this.arrivals.delete(hop)
  }
}

function write(question: Question): string {
  return JSON.stringify(question)
}

function taking(answer: Taking): string {
  return JSON.stringify(answer)
}
