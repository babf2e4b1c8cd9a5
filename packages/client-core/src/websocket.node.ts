import type { Socket } from 'node:net'
import { FRAGMENTATION_THRESHOLD } from '@protoo-kit/protocol'
import { FrameWriter } from '@protoo-kit/protocol/node'
import { type ClientOptions, WebSocket } from 'ws'
import type { NodeWebSocketOptions, WebSocketConstructor } from './websocket.js'

export type * from './websocket.js'

/** The part of WebSocket-Node's client configuration that means something to `ws`. */
interface ClientConfig {
  maxReceivedMessageSize?: number
  fragmentOutgoingMessages?: boolean
  fragmentationThreshold?: number
  tlsOptions?: object
}

type MessageHandler = (event: { data: unknown }) => unknown

class Writer extends FrameWriter {
  constructor(
    private readonly ws: WebSocket,
    socket: Socket,
    threshold: number,
  ) {
    super(socket, { threshold, masked: true })
  }

  override get writable(): boolean {
    return this.ws.readyState === WebSocket.OPEN
  }
}

/** `ws` behind the arguments of v4, sending long messages in fragments as v4 does. */
class NodeWebSocket extends WebSocket {
  // A message goes straight to its handler: to make an event of it, as `ws` does, takes longer than what we do with it.
  // So it has one handler, and no listeners. (The compiler lets no accessor stand for a property of the class before.)
  static {
    Object.defineProperty(NodeWebSocket.prototype, 'onmessage', {
      set(this: NodeWebSocket, handler: MessageHandler) {
        this.handler = handler
      },
    })
  }

  private writer: Writer | undefined
  private handler: MessageHandler | undefined

  constructor(url: string, protocols: string[], options: NodeWebSocketOptions) {
    const { origin, headers, requestOptions } = options
    const config: ClientConfig = options.clientConfig ?? {}
    const settings: ClientOptions & { closeTimeout: number } = {
      ...config.tlsOptions,
      ...requestOptions,
      perMessageDeflate: false,
      // ms for a server to answer a close; ws's own 30 s would leave the peer open that long.
      closeTimeout: 2000,
      maxPayload: config.maxReceivedMessageSize ?? 8 * 1024 * 1024,
    }
    if (origin !== undefined) settings.origin = origin
    if (headers) settings.headers = headers
    super(url, protocols, settings)
    const threshold =
      config.fragmentOutgoingMessages === false
        ? Number.POSITIVE_INFINITY
        : (config.fragmentationThreshold ?? FRAGMENTATION_THRESHOLD)
    this.once('upgrade', ({ socket }) => {
      this.writer = new Writer(this, socket, threshold)
    })
  }

  // No event of `ws` has more to say than two arguments.
  override emit(event: string | symbol, first?: unknown, second?: unknown): boolean {
    if (event !== 'message') return super.emit(event, first, second)
    // A Buffer, as its `binaryType` says.
    this.handler?.({ data: second ? first : (first as Buffer).toString() })
    return true
  }

  override send(text: string): void {
    this.writer?.write(text)
  }

  override close(code?: number, reason?: string): void {
    this.writer?.flush()
    super.close(code, reason)
  }
}

export function defaultWebSocket(): WebSocketConstructor {
  return NodeWebSocket
}
