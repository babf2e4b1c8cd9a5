import type { Client } from './client.js'

/** Of each client; beyond, the first ones are forgotten. */
const MAX_CORRESPONDENTS = 256

/** Who has exchanged messages with whom, both ways. It keeps nobody alive who is gone. */
export class Correspondence {
  note(one: Client, other: Client): void {
    if (one === other || one.correspondents?.has(other)) return
    add(one, other)
    add(other, one)
  }

  /** Forgets a client. @returns those that it corresponded with */
  end(client: Client): Iterable<Client> {
    const others = client.correspondents ?? []
    client.correspondents = undefined
    for (const other of others) other.correspondents?.delete(client)
    return others
  }
}

function add(client: Client, other: Client): void {
  client.correspondents ??= new Set()
  const { correspondents } = client
  if (correspondents.size >= MAX_CORRESPONDENTS) {
    const [first] = correspondents
    if (first) {
      correspondents.delete(first)
      first.correspondents?.delete(client)
    }
  }
  correspondents.add(other)
}
