import type { Clock } from '@protoo-kit/protocol'
import { backgroundClock } from './background-clock.js'
import { createLogger } from './logger.js'

const logger = createLogger('Departure')

/** The peer of a session that leaves, of which only what is under way is left here. */
export interface DepartedPeer {
  /** Whether a request runs here, or waits for the client, that was made before it left. */
  readonly busy: boolean
  /** What the client answers. */
  receive(frame: unknown): void
  /** Nothing comes or goes any more: what waits rejects, and the peer id is given back unless it is another's. */
  abandon(): void
}

export interface DeparturePort {
  /** Tells the server that has taken the session. Resolves when that has heard it, or never will. */
  send(departure: Departure, to: string, text: string): Promise<void>
  /** Has {@link Departure.orphaned} called once that server is dead. @returns its undo */
  watch(departure: Departure, to: string): () => void
  /** It is over. */
  ended(departure: Departure): void
}

type State =
  /** Whoever comes first with the right claim has it. */
  | { readonly name: 'packed' }
  /** Taken over, by whom it does not know yet. */
  | { readonly name: 'taken' }
  | { readonly name: 'followed'; readonly to: string; readonly unwatch: () => void }
  | { readonly name: 'over' }

/**
 * A session that has left this server, or may: nobody acts for it here any more. It is kept until another server
 * has it; then answers of handlers that still run here go after it, and the client's answers come back.
 */
export class Departure {
  private state: State = { name: 'packed' }
  private peer: DepartedPeer | undefined
  /** Answers on their way. */
  private underWay = 0
  /** Answers that nobody could be sent yet. */
  private unsent: string[] = []
  private readonly timer: unknown
  private resolve = () => {}
  /** Resolves once nothing of it is left here. */
  readonly over: Promise<void> = new Promise<void>((resolve) => {
    this.resolve = resolve
  })

  /**
   * @param attempt the highest that was seen
   * @param window ms for which it waits for a server to take it
   */
  constructor(
    readonly hop: string,
    readonly key: string,
    public attempt: number,
    window: number,
    private readonly port: DeparturePort,
    private readonly clock: Clock = backgroundClock,
  ) {
    this.timer = clock.setTimeout(() => this.late(), window)
  }

  /** What another server is given; empty once it needs no more of it. */
  text = ''

  /** Whether a server may still take it. */
  get packed(): boolean {
    return this.state.name === 'packed'
  }

  attach(peer: DepartedPeer): void {
    this.peer = peer
  }

  /** An answer of a handler that runs here. */
  send(answer: string): void {
    const { state } = this
    if (state.name === 'followed') this.hand(state.to, answer)
    else if (state.name !== 'over') this.unsent.push(answer)
    this.rest()
  }

  private hand(to: string, answer: string): void {
    this.underWay++
    void this.port.send(this, to, answer).finally(() => {
      this.underWay--
      this.rest()
    })
  }

  /** What the client says to a request from here. */
  receive(frame: string): void {
    if (this.state.name !== 'over') this.peer?.receive(frame)
    this.rest()
  }

  /** The peer id is another node's. */
  lost(): void {
    if (this.packed) this.state = { name: 'taken' }
  }

  /** Who has it says so. May come twice. */
  followed(to: string): void {
    if (this.state.name === 'over' || this.state.name === 'followed') return
    logger.debug('%s: its session is at %s', this.hop, to)
    this.clock.clearTimeout(this.timer)
    this.text = ''
    this.state = { name: 'followed', to, unwatch: this.port.watch(this, to) }
    for (const answer of this.unsent.splice(0)) this.hand(to, answer)
    this.rest()
  }

  /** There is nothing any more that it could be for. */
  end(): void {
    const { state } = this
    if (state.name === 'over') return
    this.clock.clearTimeout(this.timer)
    if (state.name === 'followed') state.unwatch()
    this.state = { name: 'over' }
    this.text = ''
    this.peer?.abandon()
    this.port.ended(this)
    this.resolve()
  }

  /** Something may have been the last. */
  rest(): void {
    if (this.state.name === 'followed' && !this.peer?.busy && this.underWay === 0) this.end()
  }

  /** Nobody has come for it, or who did has not said so. */
  private late(): void {
    logger.debug('%s: over, %s', this.hop, this.state.name)
    this.end()
  }
}
