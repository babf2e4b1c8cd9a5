import type { WakeEvent, WakeSource, WebSocketConstructor, WebSocketLike } from '@protoo-kit/client-core'

/** ms that a connection takes to be established, or refused. */
const LATENCY = 600

type Handler = ((event: never) => unknown) | null

/** A network within the page: what a peer takes for the platform's WebSocket and its online and offline events. */
export class SimulatedNetwork {
  /** Whether a server answers. */
  reachable = true
  /** What the browser says. */
  offline = false
  private readonly sockets = new Set<{ lose(code: number, reason: string): void }>()
  private readonly listeners = new Set<(event: WakeEvent) => void>()

  readonly wake: WakeSource
  readonly WebSocket: WebSocketConstructor

  constructor() {
    const network = this
    this.wake = {
      get offline() {
        return network.offline
      },
      subscribe: (listener) => {
        this.listeners.add(listener)
        return () => this.listeners.delete(listener)
      },
    }
    const { sockets } = this

    this.WebSocket = class implements WebSocketLike {
      readyState = 0
      readonly protocol = 'protoo'
      readonly bufferedAmount = 0
      onopen: Handler = null
      onmessage: Handler = null
      onerror: Handler = null
      onclose: Handler = null

      constructor() {
        sockets.add(this)
        setTimeout(() => {
          if (this.readyState !== 0) return
          if (!network.reachable || network.offline) return this.lose(1006, '')
          this.readyState = 1
          this.onopen?.({} as never)
        }, LATENCY)
      }

      /** There is nobody who would hear it. */
      send(): void {}

      close(code = 1000, reason = ''): void {
        this.lose(code, reason)
      }

      lose(code: number, reason: string): void {
        if (this.readyState === 3) return
        this.readyState = 3
        sockets.delete(this)
        this.onclose?.({ code, reason } as never)
      }
    }
  }

  /** Ends the connections of now. */
  drop(code = 1006, reason = ''): void {
    for (const socket of [...this.sockets]) socket.lose(code, reason)
  }

  setReachable(reachable: boolean): void {
    this.reachable = reachable
    if (!reachable) this.drop()
  }

  setOffline(offline: boolean): void {
    this.offline = offline
    if (offline) this.drop()
    for (const listener of [...this.listeners]) listener(offline ? 'offline' : 'online')
  }
}
