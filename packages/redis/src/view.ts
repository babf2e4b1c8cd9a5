import { type Entry, isAfter, type Ownership, readRecord } from './entry.js'

/** What a node knows of a room's members, and where in the stream it stands. */
export class View {
  /** The last entry that was taken in; empty before the first look. */
  cursor = ''
  readonly owners: Map<string, Ownership> = new Map()
  /** By node: the last of its broadcasts that was taken in. Sent again it comes twice. */
  private readonly numbers = new Map<string, number>()

  /** Who is there according to Redis, with what follows told by `differs`. */
  replace(
    fields: readonly string[],
    joined: (id: string, json: string) => void,
    left: (id: string) => void,
  ): void {
    const before = new Map(this.owners)
    this.owners.clear()
    for (let index = 0; index < fields.length; index += 2) {
      const owner = readRecord(fields[index + 1] ?? '')
      if (owner) this.owners.set(fields[index] ?? '', owner)
    }
    for (const [id, owner] of this.owners) if (!isSame(owner, before.get(id))) joined(id, owner.json)
    for (const id of before.keys()) if (!this.owners.has(id)) left(id)
  }

  /** @returns whether it is news: neither was it taken in before, nor is it out of date */
  take(position: string, entry: Entry | undefined): boolean {
    if (this.cursor && !isAfter(position, this.cursor)) return false
    this.cursor = position
    if (!entry) return false
    const { kind, node, number, text } = entry
    if (kind === 'broadcast' || kind === 'gap') {
      if (number <= (this.numbers.get(node) ?? 0)) return false
      this.numbers.set(node, number)
      return true
    }
    if (kind === 'join') return this.join(text, entry)
    return this.leave(text, entry)
  }

  join(id: string, { node, number, json }: Ownership): boolean {
    if (isSame({ node, number }, this.owners.get(id))) return false
    this.owners.set(id, { node, number, json })
    return true
  }

  leave(id: string, owner: Pick<Ownership, 'node' | 'number'>): boolean {
    if (!isSame(owner, this.owners.get(id))) return false
    this.owners.delete(id)
    return true
  }

  /** The nodes that have members here. */
  nodes(): Set<string> {
    return new Set([...this.owners.values()].map(({ node }) => node))
  }

  /** Nodes whose last number is below `oldest` are gone for good. */
  forget(oldest: number): void {
    for (const [node, number] of this.numbers) if (number < oldest) this.numbers.delete(node)
  }
}

function isSame(
  a: Pick<Ownership, 'node' | 'number'>,
  b: Pick<Ownership, 'node' | 'number'> | undefined,
): boolean {
  return a.node === b?.node && a.number === b.number
}
