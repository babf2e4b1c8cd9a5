/** What a client is sent of a room when its session is lost: its node has died, or Redis has lost what was said. */
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { eventually } from '../../server-lite/test/cluster-bed.js'
import { begin, sessionNode } from '../../server-lite/test/handover-suite.js'
import { dial, resume, type SessionClient } from '../../server-lite/test/session-client.js'
import { RedisBackplane } from '../src/index.js'
import { startProxy } from './proxy.js'
import { type RedisServer, startRedis } from './redis-server.js'

const PATH = { path: '/?peerId=ann' }

let redis: RedisServer
let tests = 0

beforeAll(async () => {
  redis = await startRedis()
})

afterAll(() => redis.stop())

/** Two nodes, `ann` at the first, which `die()` cuts off from Redis and from its client, and has forgotten by Redis. */
async function bed() {
  const prefix = `replay${++tests}`
  const network = await startProxy(redis.port)
  const node = async (url: string) => {
    const backplane = new RedisBackplane({ url, prefix, lease: 5000, timeout: 1000 })
    onTestFinished(() => backplane.close())
    return { ...(await sessionNode(backplane)), backplane }
  }
  const [a, b] = await Promise.all([node(network.url), node(redis.url)])
  await eventually(() => a.backplane.available && b.backplane.available)
  // Before she comes: not for her.
  const bob = await a.come('bob')
  b.room.broadcast('n', { n: 'early' })
  await bob.client.next()
  const { client } = await begin(a)
  await b.until(() => b.log.includes('+ann'))
  const owner = async () => String(await redis.command('HGET', `${prefix}:{room:lobby}:members`, 'ann'))
  /** Nobody waits for its lease to end. */
  const bury = async () => {
    const record = await owner()
    await redis.command('DEL', `${prefix}:{node:${record.split(' ')[0]}}`)
  }
  const die = async () => {
    network.cut()
    client.ws.terminate()
    await bury()
  }
  return { a, b, client, die, network, bury, node, owner }
}

const numbers = async (client: SessionClient, count: number) => {
  const got: unknown[] = []
  while (got.length < count) got.push((await client.next()).data.n)
  return got
}

describe('after the death of its node a client', () => {
  it('is sent what was said meanwhile, once, and what it had is not sent again', async () => {
    const { a, b, client, die } = await bed()
    for (let n = 0; n < 5; n++) {
      a.room.broadcast('n', { n: `a${n}` })
      b.room.broadcast('n', { n: `b${n}` })
    }
    expect((await numbers(client, 10)).sort()).toEqual(
      ['a', 'b'].flatMap((name) => [0, 1, 2, 3, 4].map((n) => `${name}${n}`)),
    )
    await die()
    for (let n = 5; n < 8; n++) b.room.broadcast('n', { n: `b${n}` })
    b.room.broadcast('n', { n: 'for others' }, { except: 'ann' })
    const again = await resume(b.port, client, PATH)
    expect(again.welcome?.resumed).toBe(false)
    again.send({ ack: 0 })
    for (let n = 8; n < 10; n++) b.room.broadcast('n', { n: `b${n}` })
    expect(await numbers(again, 5)).toEqual(['b5', 'b6', 'b7', 'b8', 'b9'])
    await b.until(() => b.heard.includes('ann:caughtup true'))
    b.room.broadcast('n', { n: 'end' })
    expect(await numbers(again, 1)).toEqual(['end'])
  })

  it('has what its own node said last once, though Redis heard it later', async () => {
    const { a, b, client, network, bury } = await bed()
    b.room.broadcast('n', { n: 1 })
    expect(await numbers(client, 1)).toEqual([1])
    // Nothing of it is in the stream yet; it waits at the node, which is not dead for long.
    network.cut()
    await eventually(() => !a.backplane.available)
    a.room.broadcast('n', { n: 2 })
    expect(await numbers(client, 1)).toEqual([2])
    client.ws.terminate()
    await bury()
    const again = await resume(b.port, client, PATH)
    again.send({ ack: 0 })
    await b.until(() => b.heard.includes('ann:caughtup true'))
    network.heal()
    await eventually(() => a.backplane.available)
    a.room.broadcast('n', { n: 3 })
    expect(await numbers(again, 1)).toEqual([3])
  })

  it('that dies again is sent the rest, from where it was', async () => {
    const { b, client, die } = await bed()
    b.room.broadcast('n', { n: 0 })
    expect(await numbers(client, 1)).toEqual([0])
    await die()
    for (let n = 1; n < 4; n++) b.room.broadcast('n', { n })
    const again = await resume(b.port, client, PATH)
    again.send({ ack: 0 })
    expect(await numbers(again, 3)).toEqual([1, 2, 3])
    // As if it had got no further.
    expect(again.seq).toMatch(/^\d+-\d+_\d+_[\w-]+$/)
  })

  it('is told nothing of before it came, whatever it says', async () => {
    const { b, client, die } = await bed()
    b.room.broadcast('n', { n: 1 })
    await numbers(client, 1)
    await die()
    client.seq = client.seq.replace(/^\d+-\d+/, '1-1')
    const again = await resume(b.port, client, PATH)
    again.send({ ack: 0 })
    // Once more, since it says that it has not got it; but not `early`.
    expect(await numbers(again, 1)).toEqual([1])
  })

  it('is told of a gap when Redis has lost what it missed, though its node had come back to Redis', async () => {
    const { a, b, client, die } = await bed()
    b.room.broadcast('n', { n: 1 })
    expect(await numbers(client, 1)).toEqual([1])
    client.ws.terminate()
    b.room.broadcast('n', { n: 'lost' })
    const gaps = Promise.all([a, b].map(({ room }) => once(room, 'gap')))
    await redis.restart()
    await gaps
    await eventually(() => a.backplane.available && b.backplane.available)
    await die()
    const again = await resume(b.port, client, PATH)
    again.send({ ack: 0 })
    await b.until(() => b.heard.some((what) => what.startsWith('ann:caughtup')))
    expect(b.heard).toContain('ann:caughtup false')
  }, 20_000)

  it('is sent what was said before its id was its own, which it had begun to hear', async () => {
    const { b, die, network, bury, node, owner } = await bed()
    const line = await startProxy(redis.port)
    const c = await node(line.url)
    await eventually(() => c.backplane.available)
    const first = await owner()
    // The node that has the id is silent for a while.
    network.cut()
    const client = await dial(c.port, PATH)
    await client.sync()
    b.room.broadcast('n', { n: 1 })
    expect(await numbers(client, 1)).toEqual([1])
    client.ws.terminate()
    b.room.broadcast('n', { n: 2 })
    await bury()
    await eventually(async () => ![first, 'null'].includes(await owner()))
    b.room.broadcast('n', { n: 3 })
    line.cut()
    await die()
    const again = await resume(b.port, client, PATH)
    again.send({ ack: 0 })
    expect(await numbers(again, 2)).toEqual([2, 3])
    await b.until(() => b.heard.includes('ann:caughtup true'))
  }, 20_000)

  it('is sent nothing without the token of its session', async () => {
    const { b, client, die } = await bed()
    b.room.broadcast('n', { n: 1 })
    await numbers(client, 1)
    await die()
    b.room.broadcast('n', { n: 2 })
    if (client.welcome) client.welcome.token = '0'.repeat(32)
    const again = await resume(b.port, client, PATH)
    again.send({ ack: 0 })
    await b.until(() => b.heard.includes('ann:caughtup false'))
    b.room.broadcast('n', { n: 3 })
    expect(await numbers(again, 1)).toEqual([3])
  })

  it.each(['garbage', '9999999999999-0_1_x'])('is told of a gap when it was at %s', async (seq) => {
    const { b, client, die } = await bed()
    b.room.broadcast('n', { n: 1 })
    await numbers(client, 1)
    await die()
    client.seq = seq
    const again = await resume(b.port, client, PATH)
    again.send({ ack: 0 })
    await b.until(() => b.heard.includes('ann:caughtup false'))
  })
})

it('a client that comes from a node that lives is told of a gap when Redis has lost what it missed', async () => {
  const { a, b, client } = await bed()
  b.room.broadcast('n', { n: 1 })
  expect(await numbers(client, 1)).toEqual([1])
  client.ws.terminate()
  await redis.command('DEL', `replay${tests}:{room:lobby}:stream`)
  const again = await resume(b.port, client, PATH)
  again.send({ ack: 0 })
  await b.until(() => b.heard.some((what) => what.startsWith('ann:')))
  expect(again.welcome?.resumed).toBe(false)
  expect(b.heard).toEqual(['ann:caughtup false'])
  expect(a.room.peers.map(({ id }) => id)).toEqual(['bob'])
})
