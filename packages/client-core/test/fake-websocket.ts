import type { WebSocketConstructor, WebSocketLike } from '../src/websocket.js'

/** A socket that does what a test says. Its handlers are the ones a transport set. */
export interface FakeSocket extends WebSocketLike {
  url: string
  protocols: string[]
  protocol: string
  bufferedAmount: number
  sent: string[]
  /** The arguments of `close()`, once called. */
  closedWith: unknown[] | undefined
  /** @param protocol the subprotocol that the server picked */
  opens(protocol?: string): void
  receives(frame: unknown): void
  /** Closes from the other side, or fails. */
  breaks(code?: number, reason?: string): void
}

/** A class to dial with, and the sockets it has made. */
export function fakeWebSocket(): {
  WebSocket: WebSocketConstructor
  sockets: FakeSocket[]
  last(): FakeSocket
} {
  const sockets: FakeSocket[] = []
  class Fake implements FakeSocket {
    readyState = 0
    protocol = ''
    bufferedAmount = 0
    sent: string[] = []
    closedWith: unknown[] | undefined
    onopen: WebSocketLike['onopen'] = null
    onmessage: WebSocketLike['onmessage'] = null
    onerror: WebSocketLike['onerror'] = null
    onclose: WebSocketLike['onclose'] = null

    constructor(
      readonly url: string,
      readonly protocols: string[],
    ) {
      sockets.push(this)
    }

    send(text: string) {
      // A loop without an end fails, rather than hangs.
      if (this.sent.length > 500_000) throw new Error('sends without end')
      this.sent.push(text)
    }

    close(...args: unknown[]) {
      this.readyState = 2
      this.closedWith = args
    }

    opens(protocol = '') {
      this.readyState = 1
      this.protocol = protocol
      fire(this.onopen, {})
    }

    receives(data: unknown) {
      fire(this.onmessage, { data })
    }

    breaks(code = 1006, reason = '') {
      this.readyState = 3
      fire(this.onerror, {})
      fire(this.onclose, { code, reason })
    }
  }
  return {
    WebSocket: Fake,
    sockets,
    last() {
      const socket = sockets.at(-1)
      if (!socket) throw new Error('nothing was dialled')
      return socket
    },
  }
}

function fire(handler: ((event: never) => unknown) | null, event: object) {
  handler?.(event as never)
}
