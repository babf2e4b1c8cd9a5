import { WebSocket } from 'ws'

/** Who is told what happens on a WebSocket. */
export interface WebSocketHandler {
  message(data: Buffer, isBinary: boolean): void
  /** A ping, with what its pong is to say, or a pong. */
  control(ping: Buffer | undefined): void
  closing(): void
  closed(code: number, reason: Buffer): void
  failed(error: Error): void
}

/**
 * A WebSocket of `ws` with one handler, set once. A server has thousands: so its listeners are the same functions
 * for all of them.
 */
export class ServerWebSocket extends WebSocket {
  handler: WebSocketHandler | undefined

  handle(handler: WebSocketHandler): void {
    this.handler = handler
    this.on('message', onMessage)
    this.on('ping', onPing)
    this.on('pong', onPong)
    this.on('close', onClose)
    this.on('error', onError)
  }

  /** Also called by `ws` itself, to answer a client's close frame. */
  override close(code?: number, reason?: string | Buffer): void {
    this.handler?.closing()
    super.close(code, reason)
  }
}

function onMessage(this: WebSocket, data: unknown, isBinary: boolean): void {
  // A Buffer, as its `binaryType` says.
  if (this instanceof ServerWebSocket) this.handler?.message(data as Buffer, isBinary)
}

function onPing(this: WebSocket, data: Buffer): void {
  if (this instanceof ServerWebSocket) this.handler?.control(data)
}

function onPong(this: WebSocket): void {
  if (this instanceof ServerWebSocket) this.handler?.control(undefined)
}

function onClose(this: WebSocket, code: number, reason: Buffer): void {
  if (this instanceof ServerWebSocket) this.handler?.closed(code, reason)
}

function onError(this: WebSocket, error: Error): void {
  if (this instanceof ServerWebSocket) this.handler?.failed(error)
}
