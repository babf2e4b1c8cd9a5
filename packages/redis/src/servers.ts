import { type BackplaneServer, BackplaneUnavailableError, type ServerLink } from '@protoo-kit/server-lite'
import type { Calls, NodeRequest } from './calls.js'
import { serversChannel } from './keys.js'

/** What servers have of their node. */
export interface ServersPort {
  readonly prefix: string
  /** ms after which whoever says nothing cannot act any more. */
  readonly lease: number
  readonly node: string
  readonly calls: Calls
  whenUp(): Promise<void>
  /** @returns how many nodes have heard it */
  publish(channel: string, message: string): Promise<number>
}

/** Says that a server is closed, rather than that one asks. */
const CLOSED = 'closed'

/** The servers of this node, and how they reach those of others. */
export class Servers {
  private readonly own = new Map<string, BackplaneServer>()
  private readonly watchers = new Map<string, Set<() => void>>()
  private count = 0

  constructor(private readonly port: ServersPort) {}

  /** Whether there are any. */
  get any(): boolean {
    return this.count > 0
  }

  get channel(): string {
    return serversChannel(this.port.prefix)
  }

  /** The nodes of servers that somebody here waits for. */
  get watched(): string[] {
    return [...this.watchers.keys()].map(nodeOf)
  }

  connect(server: BackplaneServer): ServerLink {
    const name = String(++this.count)
    this.own.set(name, server)
    const { port } = this
    return {
      get address() {
        return `${port.node}/${name}`
      },
      askAll: (question) => this.askAll(name, question),
      ask: (address, question) => this.ask(address, question),
      watch: (address, gone) => this.watch(address, gone),
      close: () => {
        this.own.delete(name)
        // Whoever does not hear it learns it when the node is gone.
        this.ended(`${port.node}/${name}`)
        this.say(CLOSED, `${port.node}/${name}`).catch(() => {})
      },
    }
  }

  /** What another node's server asks. */
  perform({ kind, peer, body }: NodeRequest): unknown {
    const question = String(body)
    if (kind === 'server') {
      const server = this.own.get(peer)
      if (!server) throw new BackplaneUnavailableError('that server is closed')
      return server.answer(question)
    }
    if (peer === CLOSED) {
      this.ended(question)
      return undefined
    }
    for (const [name, server] of this.own) {
      const answer = `${this.port.node}/${name}` === peer ? undefined : server.answer(question)
      if (answer !== undefined) return answer
    }
    return undefined
  }

  /** Nothing can come from that node any more. */
  buried(node: string): void {
    for (const address of [...this.watchers.keys()]) if (nodeOf(address) === node) this.ended(address)
  }

  private async askAll(name: string, question: string): Promise<string | undefined> {
    const answer = await this.say(`${this.port.node}/${name}`, question)
    return typeof answer === 'string' ? answer : undefined
  }

  private async ask(address: string, question: string): Promise<string | undefined> {
    const { calls } = this.port
    await this.port.whenUp()
    const request = { kind: 'server', room: '', peer: address.split('/')[1] ?? '', body: question } as const
    const answer = await calls.ask(nodeOf(address), request, 0)
    return typeof answer === 'string' ? answer : undefined
  }

  private async say(by: string, body: string): Promise<unknown> {
    const { calls, lease } = this.port
    await this.port.whenUp()
    const request = { kind: 'servers', room: '', peer: by, body } as const
    return await calls.askAll((message) => this.port.publish(this.channel, message), request, lease)
  }

  private watch(address: string, gone: () => void): () => void {
    const watchers = this.watchers.get(address) ?? new Set()
    this.watchers.set(address, watchers)
    watchers.add(gone)
    return () => {
      watchers.delete(gone)
      if (watchers.size === 0 && this.watchers.get(address) === watchers) this.watchers.delete(address)
    }
  }

  private ended(address: string): void {
    const watchers = this.watchers.get(address) ?? []
    this.watchers.delete(address)
    for (const gone of watchers) gone()
  }
}

function nodeOf(address: string): string {
  return address.split('/')[0] ?? ''
}
