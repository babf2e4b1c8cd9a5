import type { Clock } from '@protoo-kit/protocol'
import type { WebSocket } from 'ws'
import { type Frame, frameJson } from './frame.js'
import type { Line } from './line.js'

/** A client as listeners of the events get it. */
export interface IClient {
  getId(): string
  getToken(): string
  /** `null` when it has been taken away, and while the server waits for the client to come back. */
  getSocket(): WebSocket | null
  setSocket(socket: WebSocket | null): void
  /** When the last HEARTBEAT came, in ms since the epoch. */
  getLastPing(): number
  setLastPing(lastPing: number): void
  /** Sends anything that JSON can hold. */
  send<T>(data: T): void
}

/**
 * What a client is to the broker. `present`: it has its id and a connection. `away`: it has its id, and may come back.
 * `left`: it gave its id up (`LEAVE` without `dst`), and still has its connection (J5). `gone`: over.
 */
export type Presence = 'present' | 'away' | 'left' | 'gone'

export interface Identity {
  readonly id: string
  readonly token: string
}

/** What all clients of a broker share. */
export interface ClientContext {
  readonly clock: Clock
  /** For a WebSocket of a listener's. */
  lineOf(socket: WebSocket): Line
}

/** There may be many: it holds no more than it must. */
export class Client implements IClient {
  presence: Presence = 'present'
  line: Line | undefined
  private readonly id: string
  private readonly token: string
  /** Monotonic time in whole ms of the last HEARTBEAT; while it is away, of its leaving. */
  private heard: number

  constructor(
    { id, token }: Identity,
    private readonly context: ClientContext,
  ) {
    this.id = id
    this.token = token
    this.heard = this.time
  }

  /** ms since it was last heard of. */
  get silence(): number {
    return this.time - this.heard
  }

  beat(): void {
    this.heard = this.time
  }

  /** @throws OverflowError, or what a WebSocket of a listener's throws */
  sendFrame(frame: Frame): void {
    this.line?.send(frame)
  }

  getId(): string {
    return this.id
  }

  getToken(): string {
    return this.token
  }

  getSocket(): WebSocket | null {
    return this.line?.webSocket ?? null
  }

  setSocket(socket: WebSocket | null): void {
    this.line?.release()
    this.line = socket ? this.context.lineOf(socket) : undefined
  }

  getLastPing(): number {
    return this.context.clock.now() - this.silence
  }

  setLastPing(lastPing: number): void {
    this.heard = Math.trunc(this.time - (this.context.clock.now() - lastPing))
  }

  send<T>(data: T): void {
    this.sendFrame(frameJson(data))
  }

  private get time(): number {
    return Math.trunc(this.context.clock.monotonic())
  }
}
