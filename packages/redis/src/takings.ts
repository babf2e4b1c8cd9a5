import type { Missed } from '@protoo-kit/server-lite'
import { type Entry, isAfter, readEntry } from './entry.js'

/** Entries that a peer which changes over may have missed; with more it begins anew. */
export const MAX_MISSED = 10_000

/** Where a peer stands: the last entry of the stream that its node had taken in, and that node's last broadcast. */
export interface Place {
  readonly position: string
  readonly node: string
  readonly number: number
}

/** What Redis says of an id that was taken over. */
export interface Taken {
  /** The broadcasts since, if they are all known. */
  readonly entries: readonly { readonly position: string; readonly text: string }[] | undefined
  /** After them. */
  readonly position: string
}

/** What was said while Redis was asked: by this node, with its number; or by another, with its place in the stream. */
interface Said {
  readonly by: { readonly number: number } | { readonly position: string }
  readonly entry: Pick<Entry, 'node' | 'number'>
  readonly text: string
  readonly except: readonly string[]
  /** Where this node stood then. */
  readonly place: Place
}

interface Taking {
  readonly peerId: string
  readonly said: Said[]
  /** Whether something is missing in it. */
  spoilt: boolean
}

/** What peers that come from another node have had, and have not. */
export class Takings {
  private readonly takings = new Set<Taking>()
  /** By peer: broadcasts of the node that it comes from, up to a number, that it has had there. */
  private readonly had = new Map<string, Place>()

  /** Redis is about to be asked: what is said from now on is kept. */
  begin(peerId: string): Taking {
    const taking = { peerId, said: [], spoilt: false }
    this.takings.add(taking)
    return taking
  }

  end(taking: Taking): void {
    this.takings.delete(taking)
  }

  say(said: Said): void {
    for (const taking of this.takings) taking.said.push(said)
  }

  /** Something was said that this node does not hear. */
  spoil(): void {
    for (const taking of this.takings) taking.spoilt = true
  }

  /** Those who are not to get a broadcast of another node, since they have had it there. */
  exceptions({ node, number }: Pick<Entry, 'node' | 'number'>): string[] {
    if (this.had.size === 0) return []
    return [...this.had]
      .filter(([, place]) => node === place.node && number <= place.number)
      .map(([peerId]) => peerId)
  }

  forget(peerId: string): void {
    this.had.delete(peerId)
  }

  /**
   * What a peer has not had, in order. What is said from now on is for it.
   * @param number above those of this node's broadcasts that had been said when Redis was asked
   */
  missed(taking: Taking, place: Place, { entries, position }: Taken, number: number): Missed[] | undefined {
    const { peerId, said, spoilt } = taking
    this.end(taking)
    this.had.set(peerId, place)
    if (!entries || spoilt) return undefined
    /** Sent again, a broadcast stands there twice. */
    const numbers = new Map([[place.node, place.number]])
    const missed: Missed[] = []
    for (const { position, text } of entries) {
      const entry = readEntry(text)
      if (entry?.kind !== 'broadcast' && entry?.kind !== 'gap') continue
      if (entry.number <= (numbers.get(entry.node) ?? 0)) continue
      if (entry.kind === 'gap') return undefined
      numbers.set(entry.node, entry.number)
      const except: readonly string[] = JSON.parse(entry.json)
      if (except.includes(peerId)) continue
      missed.push({ text: entry.text, place: writePlace({ ...place, position }) })
    }
    for (const { by, entry, text, except, place: at } of said) {
      const later = 'number' in by ? by.number > number : isAfter(by.position, position)
      const had = entry.node === place.node && entry.number <= place.number
      if (!later || had || except.includes(peerId)) continue
      const reached = isAfter(at.position, position) ? at.position : position
      missed.push({ text, place: writePlace({ ...at, position: reached }) })
    }
    return missed
  }
}

export function writePlace({ position, node, number }: Place): string {
  return `${position || '0-0'}_${number}_${node}`
}

/** @returns undefined when it is none of ours */
export function readPlace(place: string): Place | undefined {
  const [, position, number, node] = /^(\d{1,15}-\d{1,15})_(\d{1,15})_([\w-]{1,32})$/.exec(place) ?? []
  if (position === undefined || node === undefined) return undefined
  return { position, number: Number(number), node }
}
