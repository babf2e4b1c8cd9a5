/** What becomes of sessions whose clients come back to another node. Backplanes of other packages run it too. */
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import type { Backplane, Peer, SessionOptions } from '../src/index.js'
import type { MakeBackplanes } from './backplane-suite.js'
import { type ClusterNode, clusterNode, eventually, idsAt } from './cluster-bed.js'
import { dial, resume, resumption, SessionClient } from './session-client.js'

export async function sessionNode(
  backplane: Backplane,
  session: SessionOptions = {},
  options = {},
): Promise<ClusterNode> {
  return await clusterNode(
    backplane,
    { grace: 60_000, ...options },
    { session: { window: 60_000, backplane, ...session } },
  )
}

const PATH = { path: '/?peerId=ann' }

/** A client whose session `node` knows and confirms, and its peer. */
export async function begin(node: ClusterNode, path = PATH): Promise<{ client: SessionClient; peer: Peer }> {
  const client = await dial(node.port, path)
  await client.sync()
  client.notify('here')
  const id = new URL(path.path, 'ws://x').searchParams.get('peerId') ?? ''
  await node.until(() => node.heard.includes(`${id}:here`))
  const peer = node.room.getPeer(id)
  if (!peer) throw new Error(`${id} is not there`)
  return { client, peer }
}

/** Dials again and again, as clients do, until it is let in. */
async function insist(port: number, client: SessionClient, attempt: number): Promise<SessionClient> {
  for (let next = attempt; ; next++) {
    const again = new SessionClient(port, resumption(client, { ...PATH, attempt: next }))
    if (typeof (await Promise.race([again.welcomed, again.closed, again.refused])) === 'number') continue
    if (again.welcome) return again
  }
}

export function describeHandover(name: string, make: MakeBackplanes): void {
  const three = async (session: SessionOptions = {}, options = {}) => {
    const [a, b, c] = await Promise.all(
      (await make(3)).map((backplane) => sessionNode(backplane, session, options)),
    )
    if (!a || !b || !c) throw new Error('no three nodes')
    return { a, b, c, all: [a, b, c] }
  }

  describe(`${name}: a session at another node`, () => {
    it('goes on: counts, messages kept, data, and nobody sees it leave', async () => {
      const { a, b, all } = await three()
      const { client, peer } = await begin(a)
      for (const node of all) await node.until(() => node.log.includes('+ann'))
      peer.data.name = 'Ann'
      const closed = once(peer, 'close')
      client.ws.terminate()
      await once(peer, 'disconnected')
      await peer.notify('kept', { n: 1 })
      await peer.notify('kept', { n: 2 })
      const asked = once(b.server, 'connectionrequest')
      const again = await resume(b.port, client, PATH)
      expect(again.welcome).toMatchObject({ resumed: true, token: client.token, received: 1 })
      expect([(await again.next()).data, (await again.next()).data]).toEqual([{ n: 1 }, { n: 2 }])
      expect((await asked)[0].handover).toEqual({ roomId: 'lobby', peerId: 'ann', data: { name: 'Ann' } })
      expect((await closed)[0]).toMatchObject({ cause: 'moved', code: 1012 })
      await expect(peer.notify('late')).rejects.toMatchObject({ code: 'PEER_CLOSED' })
      await expect(peer.request('late')).rejects.toMatchObject({ code: 'PEER_CLOSED' })
      const there = b.room.getPeer('ann')
      expect(there?.data).toEqual({ name: 'Ann' })
      again.notify('there')
      await b.until(() => b.heard.includes('ann:there'))
      await there?.notify('from-b')
      expect((await again.next()).method).toBe('from-b')
      for (const { room, log } of all) {
        expect(await idsAt(room)).toEqual(['ann'])
        expect(log).toEqual(['+ann'])
      }
      expect(a.room.peers).toEqual([])
    })

    it('takes over from a connection that is still there, which is closed (4001)', async () => {
      const { a, b } = await three()
      const { client } = await begin(a)
      const again = await resume(b.port, client, PATH)
      expect(again.welcome?.resumed).toBe(true)
      expect((await client.closed).code).toBe(4001)
      expect([a.room.peers.length, b.room.peers.length]).toEqual([0, 1])
    })

    it('is answered what was asked at the node before, once', async () => {
      const { a, b } = await three()
      const { client, peer } = await begin(a)
      let finish = (_: unknown) => {}
      const handled: string[] = []
      peer.handle('slow', () => {
        handled.push('slow')
        return new Promise((resolve) => {
          finish = resolve
        })
      })
      client.send({ request: true, id: 7, method: 'slow', data: {} })
      await client.sync()
      await eventually(() => handled.length === 1)
      const again = await resume(b.port, client, PATH)
      finish({ done: true })
      expect(await again.next()).toEqual({ response: true, id: 7, ok: true, data: { done: true } })
      again.send({ request: true, id: 8, method: 'echo', data: { x: 1 } })
      expect(await again.next()).toEqual({ response: true, id: 8, ok: true, data: { x: 1 } })
      expect(handled).toEqual(['slow'])
    })

    it('answers what the node before had asked, and ids do not mix', async () => {
      const { a, b } = await three()
      const { client, peer } = await begin(a)
      const first = peer.request('first')
      const question = await client.next()
      const again = await resume(b.port, client, PATH)
      const second = b.room.getPeer('ann')?.request('second')
      const other = await again.next()
      expect(other.method).toBe('second')
      expect(other.id).not.toBe(question.id)
      again.send({ response: true, id: question.id, ok: true, data: { to: 'first' } })
      again.send({ response: true, id: other.id, ok: true, data: { to: 'second' } })
      expect([await first, await second]).toEqual([{ to: 'first' }, { to: 'second' }])
    })

    it('goes on from node to node and back, with what is under way', async () => {
      const { a, b, c } = await three()
      const { client, peer } = await begin(a)
      let finish = (_: unknown) => {}
      let running = () => {}
      const runs = new Promise<void>((resolve) => {
        running = resolve
      })
      peer.handle('slow', () => {
        running()
        return new Promise((resolve) => {
          finish = resolve
        })
      })
      client.send({ request: true, id: 1, method: 'slow', data: {} })
      await runs
      const answered = peer.request('question')
      const question = await client.next()
      let now = client
      for (const node of [b, c, a, c]) now = await resume(node.port, now, PATH)
      expect(now.welcome).toMatchObject({ resumed: true, received: 2 })
      finish({ n: 1 })
      expect(await now.next()).toMatchObject({ response: true, id: 1, data: { n: 1 } })
      now.send({ response: true, id: question.id, ok: true, data: { n: 2 } })
      expect(await answered).toEqual({ n: 2 })
      expect([a, b, c].map(({ room }) => room.peers.length)).toEqual([0, 0, 1])
    })

    it('has broadcasts of all nodes exactly once and in their order, while it goes about', async () => {
      const { a, b, c, all } = await three()
      let { client } = await begin(a)
      const other = await begin(c, { path: '/?peerId=bob' })
      for (const node of all) await node.until(() => node.log.length === 2)
      const got: string[] = []
      const sent = new Map<string, number>()
      const say = () => {
        for (const [name, { room }] of [
          ['a', a],
          ['b', b],
          ['c', c],
        ] as const) {
          const n = (sent.get(name) ?? 0) + 1
          sent.set(name, n)
          room.broadcast('n', { name, n }, { except: 'bob' })
        }
      }
      let over = false
      const saying = (async () => {
        while (!over) {
          say()
          await new Promise((resolve) => setTimeout(resolve, 1))
        }
      })()
      for (const node of [b, c, a, b, a, c, b, a]) {
        for (let n = 0; n < 10; n++) got.push(`${Object.values((await client.next()).data).join('')}`)
        const rest = client
        rest.ws.removeAllListeners('message')
        client = await resume(node.port, client, PATH)
        expect(client.welcome?.resumed).toBe(true)
        got.push(...rest.messages.rest().map(({ data }) => Object.values(data).join('')))
      }
      over = true
      await saying
      const count = [...sent.values()].reduce((sum, n) => sum + n, 0)
      while (got.length < count) got.push(`${Object.values((await client.next()).data).join('')}`)
      for (const name of sent.keys()) {
        const numbers = got.filter((text) => text[0] === name).map((text) => Number(text.slice(1)))
        expect(numbers).toEqual(Array.from({ length: sent.get(name) ?? 0 }, (_, n) => n + 1))
      }
      a.room.broadcast('end')
      expect((await client.next()).method).toBe('end')
      expect((await other.client.next()).method).toBe('end')
    })

    it('carries megabytes', async () => {
      const { a, b } = await three()
      const { client, peer } = await begin(a)
      client.ws.terminate()
      await once(peer, 'disconnected')
      const text = '\u{1f600}é"\\'.repeat(50_000)
      for (let n = 0; n < 8; n++) await peer.notify('long', { n, text })
      const again = await resume(b.port, client, PATH)
      for (let n = 0; n < 8; n++) {
        const { data } = await again.next()
        expect([data.n, data.text === text]).toEqual([n, true])
      }
    })

    it.each([
      ['another peer', '/?peerId=bob'],
      ['a peer of another room', '/?peerId=ann&room=other'],
    ])('ends when its client becomes %s', async (_what, path) => {
      const { a, b } = await three({}, { grace: 20 })
      const { client, peer } = await begin(a)
      const waits = peer.request('question')
      await client.next()
      const rejected = expect(waits).rejects.toMatchObject({ code: 'CONNECTION_LOST' })
      const again = await resume(b.port, client, { path })
      expect(again.welcome).toMatchObject({ resumed: false, received: 0 })
      expect(again.token).not.toBe(client.token)
      await rejected
      await a.until(() => a.log.includes('-ann'))
    })

    it('stays when its client is rejected, for one that is not', async () => {
      const { a, b } = await three()
      const { client } = await begin(a)
      const refused = new SessionClient(b.port, resumption(client, { path: '/?peerId=ann&reject=403' }))
      expect((await refused.closed).code).toBe(4003)
      const again = await resume(b.port, client, { ...PATH, attempt: 5 })
      expect(again.welcome?.resumed).toBe(true)
      // And so it does on its own node, which takes it back.
      const { client: other } = await begin(a, { path: '/?peerId=bob' })
      const no = new SessionClient(b.port, resumption(other, { path: '/?peerId=bob&reject=401' }))
      expect((await no.closed).code).toBe(4003)
      const back = await resume(a.port, other, { path: '/?peerId=bob', attempt: 5 })
      expect(back.welcome?.resumed).toBe(true)
      expect((await idsAt(a.room)).sort()).toEqual(['ann', 'bob'])
    })

    it('goes to the newest attempt', async () => {
      const { a, b, c } = await three()
      const { client } = await begin(a)
      const late = resumption(client, { ...PATH, attempt: 3 })
      const first = await resume(b.port, client, { ...PATH, attempt: 4 })
      expect(first.welcome?.resumed).toBe(true)
      expect(await new SessionClient(c.port, late).refused).toBe(409)
      const last = await resume(c.port, first, { ...PATH, attempt: 6 })
      expect(last.welcome?.resumed).toBe(true)
    })

    it('has one owner when two nodes want it at once', async () => {
      const { a, b, c, all } = await three()
      let { client } = await begin(a)
      for (let round = 0; round < 20; round++) {
        const dials = [b, c].map(
          ({ port }, index) =>
            new SessionClient(
              port,
              resumption(client, { ...PATH, attempt: client.attempt + 1 + ((index + round) % 2) }),
            ),
        )
        const ends = await Promise.all(
          dials.map((one) => Promise.race([one.welcomed, one.closed, one.refused])),
        )
        for (const [index, end] of ends.entries())
          if (typeof end === 'object' && 'token' in end && end.resumed) client = dials[index] ?? client
        await eventually(() => all.filter(({ room }) => room.peers.length > 0).length === 1)
        client = await insist(a.port, client, client.attempt + 3)
        expect(client.welcome?.resumed).toBe(true)
      }
      expect(client.welcome?.received).toBe(1)
    })

    it('has one owner when a client that gave up dials the same node again', async () => {
      const { a, b } = await three()
      let { client } = await begin(a)
      for (let round = 0; round < 20; round++) {
        const node = round % 2 ? a : b
        const dials = [1, 2, 3].map(
          (step) =>
            new SessionClient(node.port, resumption(client, { ...PATH, attempt: client.attempt + step })),
        )
        dials[0]?.ws.once('upgrade', () => round % 3 || dials[0]?.ws.terminate())
        const ends = await Promise.all(
          dials.map((one) => Promise.race([one.welcomed, one.closed, one.refused])),
        )
        // Never for good: it may come again.
        for (const end of ends)
          if (typeof end === 'object' && 'code' in end) expect([1006, 1013, 4001]).toContain(end.code)
        client = await insist(node.port, client, client.attempt + 4)
        expect(client.welcome?.resumed).toBe(true)
        expect(node.room.peers.length).toBe(1)
      }
    })

    it('is not known under a wrong token', async () => {
      const { a, b } = await three()
      const { client } = await begin(a)
      const wrong = client.token.replace(/./g, (digit) => (digit === '0' ? '1' : '0'))
      const stranger = await dial(b.port, {
        path: '/?peerId=bob',
        resume: `protoo-resume.${wrong}.0.1`,
      })
      expect(stranger.welcome?.resumed).toBe(false)
      expect(a.room.hasPeer('ann')).toBe(true)
    })

    it('ends with its window, when nobody has taken it', async () => {
      const { a, b } = await three({ window: 200 }, { grace: 20 })
      const { client } = await begin(a)
      const refused = new SessionClient(b.port, resumption(client, { path: '/?peerId=ann&reject=403' }))
      expect((await refused.closed).code).toBe(4003)
      await a.until(() => a.log.includes('-ann'))
      const again = await resume(b.port, client, { ...PATH, attempt: 5 })
      expect(again.welcome?.resumed).toBe(false)
    })
  })

  describe(`${name}: a node that drains`, () => {
    it('keeps sessions until others have them, and answers that are under way', async () => {
      const { a, b, c, all } = await three()
      const { client, peer } = await begin(a)
      const bob = await begin(a, { path: '/?peerId=bob' })
      bob.client.ws.terminate()
      await once(bob.peer, 'disconnected')
      for (const node of all) await node.until(() => node.log.length === 2)
      let finish = (_: unknown) => {}
      const running = new Promise<void>((resolve) =>
        peer.handle('slow', () => {
          resolve()
          return new Promise((answer) => {
            finish = answer
          })
        }),
      )
      client.send({ request: true, id: 1, method: 'slow', data: {} })
      await running
      let drained = false
      const draining = a.server.drain({ spread: 0, timeout: 60_000 }).then(() => {
        drained = true
      })
      expect(await client.closed).toMatchObject({ code: 1012 })
      const again = await resume(b.port, client, PATH)
      expect(again.welcome?.resumed).toBe(true)
      expect(drained).toBe(false)
      const bobAgain = await resume(c.port, bob.client, { path: '/?peerId=bob' })
      expect(bobAgain.welcome?.resumed).toBe(true)
      expect(drained).toBe(false)
      finish({})
      expect(await again.next()).toMatchObject({ response: true, id: 1 })
      await draining
      for (const node of [b, c]) expect(node.log.filter((text) => text[0] === '-')).toEqual([])
    })

    it('ends those that nobody wants at its timeout, and answers nothing any more', async () => {
      const { a, b } = await three()
      const { client, peer } = await begin(a)
      peer.handle('slow', () => new Promise(() => {}))
      client.send({ request: true, id: 1, method: 'slow', data: {} })
      await client.sync()
      const bob = await begin(a, { path: '/?peerId=bob' })
      const closed = once(bob.peer, 'close')
      const draining = a.server.drain({ spread: 0, timeout: 4000 })
      await client.closed
      const again = await resume(b.port, client, PATH)
      expect(again.welcome?.resumed).toBe(true)
      await draining
      expect((await closed)[0]).toMatchObject({ code: 1012 })
      expect(await again.next()).toMatchObject({ response: true, id: 1, ok: false, errorCode: 503 })
      const late = await resume(b.port, bob.client, { path: '/?peerId=bob' })
      expect(late.welcome?.resumed).toBe(false)
    })
  })
}
