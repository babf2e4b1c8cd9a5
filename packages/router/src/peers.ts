import type { WebSocketTransport } from '@protoo-kit/server-lite'
import { Peer, type PeerHost, type PeerSettings } from './peer.js'
import type { Data } from './response.js'

/** Everybody who is online or in a grace period, by username and uuid (L8). */
export class Peers {
  private readonly users = new Map<string, Map<string, Peer>>()

  constructor(
    private readonly host: PeerHost & { online(peer: Peer): void },
    private readonly settings: PeerSettings,
  ) {}

  /** Takes a connection in: of a new peer, or of one that is there already, which gets its `data` anew (L5). */
  connect(username: string, uuid: string, data: Data, transport: WebSocketTransport): Peer {
    const known = this.users.get(username)?.get(uuid)
    if (known) {
      known.data = data
      known.attach(transport)
      return known
    }
    const { host } = this
    const peer = new Peer(
      username,
      uuid,
      data,
      {
        gracePeriod: () => host.gracePeriod(),
        request: (from, message) => host.request(from, message),
        offline: (gone) => {
          this.remove(gone)
          host.offline(gone)
        },
      },
      this.settings,
    )
    const user = this.users.get(username) ?? new Map<string, Peer>()
    this.users.set(username, user)
    user.set(uuid, peer)
    peer.attach(transport)
    host.online(peer)
    return peer
  }

  get(username: string, uuid: string): Peer | undefined {
    return this.users.get(username)?.get(uuid)
  }

  /** Those of a user, or all, as they are now. */
  list(username?: string): Peer[] {
    if (username !== undefined) return [...(this.users.get(username)?.values() ?? [])]
    return [...this.users.values()].flatMap((user) => [...user.values()])
  }

  private remove({ username, uuid }: Peer): void {
    const user = this.users.get(username)
    user?.delete(uuid)
    if (user?.size === 0) this.users.delete(username)
  }
}
