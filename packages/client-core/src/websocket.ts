/** `WebSocket.OPEN`, which need not exist as a global. */
export const OPEN = 1

/** The part of a browser's WebSocket that a transport uses. */
export interface WebSocketLike {
  readonly readyState: number
  readonly protocol: string
  readonly bufferedAmount: number
  onopen: ((event: never) => unknown) | null
  onmessage: ((event: never) => unknown) | null
  onerror: ((event: never) => unknown) | null
  onclose: ((event: never) => unknown) | null
  send(data: string): void
  close(code?: number, reason?: string): void
}

/** What only Node takes: a browser sets these itself. */
export interface NodeWebSocketOptions {
  /** The `Origin` header. */
  origin?: string
  headers?: Record<string, string>
  /** Options of `http.request` (`agent`, `ca`, `rejectUnauthorized`, …). */
  requestOptions?: object
  /**
   * WebSocket-Node's names, as in v4: `maxReceivedMessageSize` (bytes, default 8 MiB), `tlsOptions`,
   * `fragmentOutgoingMessages` (default `true`), `fragmentationThreshold` (bytes, default 16 KiB).
   */
  clientConfig?: object
}

export type WebSocketConstructor = new (
  url: string,
  protocols: string[],
  options: NodeWebSocketOptions,
) => WebSocketLike

/** The platform's own; looked up when dialling, so that importing needs none. */
export function defaultWebSocket(): WebSocketConstructor {
  return WebSocket
}
