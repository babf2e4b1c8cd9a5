import type { SessionSocket } from '../src/session.js'
import type { Resume } from '../src/subprotocol.js'

export type Side = 'client' | 'server'

export const otherSide = (side: Side): Side => (side === 'client' ? 'server' : 'client')

/** What goes over a connection: frames, and after the last of them maybe the close. */
export type Item = string | { code: number }

/**
 * One connection, whose frames arrive when the test says so: in order, from the first on, and maybe
 * not all of them. It begins as an upgrade that is under way.
 */
export class Link {
  /** How far the server is with it. */
  state: 'upgrading' | 'authorizing' | 'done' = 'upgrading'
  /** What is under way, by the side that it goes to. */
  readonly underWay: Record<Side, Item[]> = { client: [], server: [] }
  /** Whether the socket of a side takes no more for now. */
  readonly crowded: Record<Side, boolean> = { client: false, server: false }
  /** How many messages of the session the server had when the upgrade came in, before it was authorized. */
  receivedOnArrival = 0
  /** Whether nothing arrives any more. */
  lost = false

  /** @param resume what the client said to have its session back */
  constructor(readonly resume: Resume | undefined) {}

  socket(side: Side): SessionSocket {
    const link = this
    return {
      get bufferedAmount() {
        return link.crowded[side] ? 2 ** 30 : 0
      },
      send: (text) => link.put(otherSide(side), text),
    }
  }

  put(to: Side, item: Item): void {
    if (!this.lost) this.underWay[to].push(item)
  }

  /** Loses what is under way, and all that is sent from now on. Nobody is told. */
  cut(): void {
    this.lost = true
    this.underWay.client = []
    this.underWay.server = []
  }
}

/** What one side of a session sent, and how much of it the other side was given. */
export class Ledger {
  delivered = 0
  private readonly sent: string[] = []
  private readonly forgotten = new Set<number>()

  /** @returns what is wrong with the number that the message was given */
  add(text: string, number: number): string | undefined {
    this.sent.push(text)
    return number === this.sent.length ? undefined : `message ${this.sent.length} got the number ${number}`
  }

  /** A request that nobody waits for any more: {} may stand in for it. */
  forget(number: number): void {
    if (number <= this.sent.length) this.forgotten.add(number)
  }

  /** @returns what is wrong with it, if it is not the next message */
  deliver(frame: string): string | undefined {
    const number = ++this.delivered
    const text = this.sent[number - 1]
    if (frame === text || (frame === '{}' && this.forgotten.has(number))) return
    return `message ${number} arrived as ${frame} and was sent as ${text}`
  }

  get count(): number {
    return this.sent.length
  }

  /** What the messages after the first `acked` take. */
  bytesAfter(acked: number): number {
    let bytes = 0
    for (let number = acked + 1; number <= this.sent.length; number++)
      bytes += 2 * (this.forgotten.has(number) ? '{}' : (this.sent[number - 1] ?? '')).length
    return bytes
  }
}
