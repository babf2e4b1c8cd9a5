import { FRAGMENTATION_THRESHOLD, fragments } from '@protoo-kit/protocol'
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

/** `ws` behind the arguments of v4, sending long messages in fragments as v4 does. */
class NodeWebSocket extends WebSocket {
  private readonly threshold: number

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
    const whole = config.fragmentOutgoingMessages === false
    this.threshold = whole
      ? Number.POSITIVE_INFINITY
      : (config.fragmentationThreshold ?? FRAGMENTATION_THRESHOLD)
  }

  override send(text: string): void {
    // At most three bytes of UTF-8 per code unit: most messages need no counting.
    if (text.length * 3 <= this.threshold) {
      super.send(text)
      return
    }
    for (const { data, fin } of fragments(Buffer.from(text), this.threshold))
      super.send(data, { binary: false, fin })
  }
}

export function defaultWebSocket(): WebSocketConstructor {
  return NodeWebSocket
}
