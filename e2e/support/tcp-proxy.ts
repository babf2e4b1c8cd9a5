import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A WebSocket handshake that came by. */
export interface Upgrade {
  /** Epoch ms. */
  at: number
  /** Path and query. */
  url: string
}

/** Stands between pages and a server, and does to their connections what networks do. */
export class TcpProxy {
  readonly upgrades: Upgrade[] = []
  /** Lets pages through, and ends whatever wants to be a WebSocket. */
  pagesOnly = false
  private readonly sockets = new Set<Socket>()
  private readonly server = createServer((socket) => this.relay(socket))
  private isFrozen = false

  /** @param target the port that new connections go to; undefined refuses them */
  private constructor(public target: number | undefined) {}

  static async start(target?: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(target)
    proxy.server.listen(0, '127.0.0.1')
    await once(proxy.server, 'listening')
    return proxy
  }

  /** Ends with a slash. */
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`
  }

  /** Ends all connections at once, without a word. */
  cut(): void {
    for (const socket of this.sockets) socket.resetAndDestroy()
  }

  /** From now on nothing gets through, and nobody is told. New connections open and stay silent too. */
  freeze(): void {
    this.isFrozen = true
    for (const socket of this.sockets) socket.pause()
  }

  /** What was held back goes through. */
  thaw(): void {
    this.isFrozen = false
    for (const socket of this.sockets) socket.resume()
  }

  async close(): Promise<void> {
    this.cut()
    this.server.close()
    await once(this.server, 'close')
  }

  private relay(near: Socket): void {
    this.keep(near)
    if (this.target === undefined) {
      near.resetAndDestroy()
      return
    }
    const far = this.keep(connect(this.target, '127.0.0.1'))
    near.once('data', (data) => this.look(data.toString('latin1'), near))
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('data', (data) => to.write(data))
      from.on('end', () => to.end())
      from.on('close', () => to.destroySoon())
      if (this.isFrozen) from.pause()
    }
  }

  private look(text: string, near: Socket): void {
    const [, url] = /^GET (\S+) HTTP\/1\.1\r\n/.exec(text) ?? []
    if (!url || !/^upgrade: websocket\r$/im.test(text)) return
    this.upgrades.push({ at: Date.now(), url })
    if (this.pagesOnly) near.resetAndDestroy()
  }

  private keep(socket: Socket): Socket {
    this.sockets.add(socket)
    socket.setNoDelay()
    socket.on('error', () => {})
    socket.on('close', () => this.sockets.delete(socket))
    return socket
  }
}
