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
 * A WebSocket of `ws` that hands its events to one handler. A server has thousands: listeners would take room and time
 * on each, and there is nobody else to listen.
 */
export class ServerWebSocket extends WebSocket {
  private handler: WebSocketHandler | undefined

  handle(handler: WebSocketHandler): void {
    this.handler = handler
  }

  override emit(event: string | symbol, first?: unknown, second?: unknown): boolean {
    const { handler } = this
    // `open` comes before there is one.
    if (!handler) return false
    if (event === 'message')
      handler.message(first as Buffer, second as boolean) // A Buffer, as its `binaryType` says.
    else if (event === 'ping') handler.control(first as Buffer)
    else if (event === 'pong') handler.control(undefined)
    else if (event === 'close') handler.closed(first as number, second as Buffer)
    else if (event === 'error') handler.failed(first as Error)
    return true
  }

  /** Also called by `ws` itself, to answer a client's close frame. */
  override close(code?: number, reason?: string | Buffer): void {
    this.handler?.closing()
    super.close(code, reason)
  }
}
