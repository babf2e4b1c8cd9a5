import { once } from 'node:events'
import { expect, it } from 'vitest'
import {
  type Backplane,
  type BackplaneLink,
  type BackplaneRoom,
  BackplaneUnavailableError,
  type Claim,
  MemoryBackplane,
  PeerNotFoundError,
  Room,
} from '../src/index.js'
import { clusterNode } from './cluster-bed.js'
import { connect, lite, serve, serveRoom, turns } from './support.js'

/** A backplane whose answers the test gives. */
class TestBackplane implements Backplane, BackplaneLink {
  current = true
  readonly place = ''
  room: BackplaneRoom | undefined
  released = 0
  left = 0
  private settle: ((outcome: 'own' | 'taken' | Error) => void)[] = []

  join(_: string, room: BackplaneRoom): BackplaneLink {
    this.room = room
    return this
  }

  claim() {
    return new Promise<Claim | undefined>((resolve, reject) => {
      this.settle.push((outcome) => {
        if (outcome instanceof Error) reject(outcome)
        else resolve(outcome === 'own' ? { pass: '', release: () => this.released++ } : undefined)
      })
    })
  }

  async take() {
    return undefined
  }

  connect(): never {
    throw new Error('it has no servers')
  }

  answer(outcome: 'own' | 'taken' | Error): void {
    this.settle.shift()?.(outcome)
  }

  publish() {}
  async ready() {}
  async call() {
    return {}
  }
  leave() {
    this.left++
  }
}

const hello = { notification: true, method: 'hello', data: {} }

it('holds what a client sends until its id is its own', async () => {
  const backplane = new TestBackplane()
  const node = await clusterNode(backplane)
  const { client, peer } = await node.come('ann')
  client.send(hello)
  // The answer comes after what was sent before, so that has arrived.
  client.ws.ping()
  await once(client.ws, 'pong')
  await turns()
  expect(node.heard).toEqual([])
  // What it is sent does not wait.
  await peer.notify('welcome')
  expect((await client.next()).method).toBe('welcome')
  backplane.answer('own')
  await node.until(() => node.heard.length === 1)
})

it('closes the client (1013) when the other nodes cannot be asked', async () => {
  const backplane = new TestBackplane()
  const node = await clusterNode(backplane)
  const { client, closed } = await node.come('ann')
  backplane.answer(new BackplaneUnavailableError())
  expect((await closed).code).toBe(1013)
  expect((await client.closed).code).toBe(1013)
})

it('gives an id back that comes too late, and never hands on what its client has sent', async () => {
  const backplane = new TestBackplane()
  const node = await clusterNode(backplane)
  const { client, closed } = await node.come('ann')
  client.send(hello)
  client.ws.close()
  await closed
  backplane.answer('own')
  await turns()
  expect([backplane.released, node.heard]).toEqual([1, []])
})

it('hands on nothing once the lease is over, and closes the client (1012)', async () => {
  const backplane = new TestBackplane()
  const node = await clusterNode(backplane)
  const { client, closed } = await node.come('ann')
  backplane.answer('own')
  client.send(hello)
  await node.until(() => node.heard.length === 1)
  backplane.current = false
  client.send(hello)
  expect((await closed).code).toBe(1012)
  expect((await client.closed).code).toBe(1012)
  expect(node.heard.length).toBe(1)
  expect(backplane.released).toBe(1)
})

it('closes a client (1012) whose claim has ended', async () => {
  const backplane = new TestBackplane()
  const node = await clusterNode(backplane)
  const { closed } = await node.come('ann')
  backplane.answer('own')
  backplane.room?.lost('ann')
  backplane.room?.lost('nobody')
  expect((await closed).code).toBe(1012)
})

it('says when broadcasts may be missing', async () => {
  const backplane = new TestBackplane()
  const node = await clusterNode(backplane)
  const gap = once(node.room, 'gap')
  backplane.room?.gap(new Error('history was lost'))
  expect((await gap)[0].message).toBe('history was lost')
})

it('leaves once it has closed, and then tells nothing', async () => {
  const backplane = new TestBackplane()
  const node = await clusterNode(backplane)
  node.room.close()
  node.room.close()
  backplane.room?.joined({ id: 'ann', info: {} })
  expect([backplane.left, node.log]).toEqual([1, []])
})

it('needs options that make sense', () => {
  const backplane = new MemoryBackplane()
  expect(() => new Room({ backplane })).toThrow('a room on a backplane needs an id')
  const wrong = [
    { id: 1 },
    { id: 'a', backplane: {} },
    { onDuplicate: 'both' },
    { grace: -1 },
    { grace: Infinity },
  ]
  for (const options of wrong) expect(() => Reflect.construct(Room, [options])).toThrow(TypeError)
})

it('replaces a member on the same node, if it is to', async () => {
  const { port, server } = await serve(lite)
  const room = new Room({ onDuplicate: 'replace' })
  server.on('connectionrequest', (_, accept) => room.createPeer('ann', accept()))
  const first = await connect(port)
  const peer = room.getPeer('ann')
  const second = await connect(port)
  expect((await first.closed).code).toBe(4000)
  expect(peer?.closed).toBe(true)
  await room.notifyPeer('ann', 'hello')
  expect((await second.next()).method).toBe('hello')
})

it('has the cluster-wide methods without a backplane too', async () => {
  const { port, room, joined } = await serveRoom(lite)
  const client = await connect(port)
  await joined()
  expect(await room.members()).toEqual([{ id: 'ann', info: {} }])
  const answer = room.requestPeer('ann', 'sum')
  const { id } = await client.next()
  client.send({ response: true, id, ok: true, data: { sum: 3 } })
  expect(await answer).toEqual({ sum: 3 })
  await expect(room.notifyPeer('bob', 'hello')).rejects.toBeInstanceOf(PeerNotFoundError)
  await expect(room.requestPeer('ann', 'x', {}, { timeout: 0 })).rejects.toThrow('timeout must be > 0')
  await expect(Reflect.apply(room.notifyPeer, room, ['ann', 5])).rejects.toThrow('method must be a string')
})
