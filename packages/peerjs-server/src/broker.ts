import type { Clock } from '@protoo-kit/protocol'
import type { WebSocket } from 'ws'
import { Client, type ClientContext, type IClient, type Identity } from './client.js'
import { Correspondence } from './correspondence.js'
import { type Frame, frameJson, frameRelay } from './frame.js'
import { Guesses, type GuessLimits } from './guesses.js'
import { type BufferLimits, Line, Lines } from './line.js'
import { Mailboxes, type MailboxLimits } from './mailboxes.js'
import { type IMessage, MessageType, parseMessage, type Relay, readRelay, readUsual } from './message.js'
import { Periodically } from './periodically.js'
import { sameSecret } from './secret.js'

export interface BrokerSettings extends MailboxLimits, GuessLimits, BufferLimits {
  readonly alive_timeout: number
  readonly expire_timeout: number
  readonly cleanup_out_msgs: number
  readonly concurrent_limit: number
  readonly reconnectWindow: number
  readonly leaveOnDisconnect: boolean
}

/** What the broker tells. None of them throws. */
export interface BrokerEvents {
  connection(client: IClient): void
  disconnect(client: IClient): void
  error(error: unknown): void
  /** Undefined when nobody listens. @returns whether the message may go on */
  message: ((client: IClient, message: IMessage) => boolean) | undefined
}

/** Why a client does not get in. */
export type Refusal =
  | { readonly type: 'ID-TAKEN'; readonly payload: { readonly msg: string } }
  | { readonly type: 'ERROR'; readonly payload: { readonly msg: string } }

/** ms between looks at who has been silent for too long (J8). */
const PRESENCE_INTERVAL = 300

const OPEN = frameJson({ type: MessageType.OPEN })

/** Who is there and who speaks to whom (J1–J8), apart from how they come in. */
export class Broker implements ClientContext {
  readonly lines: Lines
  private readonly mailboxes: Mailboxes
  private readonly guesses: Guesses
  private readonly correspondence: Correspondence | undefined
  /** Those who have an id. */
  private readonly clients = new Map<string, Client>()
  /** Those who gave theirs up. */
  private readonly left = new Set<Client>()
  private readonly presence: Periodically
  private readonly expiry: Periodically

  constructor(
    private readonly settings: BrokerSettings,
    private readonly events: BrokerEvents,
    readonly clock: Clock,
  ) {
    this.lines = new Lines(settings)
    this.mailboxes = new Mailboxes(settings, clock)
    this.guesses = new Guesses(settings, clock)
    if (settings.leaveOnDisconnect) this.correspondence = new Correspondence()
    this.presence = new Periodically(PRESENCE_INTERVAL, clock, {
      needed: () => this.clients.size + this.left.size > 0,
      work: () => this.checkPresence(),
    })
    this.expiry = new Periodically(settings.cleanup_out_msgs, clock, {
      needed: () => this.mailboxes.size > 0,
      work: () => this.expireMailboxes(),
    })
  }

  /** Ids of those who are there or may come back, in the order of their coming. */
  get ids(): string[] {
    return [...this.clients.keys()]
  }

  has(id: string): boolean {
    return this.clients.has(id)
  }

  /** Whether `identity` may come in now; `connect` is to follow at once. */
  admit({ id, token, address }: Identity & { address(): string }): Refusal | undefined {
    const client = this.clients.get(id)
    if (!client) {
      if (this.clients.size + this.left.size < this.settings.concurrent_limit) return
      return refusal('Server has reached its concurrent user limit')
    }
    const from = address()
    const wait = this.guesses.wait(from)
    if (wait > 0) {
      const seconds = Math.ceil(wait / 1000)
      return refusal(`Too many attempts to use an ID that is taken: try again in ${seconds} s`)
    }
    if (sameSecret(token, client.getToken())) return
    this.guesses.failed(from)
    return { type: MessageType.ID_TAKEN, payload: { msg: 'ID is taken' } }
  }

  /** Takes a client in, or back on a new connection (J2, J3). Its token has been checked by `admit`. */
  connect(identity: Identity, line: Line): Client {
    const existing = this.clients.get(identity.id)
    const client = existing ?? new Client(identity, this)
    const before = client.line
    this.clients.set(identity.id, client)
    client.presence = 'present'
    client.line = line
    client.beat()
    this.presence.wake()
    if (before) {
      before.release()
      before.webSocket.close(4001, 'a newer connection took over')
    }
    this.deliver(client, OPEN)
    for (const frame of this.mailboxes.take(identity.id)) this.deliver(client, frame)
    if (client.line === line) this.events.connection(client)
    return client
  }

  /** A frame came in on `line`. */
  receive(client: Client, line: Line, data: Buffer, isBinary: boolean): void {
    // What a connection says that has been replaced, or given up on, is not its client's word any more.
    if (client.line !== line) return
    const text = data.toString()
    const usual = isBinary || this.events.message ? undefined : readUsual(data, text)
    if (usual) {
      this.relay(client, usual)
      return
    }
    try {
      const message = parseMessage(text, client.getId())
      if (this.events.message?.(client, message) === false) return
      if (message.type === MessageType.HEARTBEAT) client.beat()
      // Read after the listeners, who may have changed it, as with the original.
      const { type, dst, payload } = message
      const relay = readRelay({ type, dst, payload })
      if (relay) this.relay(client, relay)
    } catch (error) {
      this.events.error(error)
    }
  }

  /** The connection of a client is over. */
  lost(client: Client, line: Line): void {
    line.release()
    if (client.line !== line) return
    client.line = undefined
    if (client.presence === 'present' && this.settings.reconnectWindow > 0) {
      client.presence = 'away'
      client.beat()
    } else this.end(client)
  }

  /** Sends everybody away. */
  close(code: number, reason: string): void {
    this.presence.stop()
    this.expiry.stop()
    for (const client of [...this.clients.values(), ...this.left]) {
      client.line?.webSocket.close(code, reason)
      this.end(client)
    }
  }

  /** Ends those who have been silent for `alive_timeout`, or away for `reconnectWindow` (J8). */
  private checkPresence(): void {
    const { alive_timeout, reconnectWindow } = this.settings
    for (const client of [...this.clients.values(), ...this.left]) {
      const timeout = client.presence === 'away' ? reconnectWindow : alive_timeout
      if (client.silence < timeout) continue
      client.line?.webSocket.close()
      this.end(client)
    }
  }

  /** Tells those who wait for somebody that it has not come (J6). */
  private expireMailboxes(): void {
    for (const { src, dst } of this.mailboxes.expire(this.settings.expire_timeout)) this.expire(src, dst)
  }

  private relay(client: Client, relay: Relay): void {
    const { type, dst } = relay
    const receiver = this.clients.get(dst)
    // A connection that is closing takes nothing any more: whoever has the id next does.
    if (receiver?.presence === 'present' && receiver.line?.open !== false) {
      this.correspondence?.note(client, receiver)
      this.pass(client, receiver, frameRelay(relay, client.getId()))
    } else if (type === MessageType.LEAVE) {
      if (!dst) this.leave(client)
    } else if (dst && type !== MessageType.EXPIRE) {
      const src = client.getId()
      const outcome = this.mailboxes.put({ src, dst }, frameRelay(relay, client.getId()))
      if (outcome === 'kept') this.expiry.wake()
      else if (outcome === 'full') this.expire(src, dst)
    }
  }

  /** Whoever cannot be reached is gone, and the sender told so (J7). */
  private pass(client: Client, receiver: Client, frame: Frame): void {
    if (this.deliver(receiver, frame)) return
    this.deliver(
      client,
      frameRelay({ type: 'LEAVE', dst: client.getId(), payload: undefined }, receiver.getId()),
    )
  }

  /** @returns `false` when there is no way to the client, who is then gone */
  private deliver(client: Client, frame: Frame): boolean {
    if (client.line) {
      try {
        client.sendFrame(frame)
        return true
      } catch (error) {
        this.events.error(error)
        client.line.webSocket.close()
      }
    }
    this.end(client)
    return false
  }

  private expire(src: string, dst: string): void {
    const sender = this.clients.get(src)
    if (sender?.presence !== 'present') return
    const relay = { type: MessageType.EXPIRE, dst: src, payload: undefined }
    this.deliver(sender, frameRelay(relay, dst))
  }

  /** The client gives its id up, and stays connected (J5). */
  private leave(client: Client): void {
    if (client.presence !== 'present') return
    this.clients.delete(client.getId())
    client.presence = 'left'
    this.left.add(client)
  }

  private end(client: Client): void {
    if (client.presence === 'gone') return
    // Its id may be another's by now.
    if (client.presence === 'left') this.left.delete(client)
    else this.clients.delete(client.getId())
    client.presence = 'gone'
    client.line?.release()
    client.line = undefined
    for (const other of this.correspondence?.end(client) ?? []) {
      if (other.presence !== 'present') continue
      const relay = { type: MessageType.LEAVE, dst: other.getId(), payload: undefined }
      this.deliver(other, frameRelay(relay, client.getId()))
    }
    this.events.disconnect(client)
  }

  lineOf(socket: WebSocket): Line {
    return new Line(socket, undefined, this.lines)
  }
}

function refusal(msg: string): Refusal {
  return { type: MessageType.ERROR, payload: { msg } }
}
