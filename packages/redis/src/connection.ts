import { BackplaneUnavailableError } from '@protoo-kit/server-lite'
import { createClient, ErrorReply } from '@redis/client'
import type { ResolvedOptions } from './options.js'

/** What scripts and commands answer. */
export type Reply = string | number | boolean | null | readonly Reply[]

export interface RedisServer {
  /** Another one after each restart, and on another server. */
  readonly runId: string
  /** ms that it has run for, at least, when it was asked. */
  readonly uptime: number
  /** ms by which its clock is ahead of this machine's. */
  readonly ahead: number
}

export interface ConnectionEvents {
  /** There is a connection, and nothing of what was sent over the one before is under way. Calls are let in once this resolves. */
  connected(server: RedisServer): Promise<void>
  /** Calls are let in; `resumed` if it is the same connection, which was silent for a while. */
  up(resumed: boolean): void
  /** Calls fail from now on, and what was under way over the connection may or may not have been done. */
  disconnected(): void
}

type Client = ReturnType<typeof create>

/** So many times the timeout may pass in silence before another connection is tried. */
const PATIENCE = 5

/**
 * One connection to Redis, for commands and channels alike (RESP3): so replies and messages come in the order in which
 * Redis made them. It comes back by itself, and never lets calls wait for that.
 */
export class RedisConnection {
  private client: Client
  private state: 'down' | 'connecting' | 'up' | 'closed' = 'down'
  private readonly calls = new Set<(error: Error) => void>()
  /** Counts connections, so that what belonged to one before does not count for this one. */
  private generation = 0
  private inFlight = 0
  /** When something was last heard, or the first of what is in flight was sent; ms. */
  private quietSince = 0
  private silent = false
  private timer: ReturnType<typeof setTimeout> | undefined
  private opening: ReturnType<typeof setTimeout> | undefined

  constructor(
    private readonly options: ResolvedOptions,
    private readonly events: ConnectionEvents,
  ) {
    this.client = this.open()
  }

  /** Whether calls are let in. */
  get available(): boolean {
    return this.state === 'up' && !this.silent
  }

  /** @throws BackplaneUnavailableError (rejects) at once when there is no connection, and when Redis does not answer in time */
  async call(...args: string[]): Promise<Reply> {
    if (!this.available) throw new BackplaneUnavailableError('Redis cannot be reached at present')
    return await this.bounded(args)
  }

  /** The same while `connected()` runs. */
  bounded(args: string[]): Promise<Reply> {
    return this.unlessLost(this.send(args))
  }

  private async unlessLost<T>(answer: Promise<T>): Promise<T> {
    let stop: (error: Error) => void = () => {}
    const stopped = new Promise<never>((_, reject) => {
      stop = reject
    })
    this.calls.add(stop)
    try {
      return await Promise.race([answer, stopped])
    } catch (error) {
      if (error instanceof BackplaneUnavailableError || isRefusal(error)) throw error
      throw new BackplaneUnavailableError(
        'the connection to Redis was lost: this may have been done or not',
        {
          cause: error,
        },
      )
    } finally {
      this.calls.delete(stop)
    }
  }

  /** Sends a command over this connection, whatever the answer takes. Rejects when the connection is lost. */
  async send(args: string[]): Promise<Reply> {
    const { client, generation } = this
    if (this.inFlight++ === 0) this.quietSince = performance.now()
    this.timer ??= setTimeout(this.look, this.options.timeout / 4).unref()
    try {
      return await client.sendCommand<Reply>(args)
    } finally {
      if (generation === this.generation) {
        this.inFlight--
        this.heard()
      }
    }
  }

  /** Messages of the channel go to `listener`, over later connections too. May be called again with the same one. */
  async subscribe(channel: string, listener: (message: string) => void): Promise<void> {
    // The client keeps it in mind, and may never say what has become of it.
    await this.unlessLost(this.client.sSubscribe(channel, listener))
  }

  async unsubscribe(channel: string): Promise<void> {
    await this.client.sUnsubscribe(channel)
  }

  /** Waits for the answers under way, as long as Redis gives any. */
  async close(): Promise<void> {
    const { client, state } = this
    this.state = 'closed'
    clearTimeout(this.timer)
    clearTimeout(this.opening)
    const late = new Promise((resolve) => setTimeout(resolve, this.options.timeout).unref())
    if (state === 'up') await Promise.race([client.close().catch(() => {}), late])
    if (client.isOpen) client.destroy()
    this.fail('the backplane is closed')
  }

  private open(): Client {
    const client = create(this.options)
    this.hurry()
    const current = () => client === this.client && this.state !== 'closed'
    client.on('ready', () => void (current() && this.ready()))
    // Told of each attempt that fails; `reconnecting` says that it had been connected.
    client.on('error', () => current() && this.lost())
    client.on('reconnecting', () => current() && this.lost())
    client.connect().catch(() => {})
    return client
  }

  private async ready(): Promise<void> {
    this.state = 'connecting'
    this.generation++
    this.inFlight = 0
    this.silent = false
    const { generation } = this
    const still = () => generation === this.generation && this.state === 'connecting'
    while (still()) {
      try {
        const server = readServer(String(await this.bounded(['INFO', 'server'])))
        await this.events.connected(server)
        if (!still()) return
        this.state = 'up'
        this.events.up(false)
      } catch {
        // Lost again, which is told by itself; or Redis is not there yet (LOADING).
        await new Promise((resolve) => setTimeout(resolve, 50).unref())
      }
    }
  }

  private lost(): void {
    if (this.state === 'down') return
    this.state = 'down'
    this.hurry()
    this.generation++
    this.inFlight = 0
    this.silent = false
    this.fail('the connection to Redis was lost: this may have been done or not')
    this.events.disconnected()
  }

  private heard(): void {
    this.quietSince = performance.now()
    if (!this.silent) return
    this.silent = false
    if (this.available) this.events.up(true)
  }

  private readonly look = (): void => {
    this.timer = undefined
    if (this.inFlight === 0 || this.state === 'closed') return
    const { timeout } = this.options
    const quiet = performance.now() - this.quietSince
    if (quiet >= timeout) {
      this.silent = true
      this.fail('Redis does not answer: this may have been done or not')
    }
    // It may have gone without a word.
    if (quiet >= PATIENCE * timeout) {
      this.lost()
      this.reopen()
      return
    }
    this.timer = setTimeout(this.look, timeout / 4).unref()
  }

  /** The client dials again and again by itself; but it may be accepted, and then hear nothing. */
  private hurry(): void {
    clearTimeout(this.opening)
    const patience = PATIENCE * Math.max(this.options.timeout, 1000)
    this.opening = setTimeout(() => this.state === 'down' && this.reopen(), patience).unref()
  }

  private reopen(): void {
    const { client } = this
    this.client = this.open()
    if (client.isOpen) client.destroy()
  }

  private fail(why: string): void {
    for (const stop of this.calls) stop(new BackplaneUnavailableError(why))
    this.calls.clear()
  }
}

function create({ url, client, timeout }: ResolvedOptions) {
  return createClient({
    ...client,
    url,
    RESP: 3,
    // Nothing waits for a connection here: whoever sends knows what is to become of it.
    disableOfflineQueue: true,
    socket: {
      connectTimeout: Math.max(timeout, 1000),
      ...client?.socket,
      // Soon, then twice a second; nodes do not come all at once.
      reconnectStrategy: (retries: number) => Math.min(500, 25 * 2 ** retries) * (0.5 + Math.random() / 2),
    },
  })
}

/** Whether Redis has said no, rather than nothing. */
export function isRefusal(error: unknown): boolean {
  return error instanceof ErrorReply
}

function readServer(info: string): RedisServer {
  const value = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? ''
  const now = Number(value('server_time_usec')) / 1000 || Date.now()
  return {
    runId: value('run_id'),
    // A difference of two whole seconds: it may be too much by almost one.
    uptime: Math.max(0, Number(value('uptime_in_seconds')) - 1) * 1000,
    ahead: now - Date.now(),
  }
}
