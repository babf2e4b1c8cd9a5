import type { Backplane } from './backplane.js'

/** `undefined` stands for the default. */
export interface RoomOptions {
  /** The room's name, which the nodes of a backplane know it by. */
  id?: string | undefined
  /** Makes Rooms of the same `id` on all its nodes one room. Default: the room is this object's alone. */
  backplane?: Backplane | undefined
  /**
   * What becomes of a member when another client claims its peer id. `'reject'` turns the newer one away,
   * unless the member's connection has dropped: `createPeer()` throws or, where the member is on another node, its peer is closed (4001).
   * `'replace'` closes the member (4001). Default `'reject'`.
   */
  onDuplicate?: 'reject' | 'replace' | undefined
  /** On a backplane: ms for which a member that left may come back without `memberleave` being emitted. Default 5000. */
  grace?: number | undefined
}

export interface ResolvedRoomOptions {
  readonly id: string
  readonly backplane: Backplane | undefined
  readonly replace: boolean
  readonly grace: number
}

/** @throws TypeError when an option is of the wrong type or makes no sense */
export function resolveRoomOptions(options: RoomOptions): ResolvedRoomOptions {
  const { id = '', backplane, onDuplicate = 'reject', grace = 5000 } = options
  if (typeof id !== 'string') throw new TypeError(`id must be a string, not ${typeof id}`)
  if (backplane !== undefined && typeof backplane?.join !== 'function')
    throw new TypeError('backplane must be one, such as new MemoryBackplane()')
  if (backplane && !id) throw new TypeError('a room on a backplane needs an id: new Room({ id, backplane })')
  if (onDuplicate !== 'reject' && onDuplicate !== 'replace')
    throw new TypeError(`onDuplicate must be 'reject' or 'replace', not ${String(onDuplicate)}`)
  if (typeof grace !== 'number' || !(grace >= 0) || grace === Number.POSITIVE_INFINITY)
    throw new TypeError('grace must be a number of milliseconds')
  return { id, backplane, replace: onDuplicate === 'replace', grace }
}
