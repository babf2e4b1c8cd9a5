import type { IncomingMessage } from 'node:http'
import { BlockList, isIP } from 'node:net'
import { TLSSocket } from 'node:tls'

/**
 * Which proxies stand before the server, so that what they say of a client is believed: how many (1 for a single nginx), or
 * their addresses and networks (`['10.0.0.0/8', '::1']`).
 */
export type TrustProxy = number | readonly string[]

/** Reads what proxies say of where a request comes from. What clients may have written themselves is not believed. */
export class Proxies {
  private readonly hops: number
  private readonly list: BlockList | undefined

  /** @throws TypeError when it is neither a number of hops nor a list of addresses */
  constructor(trust: TrustProxy | undefined = 0) {
    this.hops = typeof trust === 'number' ? trust : 0
    if (typeof trust === 'number' ? Number.isSafeInteger(trust) && trust >= 0 : Array.isArray(trust)) {
      if (Array.isArray(trust)) this.list = compile(trust)
    } else
      throw new TypeError(
        `trustProxy must be how many proxies there are, or a list of their addresses, not ${typeof trust === 'number' ? trust : typeof trust}`,
      )
  }

  /** The client's address: of `X-Forwarded-For`, read from the right, the first that no trusted proxy has. */
  addressOf({ headers, socket }: IncomingMessage): string {
    const direct = plain(socket.remoteAddress ?? '')
    if (!this.trusts(direct, 0)) return direct
    let address = direct
    const entries = listed(headers['x-forwarded-for'])
    for (let hop = 0; this.trusts(address, hop); hop++) {
      const entry = plain(entries[entries.length - 1 - hop] ?? '')
      // Missing, or no address: the last proxy that is known stands for whoever is behind it.
      if (!isIP(entry)) break
      address = entry
    }
    return address
  }

  /** The `Host` that the client asked for: what the proxies were asked for, if they say so. */
  hostOf(request: IncomingMessage): string | undefined {
    return this.forwarded(request, 'x-forwarded-host') ?? request.headers.host
  }

  /** Whether the client's own connection is encrypted. */
  isSecure(request: IncomingMessage): boolean {
    const protocol = this.forwarded(request, 'x-forwarded-proto')?.toLowerCase()
    if (protocol === undefined) return request.socket instanceof TLSSocket
    return protocol === 'https' || protocol === 'wss'
  }

  /** What the outermost of the trusted proxies says, as far as each adds its own. */
  private forwarded({ headers, socket }: IncomingMessage, name: string): string | undefined {
    if (!this.trusts(plain(socket?.remoteAddress ?? ''), 0)) return
    const values = listed(headers[name])
    return values[Math.max(values.length - Math.max(this.hops, 1), 0)]
  }

  private trusts(address: string, hop: number): boolean {
    if (!this.list) return hop < this.hops
    const family = isIP(address)
    return family !== 0 && this.list.check(address, family === 6 ? 'ipv6' : 'ipv4')
  }
}

/** An IPv6 host has a whole /64 to itself (RFC 6177 §2), an IPv4 host its address. */
export function networkOf(address: string): string {
  const short = plain(address)
  if (!short.includes(':')) return short
  const [head = '', tail] = short.split('::')
  const before = head.split(':').filter(Boolean)
  const after = tail?.split(':').filter(Boolean) ?? []
  const zeros = tail === undefined ? 0 : Math.max(8 - before.length - after.length, 0)
  return [...before, ...Array<string>(zeros).fill('0'), ...after].slice(0, 4).join(':')
}

const PRIVATE = compile([
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '::1',
  'fc00::/7',
  'fe80::/10',
])

/** Whether it is of this machine or its own network, as a proxy's usually is. */
export function isPrivate(address: string): boolean {
  const short = plain(address)
  const family = isIP(short)
  return family !== 0 && PRIVATE.check(short, family === 6 ? 'ipv6' : 'ipv4')
}

function compile(entries: readonly unknown[]): BlockList {
  const list = new BlockList()
  for (const entry of entries) {
    const [address = '', bits] = typeof entry === 'string' ? entry.split('/') : []
    const family = isIP(address)
    const type = family === 6 ? 'ipv6' : 'ipv4'
    const width = family === 6 ? 128 : 32
    if (family === 0 || (bits !== undefined && !(/^\d{1,3}$/.test(bits) && Number(bits) <= width)))
      throw new TypeError(
        `trustProxy holds ${JSON.stringify(entry)}, which is no address: write it as "10.0.0.1" or "10.0.0.0/8"`,
      )
    if (bits === undefined) list.addAddress(address, type)
    else list.addSubnet(address, Number(bits), type)
  }
  return list
}

function listed(header: string | readonly string[] | undefined): string[] {
  const text = typeof header === 'string' ? header : (header?.join() ?? '')
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
}

/** Without the port that some proxies add, and without the prefix of an IPv4 address on an IPv6 socket. */
function plain(address: string): string {
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(address)?.[1] ?? address
  const bare = /^\d+(?:\.\d+){3}:\d+$/.test(bracketed)
    ? bracketed.slice(0, bracketed.indexOf(':'))
    : bracketed
  return bare.replace(/^::ffff:(?=\d+\.)/i, '')
}
