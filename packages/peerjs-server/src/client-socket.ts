import { type RawData, WebSocket } from 'ws'
import type { Broker } from './broker.js'
import type { Client } from './client.js'
import type { Line } from './line.js'

/** A WebSocket that knows whose it is, so that all of them share their listeners: two functions each are a lot of memory. */
export class ClientSocket extends WebSocket {
  client: Client | undefined = undefined
  line: Line | undefined = undefined
}

/** Tells a broker what comes on its clients' connections, and when they end. */
export class ClientSockets {
  private readonly onMessage: (this: WebSocket, data: RawData, isBinary: boolean) => void
  private readonly onClose: (this: WebSocket) => void

  constructor(private readonly broker: Broker) {
    // `ws` calls them with the WebSocket for `this`.
    this.onMessage = function (data, isBinary) {
      if (this instanceof ClientSocket && this.client && this.line)
        broker.receive(this.client, this.line, bufferOf(data), isBinary)
    }
    this.onClose = function () {
      if (this instanceof ClientSocket && this.client && this.line) broker.lost(this.client, this.line)
    }
  }

  /** @param line of `client`, just connected */
  listen(client: Client, line: Line): void {
    const { broker } = this
    const { webSocket } = line
    if (webSocket instanceof ClientSocket) {
      webSocket.client = client
      webSocket.line = line
      webSocket.on('message', this.onMessage)
      webSocket.on('close', this.onClose)
    } else {
      webSocket.on('message', (data: RawData, isBinary: boolean) => {
        broker.receive(client, line, bufferOf(data), isBinary)
      })
      webSocket.on('close', () => broker.lost(client, line))
    }
  }
}

function bufferOf(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data)
}
