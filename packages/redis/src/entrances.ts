import type { Claim, MemberSession, Passage, TakenClaim } from '@protoo-kit/server-lite'
import type { Claimed, Claims, Wish } from './claims.js'
import { type Place, readPlace, type Takings } from './takings.js'

/** How peers come in: those that were never there, and those that were, on another node, and have missed something since. */
export class Entrances {
  constructor(
    private readonly claims: Claims,
    private readonly takings: Takings,
  ) {}

  async claim(
    peerId: string,
    info: object,
    wish: Wish,
    session: MemberSession | undefined,
    since: string,
  ): Promise<Claim | TakenClaim | undefined> {
    const { before, key } = session ?? {}
    // A client can say anything: only where it was in a room counts.
    const place = before && readPlace(before.place)
    if (!before || !place) {
      const known = key === undefined ? undefined : { key, since }
      return (await this.claims.claim(peerId, info, wish, known))?.claim
    }
    const known = { key: key ?? '', before: { key: before.key, position: place.position }, since }
    return await this.follow(peerId, place, () => this.claims.claim(peerId, info, wish, known))
  }

  async take(
    peerId: string,
    info: object,
    { pass, place }: Passage,
    session: MemberSession | undefined,
  ): Promise<TakenClaim | undefined> {
    const stands = readPlace(place)
    if (!stands) throw new TypeError('this is no place in a room')
    const known = session && { key: session.key, since: '' }
    const take = () => this.claims.take(peerId, info, pass, stands.position, known)
    const taken = await this.follow(peerId, stands, take)
    return taken && 'missed' in taken ? taken : undefined
  }

  /** What is said while Redis is asked is kept for the peer. */
  private async follow(
    peerId: string,
    stands: Place,
    claim: () => Promise<Claimed | undefined>,
  ): Promise<Claim | TakenClaim | undefined> {
    const { takings } = this
    const taking = takings.begin(peerId)
    const claimed = await claim().catch((error) => {
      takings.end(taking)
      throw error
    })
    if (!claimed?.taken) {
      takings.end(taking)
      return claimed?.claim
    }
    const { claim: own, taken, number } = claimed
    const release = () => {
      takings.end(taking)
      own.release()
    }
    return { ...own, release, missed: () => takings.missed(taking, stands, taken, number) }
  }
}
