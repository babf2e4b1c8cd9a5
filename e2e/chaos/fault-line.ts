import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout } from 'node:timers/promises'

/** Bytes that a thin line lets through at a time. */
const SLICE = 10_000

/** Stands between clients and a server; what is wrong with it is told, and not up to chance. */
export class FaultLine {
  /** Connections that clients have made, those refused included. */
  dials = 0
  /** Whether new connections are reset at once. */
  down = false
  /** What passes from a client to the server, at most, and from the server to a client. Infinity: as much as there is. */
  bytesPerSecond = { up: Number.POSITIVE_INFINITY, down: Number.POSITIVE_INFINITY }
  private readonly sockets = new Set<Socket>()
  private readonly frozen = new Set<Socket>()
  private readonly server = createServer((socket) => this.relay(socket))

  private constructor(private readonly port: number) {}

  /** @param port the server's */
  static async start(port: number): Promise<FaultLine> {
    const line = new FaultLine(port)
    line.server.listen(0, '127.0.0.1')
    await once(line.server, 'listening')
    return line
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.server.address() as AddressInfo).port}/`
  }

  /** Nothing passes over the present connections any more, for good, and nobody is told. Later ones are as good as ever. */
  freeze(): void {
    for (const socket of this.sockets) {
      socket.pause()
      this.frozen.add(socket)
    }
  }

  /** Resets all connections, and lets no new one through until `down` is false again. */
  cut(): void {
    this.down = true
    for (const socket of this.sockets) socket.resetAndDestroy()
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy()
    this.server.close()
    await once(this.server, 'close')
  }

  private relay(near: Socket): void {
    this.dials++
    if (this.down) {
      near.resetAndDestroy()
      return
    }
    const far = connect(this.port, '127.0.0.1')
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.sockets.add(from)
      from.setNoDelay()
      from.on('error', () => {})
      from.on('end', () => to.end())
      from.on('close', () => {
        this.sockets.delete(from)
        this.frozen.delete(from)
        to.destroySoon()
      })
    }
    far.on('data', (data) => this.pass(data, far, near, 'down'))
    near.on('data', (data) => this.pass(data, near, far, 'up'))
  }

  private async pass(data: Buffer, from: Socket, to: Socket, direction: 'up' | 'down'): Promise<void> {
    if (this.bytesPerSecond[direction] === Number.POSITIVE_INFINITY) {
      to.write(data)
      return
    }
    from.pause()
    for (let start = 0; start < data.length; start += SLICE) {
      await setTimeout((SLICE / this.bytesPerSecond[direction]) * 1000)
      to.write(data.subarray(start, start + SLICE))
    }
    if (!this.frozen.has(from)) from.resume()
  }
}
