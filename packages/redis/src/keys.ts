/** The names of a room in Redis. The braces have Redis Cluster keep them in one slot. */
export interface RoomKeys {
  /** Hash: peer id → who has it. */
  readonly members: string
  /** Stream: what happened, the latest last. */
  readonly stream: string
  /** Channel: the same, as it happens. */
  readonly channel: string
  /** Hash: peer id → its session, and since when it has been in the room. */
  readonly sessions: string
  /** Sorted set: peer id → when its node died, in ms. */
  readonly orphans: string
  /** Sorted set: node → the number of its last broadcast. */
  readonly numbers: string
}

/** @throws TypeError when the id holds half a surrogate pair, which no key can */
export function roomKeys(prefix: string, roomId: string): RoomKeys {
  const room = `${prefix}:{room:${encodeName(roomId)}}`
  return {
    members: `${room}:members`,
    stream: `${room}:stream`,
    channel: `${room}:channel`,
    sessions: `${room}:sessions`,
    orphans: `${room}:orphans`,
    numbers: `${room}:numbers`,
  }
}

/** String with a TTL: this node is alive. */
export function nodeKey(prefix: string, node: string): string {
  return `${prefix}:{node:${node}}`
}

/** Channel: what others want of this node. */
export function nodeChannel(prefix: string, node: string): string {
  return `${prefix}:{node:${node}}:channel`
}

/** Channel: what a server asks all others. */
export function serversChannel(prefix: string): string {
  return `${prefix}:{servers}:channel`
}

/** No brace is left in it. */
function encodeName(roomId: string): string {
  try {
    return encodeURIComponent(roomId)
  } catch (cause) {
    throw new TypeError('the id of a room must be well-formed Unicode', { cause })
  }
}
