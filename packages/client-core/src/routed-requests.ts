import {
  type Clock,
  createDeadlines,
  NotConnectedError,
  PeerClosedError,
  RequestError,
  type RequestOptions,
  RequestTimeoutError,
} from '@protoo-kit/protocol'
import type { RoutedData, RoutedResponse, RoutedResponseMessage } from './routed-message.js'

export interface RoutedRequestOptions extends RequestOptions {
  /** Called with each provisional answer (100 to 199), such as 100 `connecting` of a session. */
  onProgress?: ((response: RoutedResponse) => void) | undefined
}

interface Pending {
  readonly id: number
  readonly text: string
  readonly timeout: number
  readonly options: RoutedRequestOptions
  deadline: number
  /** Whether the server has, or may have got, it. */
  sent: boolean
  resolve(response: RoutedResponse): void
  reject(error: unknown): void
  /** What listens to the signal. */
  abort(): void
}

/** ms that a session may ring: the server waits 120 s. */
const SESSION_TIMEOUT = 130_000
/** ms without an answer for all else, as in v4 (C11), and for each request in flight. */
const TIMEOUT = 22_500
const TIMEOUT_PER_PENDING = 150

/** The requests of a peer, until they are answered. They outlive a reconnection: the server holds what it could not deliver. */
export class RoutedRequests {
  private readonly _pending = new Map<number | string, Pending>()
  private readonly _schedule: (deadline?: number) => void
  private _state: 'up' | 'down' | 'closed' = 'down'
  /** Somewhere at random: the server forwards ids, and those of a page that was reloaded should be others. */
  private _lastId = Math.floor(Math.random() * 2 ** 40)

  constructor(
    private readonly _send: (text: string) => void,
    private readonly _clock: Clock,
    private readonly _report: (call: () => unknown) => void,
  ) {
    this._schedule = createDeadlines(_clock, (now) => {
      let earliest = Infinity
      for (const pending of this._pending.values()) {
        if (pending.deadline > now) earliest = Math.min(earliest, pending.deadline)
        else this._settle(pending).reject(new RequestTimeoutError())
      }
      return earliest
    })
  }

  request(
    method: string,
    path: string,
    data: RoutedData,
    options: RoutedRequestOptions,
  ): Promise<RoutedResponse> {
    return new Promise((resolve, reject) => {
      if (typeof method !== 'string' || !method) throw new TypeError('method must be a string')
      if (typeof path !== 'string' || path[0] !== '/') throw new TypeError('path must begin with "/"')
      const { signal, whenOpen } = options
      const usual =
        method === 'session' ? SESSION_TIMEOUT : TIMEOUT + TIMEOUT_PER_PENDING * this._pending.size
      const timeout = options.timeout ?? usual
      if (!(timeout > 0)) throw new TypeError('timeout must be > 0')
      const id = ++this._lastId
      const text = JSON.stringify({ method, path, id, data })
      signal?.throwIfAborted()
      if (this._state === 'closed') throw new PeerClosedError()
      if (this._state === 'down' && !whenOpen) throw new NotConnectedError()
      const deadline = this._clock.monotonic() + timeout
      const abort = () => this._settle(pending).reject(signal?.reason)
      const pending: Pending = { id, text, timeout, options, deadline, sent: false, resolve, reject, abort }
      signal?.addEventListener('abort', abort)
      this._pending.set(id, pending)
      this._schedule(deadline)
      this._transmit(pending)
    })
  }

  receive({ id, status, reason, data }: RoutedResponseMessage): void {
    const pending = this._pending.get(id)
    if (!pending) return
    if (status < 200) {
      // A sign of life: it gets its time again.
      pending.deadline = this._clock.monotonic() + pending.timeout
      this._report(() => pending.options.onProgress?.({ status, reason, data }))
      return
    }
    this._settle(pending)
    if (status < 300) pending.resolve({ status, reason, data })
    else pending.reject(new RequestError(status, reason, data))
  }

  /** @param announce tells the application; what it sends goes before what waited */
  connected(announce: () => void): void {
    this._state = 'up'
    announce()
    for (const pending of this._pending.values()) this._transmit(pending)
  }

  disconnected(): void {
    this._state = 'down'
    // Sent once more only what may be: the server may have acted on it.
    for (const pending of this._pending.values()) if (pending.options.retry) pending.sent = false
  }

  closed(): void {
    this._state = 'closed'
    for (const pending of this._pending.values()) this._settle(pending).reject(new PeerClosedError())
    this._schedule()
  }

  private _transmit(pending: Pending): void {
    if (this._state !== 'up' || pending.sent) return
    const { retry, whenOpen } = pending.options
    try {
      this._send(pending.text)
      pending.sent = true
    } catch (error) {
      // The socket is closing: those that can wait for the next one do.
      if (!(retry || whenOpen)) this._settle(pending).reject(error)
    }
  }

  private _settle(pending: Pending): Pending {
    this._pending.delete(pending.id)
    pending.options.signal?.removeEventListener('abort', pending.abort)
    return pending
  }
}
