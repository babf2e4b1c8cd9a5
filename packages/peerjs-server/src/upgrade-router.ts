import type { IncomingMessage } from 'node:http'
import { claimUpgrade, Refusal, refuseUpgrade } from '@protoo-kit/server-lite/parts'
import type { AnyServer } from './options.js'

/** Takes an upgrade request that it alone has to answer. */
export type UpgradeHandler = (request: IncomingMessage, head: Buffer) => void

/** There is one on each HTTP server. */
const routers = new WeakMap<AnyServer, UpgradeRouter>()

/**
 * Takes the upgrade requests for one path, before others see them. Those for other paths are left to others; if there
 * are none, they are refused (J1).
 *
 * @returns its undo
 * @throws Error when the path is taken
 */
export function routeUpgrades(server: AnyServer, path: string, handler: UpgradeHandler): () => void {
  const router = routers.get(server) ?? new UpgradeRouter(server)
  routers.set(server, router)
  return router.add(path, handler)
}

class UpgradeRouter {
  private readonly handlers = new Map<string, UpgradeHandler>()

  constructor(private readonly server: AnyServer) {}

  add(path: string, handler: UpgradeHandler): () => void {
    if (this.handlers.has(path))
      throw new Error(`another PeerServer has the path ${path} on this HTTP server: give one another path`)
    if (this.handlers.size === 0) this.server.prependListener('upgrade', this.route)
    this.handlers.set(path, handler)
    return () => {
      if (this.handlers.get(path) !== handler) return
      this.handlers.delete(path)
      if (this.handlers.size === 0) this.server.off('upgrade', this.route)
    }
  }

  private readonly route = (request: IncomingMessage, _socket: unknown, head: Buffer): void => {
    // Nobody else listens until it is a WebSocket, and a connection that is reset would end the process.
    request.socket.on('error', ignoreError)
    const [path = ''] = (request.url ?? '').split('?')
    const handler = this.handlers.get(path)
    if (handler) {
      if (claimUpgrade(request)) handler(request, head)
    } else if (this.server.listenerCount('upgrade') === 1) {
      const paths = [...this.handlers.keys()].join(', ')
      refuseUpgrade(request, new Refusal(400, `no WebSocket here, only at ${paths}`))
    }
  }
}

/** Listens to the socket of an upgrade request until somebody else does. */
export function ignoreError(): void {
  // The connection is over, which whoever has it learns by its close.
}
