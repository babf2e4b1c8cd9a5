import {
  type AnyContract,
  type Contract,
  type Data,
  endsSession,
  PeerClosedError,
  type RequestHandler,
  type RequestListener,
} from '@protoo-kit/protocol'
import { type Arrival, nextIds } from './arrival.js'
import type { Claim, MemberSession, Missed } from './backplane.js'
import type { CloseInfo } from './close.js'
import type { SendCallback } from './connection.js'
import type { DepartedPeer, Departure } from './departure.js'
import { emitSafely } from './emit.js'
import { answeredId, type Parcel } from './parcel.js'
import { Peer } from './peer.js'
import type { SharedText } from './shared-text.js'
import type { WebSocketTransport } from './websocket-transport.js'

/** What is sent with 1012: the client is to come back, to this node or another. */
export const LEASE_LOST = 'this node has lost touch with the others'

const MOVED: CloseInfo = { cause: 'moved', code: 1012, reason: 'the session goes on at another server' }

/** A room's part in its cluster, as its peers see it. */
export interface PeerHome {
  readonly id: string
  /** Whether this node may act for its peers. */
  readonly current: boolean
  /** Where they stand among the broadcasts. */
  readonly place: string
  /** A peer's session may go to another node, and its id with it. */
  departing(peerId: string, departure: Departure): void
  departed(peerId: string, departure: Departure): void
}

/** What goes with a peer's session to its next server. */
export type Luggage = Pick<Parcel, 'room' | 'peer' | 'data' | 'pass' | 'place' | 'open' | 'asked' | 'ids'>

/** A peer whose id is to be its own on all nodes: what its client sends is held until it is. */
export class ClusterPeer<C extends Contract = AnyContract> extends Peer<C> implements DepartedPeer {
  private claim: Claim | undefined
  /** Where its session comes from. */
  readonly arrival: Arrival | undefined
  private departure: Departure | undefined
  /** The client's requests that are being answered here. */
  private readonly running = new Set<number>()
  /** How many requests to the client wait for their answers. */
  private waiting = 0

  constructor(
    id: string,
    transport: WebSocketTransport,
    room: { left(peer: { readonly id: string }): void },
    private readonly home: PeerHome,
  ) {
    super(id, transport, room, true, transport.arrival?.lastId)
    this.arrival = transport.arrival
    if (this.arrival) Object.assign(this.data, this.arrival.parcel.data)
  }

  /** The id is its own. @param missed broadcasts that its session has not had yet */
  admit(claim: Claim, missed?: readonly Missed[]): void {
    this.claim = claim
    this.transport.admit(missed)
    const { arrival } = this
    if (arrival && missed) arrival.taken(this)
    else if (arrival || this.returning) {
      // What is missing cannot be told, so another session has begun.
      arrival?.over()
      emitSafely(this, 'caughtup', [{ complete: missed !== undefined }])
    }
  }

  get session(): MemberSession | undefined {
    return this.transport.memberSession
  }

  /** Whether it was in the room before, in a session that is lost. */
  private get returning(): boolean {
    return this.session?.before !== undefined
  }

  /** Whether its session can go to another server now. */
  get portable(): boolean {
    return this.claim !== undefined && this.home.current && !this.closed
  }

  /** Whether it is not known yet that its id is its own. */
  get awaiting(): boolean {
    return this.claim === undefined && !this.closed
  }

  /** Its session leaves: from now on it is closed to the application, and only finishes what is under way. */
  depart(departure: Departure): Luggage {
    const { home, arrival } = this
    const luggage: Luggage = {
      room: home.id,
      peer: this.id,
      data: copied(this.data),
      pass: this.claim?.pass ?? '',
      place: home.place,
      open: [...this.running, ...(arrival?.open ?? [])],
      asked: this.waiting + (arrival?.asking ?? 0),
      ids: nextIds(arrival),
    }
    this.departure = departure
    departure.attach(this)
    home.departing(this.id, departure)
    this.leave(MOVED)
    return luggage
  }

  get busy(): boolean {
    return this.running.size > 0 || this.waiting > 0 || this.arrival?.idle === false
  }

  abandon(): void {
    if (this.departure) this.home.departed(this.id, this.departure)
    this.settle({ ...MOVED, cause: 'remote' })
    this.release()
  }

  /** Sends the client what another server has answered. */
  passOn(answer: string): void {
    try {
      this.transmit(answer, undefined, true)
    } catch {
      // It has closed meanwhile.
    }
    this.departure?.rest()
  }

  /** Not before it is its own: what was said until then comes with its claim. */
  override sendShared(shared: SharedText): void {
    if (this.claim || !(this.arrival || this.returning)) super.sendShared(shared)
  }

  /** @internal */
  override receive(frame: unknown): void {
    // A process that stood still reads what came meanwhile before its timers tell it that it is late.
    if (!this.departure && !this.home.current) this.close(1012, LEASE_LOST)
    else if (!this.arrival?.forward(frame)) super.receive(frame)
  }

  /** @internal */
  override ended(info: CloseInfo): void {
    if (this.closed) return
    // Otherwise the client is to find the session where it was.
    if (this.claim || (info.cause === 'local' && endsSession(info.code))) this.arrival?.over()
    this.release()
    super.ended(info)
  }

  protected override transmit(text: string, done?: SendCallback, answer?: boolean): number | undefined {
    if (answer) this.running.delete(answeredId(text))
    const { departure } = this
    if (!departure) return super.transmit(text, done, answer)
    if (!answer) throw new PeerClosedError('transport closed')
    departure.send(text)
    return undefined
  }

  protected override noted(handler: RequestHandler): RequestHandler {
    return (data, request) => {
      this.running.add(request.id)
      return handler(data, request)
    }
  }

  protected override asked(answer: Promise<Data>): Promise<Data> {
    this.waiting++
    const settled = () => {
      this.waiting--
      this.departure?.rest()
    }
    answer.then(settled, settled)
    return answer
  }

  protected override get requestListeners(): RequestListener[] {
    const listeners = super.requestListeners
    // Answered or not, it is one that runs here.
    return listeners.length ? [(request) => void this.running.add(request.id), ...listeners] : listeners
  }

  private release(): void {
    this.claim?.release()
    this.claim = undefined
  }
}

function copied(data: Data): Data {
  try {
    return Object(JSON.parse(JSON.stringify(data)))
  } catch {
    // A cycle, or such: it stays here.
    return {}
  }
}
