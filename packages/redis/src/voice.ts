import { type Ownership, writeBroadcast, writeGap } from './entry.js'
import type { Hub } from './hub.js'
import type { RoomKeys } from './keys.js'
import { PUBLISH } from './scripts.js'

export interface VoicePort {
  /** The ms that the room's keys are to live, if that is to be said again. */
  touch(): string | undefined
  /** A broadcast does not reach other nodes. */
  gap(error: Error): void
}

/** What this node says in one room. */
export class Voice {
  /** The number of its last broadcast. */
  said = 0
  /** Whether others are told already that some of its broadcasts are missing. */
  private admitted = false

  constructor(
    private readonly keys: RoomKeys,
    private readonly hub: Hub,
    private readonly port: VoicePort,
  ) {}

  /** The next broadcast has its number, and is to be {@link send sent}. */
  begin(except: readonly string[]): Ownership {
    const ownership = this.next(JSON.stringify(except))
    this.said = ownership.number
    return ownership
  }

  send(ownership: Ownership, text: string): void {
    const entry = writeBroadcast(ownership, text)
    const failed = (error: Error) => {
      this.port.gap(error)
      this.admit()
    }
    if (this.post(ownership, entry, entry.length, failed)) this.admitted = false
  }

  /** Others are told where broadcasts of this node are missing: once, until one is not. */
  private admit(): void {
    if (this.admitted) return
    this.admitted = true
    const ownership = this.next('[]')
    this.post(ownership, writeGap(ownership), 0, () => {})
  }

  private next(json: string): Ownership {
    return { node: this.hub.lease.node, number: this.hub.number(), json }
  }

  /** @param length what it counts for */
  private post(
    { node, number }: Ownership,
    entry: string,
    length: number,
    failed: (error: Error) => void,
  ): boolean {
    const { stream, channel, numbers } = this.keys
    const rest = [entry, channel, this.hub.oldest(), this.port.touch() ?? '', node, String(number)]
    return this.hub.outbox.post({ args: ['EVAL', PUBLISH, '2', stream, numbers, ...rest], length, failed })
  }
}
