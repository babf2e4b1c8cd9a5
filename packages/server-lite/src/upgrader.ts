import { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { type Server, WebSocketServer as WsServer } from 'ws'
import { addAcceptHeaders, type Handshake } from './handshake.js'
import type { ResolvedOptions } from './options.js'
import { ServerWebSocket } from './server-websocket.js'

/** Bytes. */
const MAX_CONTROL_FRAME = 64

/** Turns accepted upgrade requests into WebSockets. The only part that makes use of `ws`. */
export class Upgrader {
  private readonly server: Server<typeof ServerWebSocket>
  private readonly disableNagleAlgorithm: boolean
  /** What the 101 that is being written answers. */
  private handshake: Handshake | undefined
  private readonly view = createView()

  constructor(options: ResolvedOptions) {
    const settings = {
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      // A pong for each ping would be a system call for every six bytes that a client sends.
      autoPong: false,
      // Room for the acks of a session, which are no messages.
      maxPayload: Math.max(options.maxReceivedMessageSize, options.session ? MAX_CONTROL_FRAME : 0),
      closeTimeout: options.closeTimeout,
      WebSocket: ServerWebSocket,
    }
    this.server = new WsServer(settings)
    this.disableNagleAlgorithm = options.disableNagleAlgorithm
    this.server.on('headers', (headers) => {
      if (this.handshake) addAcceptHeaders(headers, this.handshake)
    })
  }

  /**
   * Answers 101.
   * @returns undefined when the client has hung up
   */
  upgrade(
    request: IncomingMessage,
    socket: Socket,
    head: Buffer,
    handshake: Handshake,
  ): ServerWebSocket | undefined {
    let opened: ServerWebSocket | undefined
    this.handshake = handshake
    const { view } = this
    view.url = request.url
    view.headers['sec-websocket-key'] = handshake.key
    view.headers['sec-websocket-version'] = String(handshake.version)
    // Without `verifyClient` it calls back before it returns, or not at all.
    this.server.handleUpgrade(view, socket, head, (ws) => {
      opened = ws
      socket.setNoDelay(this.disableNagleAlgorithm)
    })
    return opened
  }
}

/**
 * A request with just the headers that were checked when one came in, one after the other: the
 * application may have changed the others since, and `ws` would refuse a
 * subprotocol offered twice, which v4 does not mind.
 */
function createView(): IncomingMessage {
  // Not with the request for its prototype, which makes that slow for everybody.
  const view: IncomingMessage = Object.create(IncomingMessage.prototype)
  view.method = 'GET'
  view.headers = { upgrade: 'websocket' }
  return view
}
