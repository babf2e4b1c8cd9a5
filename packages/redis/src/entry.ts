/** What happens in a room, as it stands in its stream and goes over its channel. */
export interface Entry {
  /** `gap`: broadcasts of its node are missing here. */
  readonly kind: 'broadcast' | 'gap' | 'join' | 'leave'
  readonly node: string
  /** Of a broadcast or gap: it rises with each of the node's. Of a member: which of the node's claims it is. */
  readonly number: number
  /** JSON: ids of those who do not get a broadcast; what a member shows of itself. */
  readonly json: string
  /** The broadcast, or the member's id. */
  readonly text: string
}

const KINDS: ReadonlyMap<string, Entry['kind']> = new Map([
  ['b', 'broadcast'],
  ['g', 'gap'],
  ['j', 'join'],
  ['l', 'leave'],
])

/** What a claim is known by in Redis, the head of its entries. */
export interface Ownership {
  readonly node: string
  readonly number: number
  readonly json: string
}

export function writeRecord({ node, number, json }: Ownership): string {
  return `${node} ${number} ${json}`
}

/** @returns undefined when it is none of ours */
export function readRecord(record: string): Ownership | undefined {
  const [, node, number, json] = /^([\w-]+) (\d+) (.*)$/s.exec(record) ?? []
  if (node === undefined || json === undefined) return undefined
  return { node, number: Number(number), json }
}

export function writeBroadcast(ownership: Ownership, text: string): string {
  return `b${writeRecord(ownership)}\n${text}`
}

export function writeGap(ownership: Ownership): string {
  return `g${writeRecord(ownership)}\n`
}

/** @returns undefined when it is none of ours */
export function readEntry(entry: string): Entry | undefined {
  const kind = KINDS.get(entry[0] ?? '')
  // JSON on one line.
  const end = entry.indexOf('\n')
  const record = end > 0 ? readRecord(entry.slice(1, end)) : undefined
  return kind && record && { kind, ...record, text: entry.slice(end + 1) }
}

/** Whether the position `a` in a stream is after `b`. */
export function isAfter(a: string, b: string): boolean {
  const [aTime = 0, aIndex = 0] = a.split('-').map(Number)
  const [bTime = 0, bIndex = 0] = b.split('-').map(Number)
  return aTime > bTime || (aTime === bTime && aIndex > bIndex)
}
