import { createErrorResponse, encode } from '@protoo-kit/protocol'
import type { Passage } from './backplane.js'
import { answeredId, IDS_PER_HOP, type Parcel, type Question } from './parcel.js'

/** What an arrival has of the servers between which it happens. */
export interface ArrivalPort {
  /** Tells the server that it comes from, until that has heard it or is dead. */
  tell(arrival: Arrival, question: Question): void
  /** What is said about it is to be handed to it from now on, and that its old server is dead. */
  follow(arrival: Arrival): void
  /** No longer. */
  leave(arrival: Arrival): void
}

/** The peer that a session has here. */
export interface ArrivedPeer {
  /** Sends the client an answer that was made elsewhere. */
  passOn(answer: string): void
}

/**
 * A session that has come, or is about to come, from another server; and what is still to pass between the two
 * for it: answers to the client's requests that run there, and the client's answers to that server's requests.
 */
export class Arrival implements Passage {
  private readonly awaited: Set<number>
  private asked: number
  private peer: ArrivedPeer | undefined

  constructor(
    readonly parcel: Parcel,
    private readonly port: ArrivalPort,
  ) {
    this.awaited = new Set(parcel.open)
    this.asked = parcel.asked
  }

  get pass(): string {
    return this.parcel.pass
  }

  get place(): string {
    return this.parcel.place
  }

  /** The ids of requests of this server are above this. */
  get lastId(): number {
    return this.parcel.ids
  }

  /** The client's requests whose answers come from there. */
  get open(): ReadonlySet<number> {
    return this.awaited
  }

  /** How many of its old server's requests the client has not answered. */
  get asking(): number {
    return this.asked
  }

  get idle(): boolean {
    return this.awaited.size === 0 && this.asked === 0
  }

  /** The session is here, and no longer there. */
  taken(peer: ArrivedPeer): void {
    this.peer = peer
    this.port.follow(this)
  }

  /** There is no such session any more, or not here. */
  over(): void {
    // Otherwise that server has done with it.
    if (!this.peer || !this.idle) this.port.tell(this, { kind: 'over', hop: this.parcel.hop })
    this.port.leave(this)
    this.awaited.clear()
    this.asked = 0
  }

  /** An answer has come from there. May come twice. */
  answer(text: string): void {
    if (this.awaited.delete(answeredId(text))) this.peer?.passOn(text)
  }

  /** That server is dead: nothing more comes from there, which the client learns. */
  orphaned(): void {
    const { awaited } = this
    this.asked = 0
    for (const id of [...awaited])
      this.answer(encode(createErrorResponse(id, 503, 'the server that had the request is gone')))
  }

  /** @returns whether the frame is for that server */
  forward(frame: unknown): boolean {
    if (this.asked === 0) return false
    const id = responseId(frame)
    if (id === undefined || id > this.lastId) return false
    this.asked--
    this.port.tell(this, { kind: 'frame', hop: this.parcel.hop, text: String(frame) })
    return true
  }
}

/** The ids of its own requests are above those of all servers before. */
export function nextIds(arrival: Arrival | undefined): number {
  return (arrival?.lastId ?? 0) + IDS_PER_HOP
}

function responseId(frame: unknown): number | undefined {
  try {
    const { response, id } = JSON.parse(String(frame))
    return response === true && typeof id === 'number' ? id : undefined
  } catch {
    // What is no message is this server's to report.
    return undefined
  }
}
