import type { WebSocketLike } from './websocket.js'

/** A dial that nobody answers. */
export class UnansweredSocket implements WebSocketLike {
  readyState = 0
  readonly protocol = ''
  readonly bufferedAmount = 0
  onopen: WebSocketLike['onopen'] = null
  onmessage: WebSocketLike['onmessage'] = null
  onerror: WebSocketLike['onerror'] = null
  onclose: ((event: { code: number; reason: string; wasClean: boolean }) => unknown) | null = null

  send(): void {
    throw new Error('the connection is not open')
  }

  /** As a browser does: it ends without ever having been open. */
  close(): void {
    if (this.readyState === 3) return
    this.readyState = 3
    queueMicrotask(() => this.onclose?.({ code: 1006, reason: '', wasClean: false }))
  }
}
