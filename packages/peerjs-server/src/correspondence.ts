import type { Client } from './client.js'

/** Of each client; beyond, the first ones are forgotten. */
const MAX_CORRESPONDENTS = 256

/** Who has exchanged messages with whom, both ways. It keeps nobody alive who is gone. */
export class Correspondence {
  private readonly correspondents = new Map<Client, Set<Client>>()

  note(one: Client, other: Client): void {
    if (one === other || this.of(one).has(other)) return
    this.add(one, other)
    this.add(other, one)
  }

  /** Those whom a client has exchanged messages with, as far as remembered. */
  of(client: Client): ReadonlySet<Client> {
    return this.correspondents.get(client) ?? NOBODY
  }

  /** Forgets a client. @returns those that it corresponded with */
  end(client: Client): Iterable<Client> {
    const others = this.of(client)
    this.correspondents.delete(client)
    for (const other of others) this.correspondents.get(other)?.delete(client)
    return others
  }

  private add(client: Client, other: Client): void {
    const others = this.correspondents.get(client) ?? new Set()
    this.correspondents.set(client, others)
    const [first] = others
    if (first && others.size >= MAX_CORRESPONDENTS) {
      others.delete(first)
      this.correspondents.get(first)?.delete(client)
    }
    others.add(other)
  }
}

const NOBODY: ReadonlySet<Client> = new Set()
