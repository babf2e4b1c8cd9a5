import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'

// biome-ignore lint/suspicious/noExplicitAny: what a frame holds is what the test asserts
type Frame = any

/** One connection, seen from a server that says only what the test tells it to. */
export interface RawConnection {
  socket: WebSocket
  request: IncomingMessage
  /** The next frame that has not been read yet. */
  next(): Promise<Frame>
  send(frame: unknown): void
  /** Sends a text as it is. */
  sendText(text: string): void
  /** Resolves to the close code once the connection has ended. */
  closed: Promise<number>
}

export interface RawServer {
  url: string
  port: number
  /** The next connection that has not been handed out yet. */
  connection(): Promise<RawConnection>
  /** How many upgrades were asked for. */
  readonly dials: number
  /** Refuses upgrades with this status from now on; undefined accepts them again. */
  refuseWith: number | undefined
  /** Stops listening and ends all connections. */
  stop(): Promise<void>
}

/** A real WebSocket server for the subprotocol `protoo`, and no more than that. */
export async function startRawServer(port = 0): Promise<RawServer> {
  const http = createServer()
  const server = new WebSocketServer({ noServer: true, handleProtocols: () => 'protoo' })
  const arrivals = queue<RawConnection>()
  let dials = 0
  const raw: RawServer = {
    url: '',
    port: 0,
    connection: arrivals.take,
    get dials() {
      return dials
    },
    refuseWith: undefined,
    async stop() {
      for (const socket of server.clients) socket.terminate()
      http.closeAllConnections()
      if (http.listening) await new Promise((resolve) => http.close(resolve))
    },
  }
  http.on('upgrade', (request, socket, head) => {
    dials++
    if (raw.refuseWith) {
      socket.end(`HTTP/1.1 ${raw.refuseWith} Refused\r\nConnection: close\r\n\r\n`)
      return
    }
    server.handleUpgrade(request, socket, head, (webSocket) => arrivals.put(describe(webSocket, request)))
  })
  http.listen(port, '127.0.0.1')
  await once(http, 'listening')
  raw.port = (http.address() as AddressInfo).port
  raw.url = `ws://127.0.0.1:${raw.port}`
  return raw
}

function describe(socket: WebSocket, request: IncomingMessage): RawConnection {
  const frames = queue<Frame>()
  socket.on('message', (data) => frames.put(JSON.parse(String(data))))
  socket.on('error', () => {})
  return {
    socket,
    request,
    next: frames.take,
    send: (frame) => socket.send(JSON.stringify(frame)),
    sendText: (text) => socket.send(text),
    closed: new Promise((resolve) => socket.on('close', resolve)),
  }
}

/** Hands each item to one taker, whichever comes first. */
function queue<T>() {
  const items: T[] = []
  const takers: ((item: T) => void)[] = []
  return {
    put(item: T) {
      const taker = takers.shift()
      if (taker) taker(item)
      else items.push(item)
    },
    take(): Promise<T> {
      return new Promise((resolve) => {
        if (items.length) resolve(items.shift() as T)
        else takers.push(resolve)
      })
    },
  }
}
