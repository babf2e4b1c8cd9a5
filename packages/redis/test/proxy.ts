/** A network between a node and its Redis, which can be cut. */
import { once } from 'node:events'
import net, { type AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export interface Network {
  readonly url: string
  /** Breaks all connections, and takes no new ones. */
  cut(): void
  heal(): void
  /** Passes on what the node says, and none of the answers. */
  deafen(): void
  /** Passes nothing on any more, and says nothing either. */
  blackhole(): void
}

export async function startProxy(port: number): Promise<Network> {
  const sockets = new Set<net.Socket>()
  let state: 'open' | 'cut' | 'black' | 'deaf' = 'open'
  const server = net.createServer((socket) => {
    const upstream = net.connect(port, '127.0.0.1')
    for (const end of [socket, upstream]) {
      sockets.add(end)
      end.on('error', () => {})
      end.on('close', () => {
        sockets.delete(end)
        socket.destroy()
        upstream.destroy()
      })
    }
    if (state === 'cut') socket.destroy()
    socket.on('data', (data) => (state === 'open' || state === 'deaf') && upstream.write(data))
    upstream.on('data', (data) => state === 'open' && socket.write(data))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const drop = () => {
    for (const socket of sockets) socket.destroy()
  }
  onTestFinished(async () => {
    drop()
    server.close()
    await once(server, 'close')
  })
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut() {
      state = 'cut'
      drop()
    },
    heal() {
      // What was swallowed is missing from the connections of before.
      if (state !== 'cut') drop()
      state = 'open'
    },
    deafen() {
      state = 'deaf'
    },
    blackhole() {
      state = 'black'
    },
  }
}
