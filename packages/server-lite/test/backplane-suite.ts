/** What every backplane must do. Those of other packages run it too. */
import { once } from 'node:events'
import { encodeResume } from '@protoo-kit/protocol'
import { describe, expect, it } from 'vitest'
import {
  type Backplane,
  type BackplaneRoom,
  type Claim,
  PeerNotFoundError,
  RequestError,
  RequestTimeoutError,
} from '../src/index.js'
import { clusterNode, eventually, idsAt } from './cluster-bed.js'
import { SessionClient } from './session-client.js'

/** As many nodes as asked for, which are stopped when the test is over. */
export type MakeBackplanes = (count: number) => Promise<Backplane[]>

/** Ids that have a meaning somewhere. */
const HOSTILE = [
  'constructor',
  '__proto__',
  '{x}',
  '}',
  'a:b',
  'two words',
  'line\nbreak',
  'ünï',
  '\u{1f600}',
  '*',
]

export function describeBackplane(name: string, make: MakeBackplanes): void {
  const nodes = async (count: number, options = {}, serverOptions = {}) =>
    Promise.all((await make(count)).map((backplane) => clusterNode(backplane, options, serverOptions)))
  const three = async (options = {}, serverOptions = {}) => {
    const [a, b, c] = await nodes(3, options, serverOptions)
    if (!a || !b || !c) throw new Error('no three nodes')
    return { a, b, c }
  }

  describe(`${name}: a room on several nodes`, () => {
    it('broadcasts to all of them in order, but to those excepted', async () => {
      const { a, b, c } = await three()
      const [ann, bob, cat, dan] = [
        await a.come('ann'),
        await b.come('bob'),
        await c.come('cat'),
        await c.come('dan'),
      ]
      for (const { room } of [a, b, c]) await eventually(async () => (await idsAt(room)).length === 4)
      for (let n = 0; n < 100; n++) a.room.broadcast('count', { n }, { except: ['cat', ann.peer] })
      a.room.broadcast('end', { text: 'héllo\n"' })
      for (const { client } of [bob, dan])
        for (let n = 0; n < 100; n++) expect((await client.next()).data).toEqual({ n })
      for (const { client } of [ann, bob, cat, dan])
        expect(await client.next()).toEqual({ notification: true, method: 'end', data: { text: 'héllo\n"' } })
    })

    it('has its members known on all of them, also on one that comes later', async () => {
      const [first, second] = await make(2)
      if (!first || !second) throw new Error('no two nodes')
      const a = await clusterNode(first)
      await a.come('ann')
      await a.come('bob')
      await a.until(() => a.log.length === 2)
      const b = await clusterNode(second)
      await b.come('cat')
      await b.until(() => b.log.length === 3)
      await a.until(() => a.log.length === 3)
      const members = ['ann', 'bob', 'cat'].map((id) => ({ id, info: { name: id.toUpperCase() } }))
      for (const { room } of [a, b]) {
        expect((await room.members()).sort((x, y) => (x.id < y.id ? -1 : 1))).toEqual(members)
      }
      expect([...b.log].sort()).toEqual(['+ann', '+bob', '+cat'])
    })

    it('keeps rooms of other names apart', async () => {
      const [first, second] = await make(2)
      if (!first || !second) throw new Error('no two nodes')
      const a = await clusterNode(first, { id: 'one' })
      const b = await clusterNode(second, { id: 'two' })
      await a.come('ann')
      const { client, peer } = await b.come('ann')
      await b.until(() => b.log.length === 1)
      a.room.broadcast('news')
      await expect(b.room.notifyPeer('bob', 'x')).rejects.toBeInstanceOf(PeerNotFoundError)
      await peer.notify('last')
      expect((await client.next()).method).toBe('last')
    })

    it('tells of members that leave, after the grace', async () => {
      const { a, b } = await three()
      const ann = await a.come('ann')
      await b.come('bob')
      await b.until(() => b.log.length === 2)
      ann.client.ws.close()
      await Promise.all([a, b].map((node) => node.until(() => node.log.includes('-ann'))))
      expect(await idsAt(b.room)).toEqual(['bob'])
    })

    it('does not, when the same id is back on any node within the grace', async () => {
      const { a, b, c } = await three({ grace: 60_000 })
      const ann = await a.come('ann')
      await c.come('cat')
      for (const node of [a, b, c]) await node.until(() => node.log.length === 2)
      ann.client.ws.terminate()
      await once(ann.peer, 'close')
      const back = await b.come('ann')
      back.client.send({ notification: true, method: 'hello', data: {} })
      await b.until(() => b.heard.includes('ann:hello'))
      // It is the only one to go for good: were `-ann` to come, it would be before.
      for (const node of [a, b, c]) {
        expect(await idsAt(node.room)).toEqual(['ann', 'cat'])
        expect([...node.log].sort()).toEqual(['+ann', '+cat'])
      }
    })

    it('sends to a peer on another node, and has its answer', async () => {
      const { a, b } = await three()
      const { client } = await b.come('bob')
      await a.until(() => a.log.includes('+bob'))
      await a.room.notifyPeer('bob', 'hello', { from: 'a' })
      expect(await client.next()).toEqual({ notification: true, method: 'hello', data: { from: 'a' } })
      const answer = a.room.requestPeer('bob', 'sum', { terms: [1, 2] })
      const request = await client.next()
      expect(request).toMatchObject({ method: 'sum', data: { terms: [1, 2] } })
      client.send({ response: true, id: request.id, ok: true, data: { sum: 3 } })
      expect(await answer).toEqual({ sum: 3 })
    })

    it('hands on how a request to another node failed', async () => {
      const { a, b } = await three()
      const { client, peer } = await b.come('bob')
      await a.until(() => a.log.includes('+bob'))
      const refused = a.room.requestPeer('bob', 'sum')
      const { id } = await client.next()
      client.send({
        response: true,
        id,
        ok: false,
        errorCode: 402,
        errorReason: 'pay',
        errorData: { price: 1 },
      })
      const error = await refused.catch((reason) => reason)
      expect(error).toBeInstanceOf(RequestError)
      expect(error).toMatchObject({ code: 402, message: 'pay', data: { price: 1 } })

      await expect(a.room.requestPeer('bob', 'sum', {}, { timeout: 5 })).rejects.toBeInstanceOf(
        RequestTimeoutError,
      )
      const controller = new AbortController()
      const aborted = a.room.requestPeer('bob', 'sum', {}, { signal: controller.signal })
      controller.abort(new Error('enough'))
      await expect(aborted).rejects.toThrow('enough')
      await expect(a.room.requestPeer('nobody', 'sum')).rejects.toBeInstanceOf(PeerNotFoundError)

      await client.next()
      const closed = a.room.requestPeer('bob', 'sum')
      while ((await client.next()).method !== 'sum');
      peer.close()
      await expect(closed).rejects.toMatchObject({ code: 'PEER_CLOSED' })
    })

    it('takes any text for an id', async () => {
      const { a, b } = await three()
      for (const id of HOSTILE) {
        const { client } = await b.come(id)
        await a.until(() => a.log.includes(`+${id}`))
        await a.room.notifyPeer(id, id, { id })
        expect(await client.next()).toMatchObject({ method: id, data: { id } })
      }
      expect(await idsAt(a.room)).toEqual([...HOSTILE].sort())
    })

    it('takes any text for a name', async () => {
      const [first, second] = await make(2)
      if (!first || !second) throw new Error('no two nodes')
      for (const id of HOSTILE) {
        const a = await clusterNode(first, { id })
        const b = await clusterNode(second, { id })
        const { client } = await b.come('bob')
        await a.until(() => a.log.length === 1)
        a.room.broadcast('news', { id })
        expect((await client.next()).data).toEqual({ id })
      }
    })
  })

  describe(`${name}: a peer id on several nodes`, () => {
    it('is the first one\u2019s, and the later one is closed and never heard', async () => {
      const { a, b } = await three()
      const first = await a.come('ann')
      await b.until(() => b.log.includes('+ann'))
      const second = await b.come('ann')
      second.client.send({ notification: true, method: 'second', data: {} })
      expect(await second.closed).toEqual({ cause: 'local', code: 4001, reason: 'the peer id is taken' })
      first.client.send({ notification: true, method: 'first', data: {} })
      await a.until(() => a.heard.length > 0)
      expect([a.heard, b.heard]).toEqual([['ann:first'], []])
      expect(await idsAt(b.room)).toEqual(['ann'])
    })

    it('is the later one\u2019s with onDuplicate: replace, whose frames were held until then', async () => {
      const { a, b, c } = await three({ onDuplicate: 'replace', grace: 60_000 })
      const first = await a.come('ann')
      await b.until(() => b.log.includes('+ann'))
      const second = await b.come('ann')
      second.client.send({ notification: true, method: 'second', data: {} })
      expect(await first.closed).toMatchObject({ code: 4001 })
      await b.until(() => b.heard.includes('ann:second'))
      await c.come('cat')
      await c.until(() => c.log.includes('+cat'))
      await c.room.notifyPeer('ann', 'to the second')
      expect((await second.client.next()).method).toBe('to the second')
      expect(c.log.filter((text) => text.endsWith('ann'))).toEqual(['+ann'])
    })

    it('is free for another node when the client of its session is away', async () => {
      const { a, b } = await three({}, { session: { window: 60_000 } })
      const client = new SessionClient(a.port, { path: '/?peerId=ann' })
      await client.welcomed
      client.send({ ack: 0 })
      await a.until(() => a.log.includes('+ann'))
      const peer = a.room.getPeer('ann')
      if (!peer) throw new Error('ann is not there')
      const away = once(peer, 'disconnected')
      client.ws.terminate()
      await away
      const superseded = once(peer, 'close')
      const other = await b.come('ann')
      other.client.send({ notification: true, method: 'other', data: {} })
      await b.until(() => b.heard.includes('ann:other'))
      expect((await superseded)[0]).toMatchObject({ code: 4001 })
    })

    it('has what the client of a session sent before it dropped, once it is its own', async () => {
      const { a } = await three({}, { session: { window: 60_000 } })
      const client = new SessionClient(a.port, { path: '/?peerId=ann' })
      const { token } = await client.welcomed
      client.send({ ack: 0 })
      client.notify('one')
      await a.until(() => a.heard.includes('ann:one'))
      client.ws.terminate()
      const resume = encodeResume(token, 0, 1)
      const again = new SessionClient(a.port, { path: '/?peerId=ann', resume, attempt: 1 })
      expect(await again.welcomed).toMatchObject({ resumed: true, received: 1 })
    })

    it('is free again when its peer has closed, or the room of its node', async () => {
      const { a, b } = await three()
      const first = await a.come('ann')
      await b.until(() => b.log.includes('+ann'))
      first.peer.close()
      const second = await b.come('ann')
      second.client.send({ notification: true, method: 'second', data: {} })
      await b.until(() => b.heard.includes('ann:second'))
      b.room.close()
      const third = await a.come('ann')
      third.client.send({ notification: true, method: 'third', data: {} })
      await a.until(() => a.heard.includes('ann:third'))
    })

    it('is closed and taken again on one node at once', async () => {
      const { a } = await three({ onDuplicate: 'replace' })
      const clients = await Promise.all(['ann', 'ann', 'ann', 'ann'].map((id) => a.come(id)))
      const [last] = clients.filter(({ client }) => client.ws.readyState === 1).slice(-1)
      await eventually(() => a.room.peers.length === 1)
      const peer = a.room.getPeer('ann')
      last?.client.send({ notification: true, method: 'x', data: {} })
      expect(peer?.closed).toBe(false)
      await eventually(async () => (await idsAt(a.room)).length === 1)
    })
  })

  describe(`${name}: claims`, () => {
    it('replace nobody for a peer that is gone', async () => {
      const [first, second] = await make(2)
      if (!first || !second) throw new Error('no two nodes')
      const a = await clusterNode(first)
      const { client, peer } = await a.come('ann')
      await a.until(() => a.log.includes('+ann'))
      const quiet = { deliver() {}, joined() {}, left() {}, lost() {}, gap() {}, call: async () => ({}) }
      const link = second.join('lobby', { ...quiet, yield: () => true })
      expect(await link.claim('ann', {}, true, undefined, () => false)).toBeUndefined()
      expect(peer.closed).toBe(false)
      a.room.broadcast('n')
      expect((await client.next()).method).toBe('n')
      // And keep nobody from it either.
      const claim = await link.claim('ann', {}, true)
      expect(claim).toBeDefined()
      expect(peer.closed).toBe(true)
      claim?.release()
      link.leave()
    })

    it('two nodes never both have an id, in many rounds', async () => {
      const backplanes = await make(2)
      await raceForId(backplanes, 100)
    })

    it('that are passed on have one owner, in many rounds', async () => {
      await raceToTake(await make(3), 100)
    })
  })
}

/**
 * All nodes claim one id at the same time, again and again; some let it go.
 * @throws when two have it at once
 */
export async function raceForId(backplanes: readonly Backplane[], rounds: number): Promise<void> {
  let owner: number | undefined
  const held: (Claim | undefined)[] = backplanes.map(() => undefined)
  /** Whether it waits for its claim; `false` once another one may have it. */
  const wanted = backplanes.map(() => false)
  const drop = (index: number) => {
    const claim = held[index]
    held[index] = undefined
    wanted[index] = false
    if (owner === index) owner = undefined
    claim?.release()
  }
  const quiet = { deliver() {}, joined() {}, left() {}, gap() {}, call: async () => ({}) }
  const links = backplanes.map((backplane, index) => {
    const room: BackplaneRoom = {
      ...quiet,
      yield: (_, replace) => {
        if (!replace && (held[index] || wanted[index])) return false
        drop(index)
        return true
      },
      lost: () => drop(index),
    }
    return backplane.join('race', room)
  })
  let wins = 0
  for (let round = 0; round < rounds; round++) {
    const replace = round % 2 === 0
    await Promise.all(
      links.map(async (link, index) => {
        // Its own is released first, as a room does.
        if (held[index]) drop(index)
        wanted[index] = true
        const claim = await link.claim('ann', { round }, replace)
        if (!claim) return
        if (!wanted[index]) return claim.release()
        expect(owner, `round ${round}: two nodes have the id`).toBeUndefined()
        owner = index
        held[index] = claim
        wins++
      }),
    )
    expect(held.filter(Boolean).length, `round ${round}: nobody has the id`).toBe(1)
    for (const index of links.keys()) wanted[index] = false
  }
  expect(wins).toBeGreaterThanOrEqual(rounds)
  for (const [index, link] of links.entries()) {
    drop(index)
    link.leave()
  }
}

/**
 * A node has an id, and lets it go to whoever comes: all others come at once, again and again, and now and then it gives the id back meanwhile.
 * @throws when two have it at once
 */
export async function raceToTake(backplanes: readonly Backplane[], rounds: number): Promise<void> {
  const quiet = { deliver() {}, joined() {}, gap() {}, call: async () => ({}) }
  /** Who acts for the id, by its own account. */
  let owner: number | undefined
  const links = backplanes.map((backplane, index) =>
    backplane.join('passing', {
      ...quiet,
      left() {},
      yield: () => false,
      lost: () => {
        if (owner === index) owner = undefined
      },
    }),
  )
  let claim = await links[0]?.claim('ann', {}, false)
  owner = 0
  let at = 0
  let taken = 0
  for (let round = 0; round < rounds; round++) {
    const from = links[at]
    if (!claim || !from) throw new Error(`round ${round}: nobody has the id`)
    const passage = { pass: claim.pass, place: from.place }
    const old = claim
    // From now on it acts for it no more.
    owner = undefined
    const outcomes = await Promise.all(
      links.map(async (link, index) => {
        if (index === at) {
          if (round % 5 === 4) old.release()
          return undefined
        }
        const won = await link.take('ann', {}, passage)
        if (!won) return undefined
        expect(owner, `round ${round}: two nodes have the id`).toBeUndefined()
        owner = index
        expect(won.missed()).toEqual([])
        return { won, index }
      }),
    )
    const winners = outcomes.filter((outcome) => outcome !== undefined)
    expect(winners.length, `round ${round}`).toBeLessThanOrEqual(1)
    // Released first, it is nobody's.
    if (round % 5 !== 4) expect(winners.length, `round ${round}: nobody has the id`).toBe(1)
    taken += winners.length
    claim = winners[0]?.won
    at = winners[0]?.index ?? 0
    claim ??= await links[at]?.claim('ann', {}, false)
    owner = at
  }
  expect(taken).toBeGreaterThanOrEqual(rounds * 0.8)
  claim?.release()
  for (const link of links) link.leave()
}
