import type { Clock } from '@protoo-kit/protocol'
import type { RetryOptions } from './backoff.js'
import type { WakeSource } from './wake.js'
import type { NodeWebSocketOptions, WebSocketConstructor } from './websocket.js'

/** An address, or a function that is asked for it before each attempt. */
export type UrlSource = string | (() => string | Promise<string>)

export interface TransportOptions extends NodeWebSocketOptions {
  /** When to dial again: v4's options, or an array of waits in ms. */
  retry?: RetryOptions | number[]
  /**
   * Credentials, which the server reads as `info.authToken`: they travel as a subprotocol name,
   * never in the URL. A function is asked before each attempt. At most 4 KiB encoded.
   */
  authToken?: string | (() => string | Promise<string>)
  /**
   * Offers the server a session (PROTOCOL.md §7), in which nothing is lost by a dropped connection. One
   * that does not know sessions ignores it. Default `false` (v4), `true` in `createPeer()`.
   */
  session?: boolean
  /** Whether the constructor dials. Default `true` (v4); otherwise call `connect()`. */
  autoConnect?: boolean
  /** ms after which an attempt that neither opened nor failed is given up. Default 10000. */
  connectTimeout?: number
  /**
   * Tells when the network is back or the page is shown again, to dial at once, and when there is none,
   * to pause; with a session, also when the page is left, to tell the server. Default: nothing does (v4); `createPeer()` uses `pageWakeSource`.
   */
  wake?: WakeSource | undefined
  /** The class to dial with. Default: the browser's own, `ws` on Node. */
  WebSocket?: WebSocketConstructor
  /** Time, for tests. */
  clock?: Clock
  /** Chance, for tests: from 0 up to 1. */
  random?: () => number
}
