/**
 * A transport over a ReconnectingWebSocket that an application has already.
 * Dialling, waiting and giving up are then that library's, and its limits
 * (version 4.4.0, its last) hold here too:
 *
 * - `reconnect()` during a wait does not dial: the wait goes on.
 * - It does not say when it will dial, so `status.retryAt` is when the wait began.
 * - It gives up silently: pass the `maxRetries` that it was made with, to learn of it.
 * - After it has closed or given up, it is stuck: such a peer cannot be reconnected.
 */
import {
  CLOSED_ON_PURPOSE,
  ConnectionLostError,
  NotConnectedError,
  PeerClosedError,
} from '@protoo-kit/protocol'
import type { Backoff } from './backoff.js'
import { type ConnectionEvent, type PeerStatus, transition } from './connection.js'
import type { Transport, TransportHandler } from './transport.js'

/** What is used of a ReconnectingWebSocket. */
export interface ReconnectingSocket {
  readonly readyState: number
  addEventListener(type: 'open' | 'message' | 'close', listener: (event: never) => void): void
  removeEventListener(type: 'open' | 'message' | 'close', listener: (event: never) => void): void
  send(text: string): void
  close(code?: number, reason?: string): void
  reconnect(): void
}

export interface ReconnectingWebSocketOptions {
  /** What the socket was made with. Default `Infinity`, as its own. */
  maxRetries?: number
}

const CONNECTING = 0
const OPEN = 1

/**
 * ```ts
 * const socket = new ReconnectingWebSocket('wss://example.org', 'protoo')
 * const peer = new Peer(new ReconnectingWebSocketTransport(socket))
 * ```
 *
 * The socket must be made with the subprotocol `protoo`, and be used by nobody else.
 */
export class ReconnectingWebSocketTransport implements Transport {
  status: PeerStatus = { state: 'idle' }
  private readonly backoff: Backoff
  private handler: TransportHandler | undefined
  private readonly listeners = {
    open: () => this.opened(),
    message: ({ data }: { data: unknown }) => this.handler?.message(data),
    close: ({ code, reason }: { code: number; reason: string }) => this.lost(code, reason),
  }

  constructor(
    private readonly socket: ReconnectingSocket,
    { maxRetries = Infinity }: ReconnectingWebSocketOptions = {},
  ) {
    this.backoff = { retries: maxRetries, minUptime: 0, delay: () => 0 }
    socket.addEventListener('open', this.listeners.open)
    socket.addEventListener('message', this.listeners.message)
    socket.addEventListener('close', this.listeners.close)
    if (socket.readyState === CONNECTING || socket.readyState === OPEN) this.dispatch('dial')
    if (socket.readyState === OPEN) this.opened()
  }

  get closed(): boolean {
    return this.status.state === 'closed'
  }

  attach(handler: TransportHandler): void {
    if (this.handler) throw new Error('transport in use')
    this.handler = handler
  }

  connect(): void {
    if (this.status.state !== 'idle') return
    this.dispatch('dial')
    // A listener may have closed it.
    if (!this.closed) this.socket.reconnect()
  }

  /** @throws PeerClosedError once closed, for whatever cause: the library cannot be started again */
  reconnect(): void {
    if (this.closed) throw new PeerClosedError('closed: make a new ReconnectingWebSocket')
    this.connect()
  }

  send(text: string): void {
    // The library would queue it, and the queue would outlive the answer's reader.
    if (this.socket.readyState !== OPEN) throw new NotConnectedError()
    this.socket.send(text)
  }

  close(code?: number, reason?: string): void {
    this.socket.close(code, reason)
    this.dispatch('close')
  }

  private opened(): void {
    this.dispatch('opened', { resumed: false, lost: 0 })
  }

  private lost(code: number, reason: string): void {
    this.dispatch('lost', {
      code,
      reason,
      random: 0,
      offline: false,
      final: code === CLOSED_ON_PURPOSE && 'kicked',
      error: new ConnectionLostError(`closed with ${code} ${reason}`),
    })
    // The library dials again on its own account.
    if (this.status.state === 'waiting') this.dispatch('elapsed')
  }

  private dispatch(type: ConnectionEvent['type'], details?: object): void {
    const before = this.status
    this.status = transition(before, { ...details, type, now: Date.now() } as ConnectionEvent, this.backoff)
    if (this.status === before) return
    if (this.closed) this.release()
    this.handler?.change(this.status, before)
  }

  private release(): void {
    this.socket.removeEventListener('open', this.listeners.open)
    this.socket.removeEventListener('message', this.listeners.message)
    this.socket.removeEventListener('close', this.listeners.close)
    this.socket.close()
  }
}
