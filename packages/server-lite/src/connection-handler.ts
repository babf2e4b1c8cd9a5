import type { WebSocketHandler } from './server-websocket.js'

/** What is used of a WebSocket. */
export interface WebSocketLike {
  readonly readyState: number
  handle(handler: WebSocketHandler): void
  ping(): void
  pong(data: Buffer): void
  close(code: number, reason: string): void
  pause(): void
  resume(): void
  /** Destroys the socket; `close` comes later. */
  terminate(): void
}

/** Who is told what happens on a connection: the transport that it carries. */
export interface ConnectionHandler {
  /**
   * @param frame a text as a string, or a binary frame as anything else
   * @param length its bytes on the wire
   */
  arrived(frame: unknown, length: number): void
  /** A ping or pong did. */
  control(): void
  /** What was written has gone out. */
  drained(): void
  /** The client closed it, or it broke. */
  lost(code: number, reason: string): void
  /** It is to end, by this server's decision. */
  close(code: number, reason: string): void
}
