import type { IncomingMessage } from 'node:http'
import { Refusal } from './handshake.js'
import type { LimitHits } from './limit-hits.js'
import type { LimitName, ResolvedLimits } from './limits.js'
import type { Logger } from './logger.js'
import { isPrivate, networkOf, type Proxies } from './proxies.js'

/** Counts the connections of a server, in all and by where they come from, from their upgrade request to their end. */
export class ConnectionCount {
  private total = 0
  private readonly networks = new Map<string, number>()
  private readonly counted = new WeakSet<object>()
  private warned = false

  constructor(
    private readonly limits: ResolvedLimits,
    private readonly proxies: Proxies,
    private readonly logger: Logger,
    private readonly hits: LimitHits,
  ) {}

  /** One more, until its socket closes. @returns why there may not be */
  add(request: IncomingMessage): Refusal | undefined {
    const { socket } = request
    const { connections, connectionsPerAddress, privateExempt } = this.limits
    // Another request on a connection that has been kept alive, or that has gone already: it tells no end any more.
    if (this.counted.has(socket) || socket.destroyed) return
    if (this.total >= connections) return this.refuse('connections', 503, 'too many connections')
    const address = this.proxies.addressOf(request)
    const network = networkOf(address)
    const count = this.networks.get(network) ?? 0
    if (count >= connectionsPerAddress && !(privateExempt && isPrivate(address))) {
      this.warn(address)
      return this.refuse('connectionsPerAddress', 429, 'too many connections from this address')
    }
    this.total++
    this.networks.set(network, count + 1)
    this.counted.add(socket)
    socket.once('close', () => this.remove(network))
    return
  }

  private remove(network: string): void {
    this.total--
    const count = (this.networks.get(network) ?? 1) - 1
    if (count > 0) this.networks.set(network, count)
    else this.networks.delete(network)
  }

  private refuse(limit: LimitName, status: number, reason: string): Refusal {
    this.hits.count(limit)
    return new Refusal(status, reason)
  }

  /** Once: it is an attack or, more often, a proxy. */
  private warn(address: string): void {
    if (this.warned) return
    this.warned = true
    this.logger.warn(
      `protoo-server: refused a connection from ${address}, which has ${this.limits.connectionsPerAddress} already. ` +
        'If that is a proxy, set trustProxy; otherwise see limits.connectionsPerAddress.',
    )
  }
}
