/**
 * In place of `protoo-client`: alias that name to this module and change nothing else.
 * The exports are v4's, named and as a default, with what the lean classes leave out: the
 * whole EventEmitter API, node-retry's `unref` and `maxRetryTime`, and logging under the `debug` namespaces.
 */
import { systemClock } from '@protoo-kit/protocol'
import type { RetryOptions } from './backoff.js'
import type { PeerStatus } from './connection.js'
import { createLogger } from './debug.js'
import type { Listener, Registered } from './emitter.js'
import { Peer as LeanPeer, type PeerEvents } from './peer.js'
import type { TransportHandler } from './transport.js'
import type { TransportOptions, UrlSource } from './transport-options.js'
import { version } from './version.js'
import { WebSocketTransport as LeanTransport } from './websocket-transport.js'

export type { ProtooNotification, ProtooRequest, ProtooResponse } from '@protoo-kit/protocol'
export { version }

const transportLogger = createLogger('WebSocketTransport')
const peerLogger = createLogger('Peer')

/** node-retry's options that the lean transport has no use for. */
interface NodeRetryOptions {
  /** Lets the process end while waiting for the next attempt. */
  unref?: boolean
  /** ms after the loss from which no failure is followed by another attempt. Default `Infinity`. */
  maxRetryTime?: number
}

export interface WebSocketTransportOptions extends Omit<TransportOptions, 'retry'> {
  retry?: (RetryOptions & NodeRetryOptions) | number[] | null
}

/** The transport of v4. */
export class WebSocketTransport extends LeanTransport {
  private readonly maxRetryTime: number

  constructor(url: UrlSource, options?: WebSocketTransportOptions | null) {
    transportLogger.debug('constructor() [url:%s]', typeof url === 'string' ? url : 'function')
    const { retry, ...rest } = options ?? {}
    const { unref, maxRetryTime = Infinity }: NodeRetryOptions = retry && !Array.isArray(retry) ? retry : {}
    super(url, { ...rest, ...(retry && { retry }), ...(unref && { clock: unrefClock }) })
    this.maxRetryTime = maxRetryTime
  }

  /**
   * Sends one message, as v4's own types have it.
   * @param message a message, or the text of its frame
   */
  override send(message: object | string): Promise<void> {
    if (typeof message !== 'string') return sending(() => super.send(JSON.stringify(message)))
    // The peer's way, which relies on the throw.
    super.send(message)
    return Promise.resolve()
  }

  override attach(handler: TransportHandler): void {
    super.attach({
      message: handler.message,
      change: (after, before) => {
        log(after, before)
        handler.change(after, before)
        if (after.state === 'waiting' && after === this.status && before.state === 'connecting')
          this.limit(after)
      },
    })
  }

  /** Gives up once `maxRetryTime` has passed since the loss (C3). */
  private limit({ downSince }: { downSince: number }): void {
    if (this.clock.now() - downSince >= this.maxRetryTime) this.close()
  }
}

/** The peer of v4, with all of the EventEmitter API. */
export class Peer extends LeanPeer {
  constructor(transport: WebSocketTransport) {
    super(transport)
    const { data } = this
    Object.defineProperty(this, 'data', {
      get: () => data,
      set() {
        throw new Error('cannot override data object')
      },
    })
    peerLogger.debug('constructor()')
  }

  addListener<E extends keyof PeerEvents>(event: E, listener: (...args: PeerEvents[E]) => unknown): this {
    return this.on(event, listener)
  }

  removeListener<E extends keyof PeerEvents>(event: E, listener: (...args: PeerEvents[E]) => unknown): this {
    return this.off(event, listener)
  }

  removeAllListeners(event?: keyof PeerEvents): this {
    const { all } = this._registry
    if (event === undefined) all.clear()
    else all.delete(event)
    return this
  }

  prependListener<E extends keyof PeerEvents>(event: E, listener: (...args: PeerEvents[E]) => unknown): this {
    return this.on(event, listener).moveToFront(event)
  }

  prependOnceListener<E extends keyof PeerEvents>(
    event: E,
    listener: (...args: PeerEvents[E]) => unknown,
  ): this {
    return this.once(event, listener).moveToFront(event)
  }

  listeners(event: keyof PeerEvents): Listener[] {
    return this._registered(event).map((entry) => entry.listener ?? entry)
  }

  rawListeners(event: keyof PeerEvents): Registered[] {
    return [...this._registered(event)]
  }

  listenerCount(event: keyof PeerEvents): number {
    return this._registered(event).length
  }

  eventNames(): PropertyKey[] {
    return [...this._registry.all].filter(([, listeners]) => listeners?.length).map(([event]) => event)
  }

  /** There is no limit, as in v4. */
  setMaxListeners(_count: number): this {
    return this
  }

  getMaxListeners(): number {
    return Infinity
  }

  private moveToFront(event: keyof PeerEvents): this {
    const registered = this._registered(event)
    registered.unshift(...registered.splice(-1))
    return this
  }
}

const protooClient: {
  version: string
  Peer: typeof Peer
  WebSocketTransport: typeof WebSocketTransport
} = { version, Peer, WebSocketTransport }

export default protooClient

/** Lets the process end while waiting for the next attempt (C3). */
const unrefClock: typeof systemClock = {
  ...systemClock,
  setTimeout(callback, ms) {
    const timer = systemClock.setTimeout(callback, ms) as { unref?: () => void }
    timer.unref?.()
    return timer
  },
}

async function sending(send: () => void): Promise<void> {
  send()
}

function log(after: PeerStatus, before: PeerStatus): void {
  transportLogger.debug('%s -> %o', before.state, after)
  if (!('error' in after) || !after.error || after.state === 'connecting') return
  if (before.state === 'connecting') transportLogger.error('%s', after.error.message)
  transportLogger.warn('%s', after.error.message)
}
