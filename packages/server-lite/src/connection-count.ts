import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { Refusal } from './handshake.js'
import type { LimitHits } from './limit-hits.js'
import type { LimitName, ResolvedLimits } from './limits.js'
import type { Logger } from './logger.js'
import { isPrivate, networkOf, type Proxies } from './proxies.js'

interface Marked {
  [mark: symbol]: string | undefined
}

/** Counts the connections of a server, in all and by where they come from, from their upgrade request to their end. */
export class ConnectionCount {
  private total = 0
  private readonly networks = new Map<string, number>()
  /** On each socket that is counted: where it comes from, if that counts. */
  private readonly mark: symbol = Symbol('protoo.counted')
  private readonly left: () => void
  private warned = false

  constructor(
    private readonly limits: ResolvedLimits,
    private readonly proxies: Proxies,
    private readonly logger: Logger,
    private readonly hits: LimitHits,
  ) {
    const count = this
    // One function for all: a server has thousands.
    this.left = function (this: Marked): void {
      count.remove(this[count.mark])
    }
  }

  /** One more, until its socket closes. @returns why there may not be */
  add(request: IncomingMessage): Refusal | undefined {
    const socket = request.socket as Socket & Marked
    const { connections, connectionsPerAddress } = this.limits
    // Another request on a connection that has been kept alive, or that has gone already: it tells no end any more.
    if (this.mark in socket || socket.destroyed) return
    if (this.total >= connections) return this.refuse('connections', 503, 'too many connections')
    // To ask the system for an address takes a tenth of what a connection takes in all.
    const network = connectionsPerAddress === Number.POSITIVE_INFINITY ? undefined : this.enter(request)
    if (network instanceof Refusal) return network
    this.total++
    socket[this.mark] = network
    socket.on('close', this.left)
    return
  }

  /** @returns where it comes from, or why there may be no more from there */
  private enter(request: IncomingMessage): string | Refusal {
    const { connectionsPerAddress, privateExempt } = this.limits
    const address = this.proxies.addressOf(request)
    const network = networkOf(address)
    const count = this.networks.get(network) ?? 0
    if (count >= connectionsPerAddress && !(privateExempt && isPrivate(address))) {
      this.warn(address)
      return this.refuse('connectionsPerAddress', 429, 'too many connections from this address')
    }
    this.networks.set(network, count + 1)
    return network
  }

  private remove(network: string | undefined): void {
    this.total--
    if (network === undefined) return
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
