import { once } from 'node:events'
import { BackplaneUnavailableError } from '@protoo-kit/server-lite'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { clusterNode, eventually, idsAt } from '../../server-lite/test/cluster-bed.js'
import { RedisBackplane, type RedisBackplaneOptions } from '../src/index.js'
import { startProxy } from './proxy.js'
import { type RedisServer, startRedis } from './redis-server.js'

const LEASE = 2000

/** Started beforehand: for a while after its start a Redis gives no ids out. */
const pool: RedisServer[] = []

beforeAll(async () => {
  // One after the other, for a port is free only until somebody takes it.
  while (pool.length < 16) pool.push(await startRedis())
}, 30_000)

afterAll(async () => {
  await Promise.all(pool.map((redis) => redis.stop()))
})

async function ownRedis(): Promise<RedisServer> {
  const redis = pool.pop()
  if (!redis) throw new Error('too few servers in the pool')
  onTestFinished(() => redis.stop())
  return redis
}

async function node(url: string, options: RedisBackplaneOptions = {}, grace = 20) {
  const backplane = new RedisBackplane({ url, lease: LEASE, timeout: 200, ...options })
  onTestFinished(() => backplane.close())
  const made = await clusterNode(backplane, { grace })
  return { ...made, backplane }
}

/** Comes again and again, as clients do, until what it says is heard. */
async function insist(on: Awaited<ReturnType<typeof node>>, peerId: string) {
  for (;;) {
    const { client, peer, closed } = await on.come(peerId)
    const heard = new Promise<true>((resolve) => peer.once('notification', () => resolve(true)))
    client.send({ notification: true, method: 'hello', data: {} })
    if ((await Promise.race([heard, closed])) === true) return { client, peer, closed }
  }
}

/** Two nodes with `ann` at the first and `bob` at the second, who know of each other. */
async function pair(redis: RedisServer, options: RedisBackplaneOptions = {}, grace = 20) {
  const [a, b] = [await node(redis.url, options, grace), await node(redis.url, options, grace)]
  const [ann, bob] = [await a.come('ann'), await b.come('bob')]
  for (const { log, until } of [a, b]) await until(() => log.length === 2)
  return { a, b, ann, bob }
}

const numbers = async (client: { next(): Promise<{ data: { n: number } }> }, count: number) => {
  const got: number[] = []
  while (got.length < count) got.push((await client.next()).data.n)
  return got
}

const upTo = (count: number) => Array.from({ length: count }, (_, n) => n)

describe('connections to Redis break', () => {
  it('and every broadcast arrives once and in order', async () => {
    const redis = await ownRedis()
    const { a, b, ann, bob } = await pair(redis)
    const count = 3000
    const received = Promise.all([numbers(bob.client, count), numbers(ann.client, count)])
    for (let n = 0; n < count; n++) {
      a.room.broadcast('n', { n }, { except: 'ann' })
      b.room.broadcast('n', { n }, { except: 'bob' })
      if (n % 500 === 250)
        for (const type of ['normal', 'pubsub']) await redis.command('CLIENT', 'KILL', 'TYPE', type)
      else if (n % 20 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    const [bobs, anns] = await received
    expect(bobs).toEqual(upTo(count))
    expect(anns).toEqual(upTo(count))
    // And no more.
    await eventually(() => a.backplane.available && b.backplane.available)
    a.room.broadcast('n', { n: -1 })
    expect(await numbers(bob.client, 1)).toEqual([-1])
    expect([...a.log, ...b.log].filter((text) => text.startsWith('-'))).toEqual([])
  })
})

describe('an answer of Redis is lost', () => {
  it('and what it was about has not happened twice', async () => {
    const redis = await ownRedis()
    const proxy = await startProxy(redis.port)
    const [a, b] = [await node(proxy.url), await node(redis.url)]
    const bob = await b.come('bob')
    for (const { log, until } of [a, b]) await until(() => log.includes('+bob'))
    // It may know of bob before it may send.
    await eventually(() => a.backplane.available)
    proxy.deafen()
    for (let n = 0; n < 3; n++) a.room.broadcast('n', { n })
    expect(await numbers(bob.client, 3)).toEqual(upTo(3))
    proxy.heal()
    await eventually(() => a.backplane.available)
    a.room.broadcast('n', { n: 3 })
    expect(await numbers(bob.client, 1)).toEqual([3])
    // One has joined.
    expect(await redis.command('XLEN', 'protoo:{room:lobby}:stream')).toBe(1 + 3 + 1)
  })

  it('nor when its node was taken for dead in the meantime', async () => {
    const redis = await ownRedis()
    const proxy = await startProxy(redis.port)
    const [a, b] = [await node(proxy.url), await node(redis.url)]
    await a.come('ann')
    const bob = await b.come('bob')
    for (const { log, until } of [a, b]) await until(() => log.length === 2)
    proxy.deafen()
    for (let n = 0; n < 3; n++) a.room.broadcast('n', { n })
    expect(await numbers(bob.client, 3)).toEqual(upTo(3))
    await b.until(() => b.log.includes('-ann'))
    proxy.heal()
    await eventually(() => a.backplane.available)
    a.room.broadcast('n', { n: 3 })
    expect(await numbers(bob.client, 1)).toEqual([3])
  })
})

describe('Redis stands still', () => {
  it('local delivery goes on, calls fail soon, and broadcasts arrive afterwards', async () => {
    const redis = await ownRedis()
    const { a, b, ann, bob } = await pair(redis, { lease: 4000, timeout: 100 })
    redis.freeze()
    a.room.broadcast('n', { n: 0 })
    expect(await numbers(ann.client, 1)).toEqual([0])
    const begun = performance.now()
    await expect(a.room.notifyPeer('bob', 'x')).rejects.toBeInstanceOf(BackplaneUnavailableError)
    expect(performance.now() - begun).toBeLessThan(2000)
    // From now on it is known.
    const calls = [a.room.members(), a.room.requestPeer('bob', 'x'), a.room.notifyPeer('bob', 'x')]
    for (const call of calls) await expect(call).rejects.toMatchObject({ code: 'BACKPLANE_UNAVAILABLE' })
    const { closed } = await a.come('cat')
    expect((await closed).code).toBe(1013)
    ann.client.send({ notification: true, method: 'still-there', data: {} })
    await a.until(() => a.heard.includes('ann:still-there'))
    a.room.broadcast('n', { n: 1 })
    redis.thaw()
    await eventually(() => a.backplane.available && b.backplane.available)
    a.room.broadcast('n', { n: 2 })
    // Of the calls the one that was under way has been carried out: that it may have been is what its error says.
    const got: unknown[] = []
    while (got.length < 4) got.push((await bob.client.next()).data.n)
    expect(got.filter((n) => n !== undefined)).toEqual([0, 1, 2])
    expect(await idsAt(a.room)).toEqual(['ann', 'bob'])
  })

  it('beyond the lease: its peers are closed (1012), and come back once it goes on', async () => {
    const redis = await ownRedis()
    const { a, b, ann, bob } = await pair(redis, { lease: 800, timeout: 100 })
    redis.freeze()
    for (const { closed } of [ann, bob]) expect(await closed).toMatchObject({ cause: 'local', code: 1012 })
    redis.thaw()
    await eventually(() => a.backplane.available && b.backplane.available)
    // Neither has to wait for the other, nor for itself.
    await insist(b, 'ann')
    await a.until(() => a.log.includes('-bob'))
    expect(await idsAt(a.room)).toEqual(['ann'])
  })
})

describe('Redis is gone', () => {
  it('and comes back without its data: nobody is closed or gone, and the gap is told', async () => {
    const redis = await ownRedis()
    const { a, b, ann, bob } = await pair(redis, { lease: 6000, timeout: 200 }, 60_000)
    const gaps = [once(a.room, 'gap'), once(b.room, 'gap')]
    await redis.kill()
    await eventually(() => !a.backplane.available && !b.backplane.available)
    a.room.broadcast('n', { n: 0 }, { except: 'ann' })
    await expect(a.room.members()).rejects.toBeInstanceOf(BackplaneUnavailableError)
    await redis.restart()
    for (const gap of gaps) expect((await gap)[0]).toMatchObject({ code: 'BACKPLANE_GAP' })
    expect(await numbers(bob.client, 1)).toEqual([0])
    b.room.broadcast('n', { n: 1 }, { except: 'bob' })
    expect(await numbers(ann.client, 1)).toEqual([1])
    for (const { room, log } of [a, b]) {
      expect(await idsAt(room)).toEqual(['ann', 'bob'])
      expect(log.sort()).toEqual(['+ann', '+bob'])
    }
    // Whose id it was it still is.
    const thief = await b.come('ann')
    expect((await thief.closed).code).toBe(4001)
    expect(ann.peer.closed).toBe(false)
  })

  it('and has lost what a node had read last, which is told as a gap though Redis is the same', async () => {
    const redis = await ownRedis()
    const proxy = await startProxy(redis.port)
    const [a, b] = [await node(redis.url), await node(proxy.url)]
    await a.come('ann')
    const bob = await b.come('bob')
    for (const { log, until } of [a, b]) await until(() => log.length === 2)
    const gap = once(b.room, 'gap')
    proxy.cut()
    await eventually(() => !b.backplane.available)
    await redis.command('DEL', 'protoo:{room:lobby}:stream')
    a.room.broadcast('n', { n: 0 })
    await eventually(async () => (await redis.command('XLEN', 'protoo:{room:lobby}:stream')) === 1)
    proxy.heal()
    expect((await gap)[0]).toMatchObject({ code: 'BACKPLANE_GAP' })
    a.room.broadcast('n', { n: 1 })
    expect((await numbers(bob.client, 2)).at(-1)).toBe(1)
  })

  it('keeps only so many broadcasts, and tells of the others', async () => {
    const redis = await ownRedis()
    const { a, b, bob } = await pair(redis, { lease: 6000, maxWaitingMessages: 10 })
    await redis.kill()
    await eventually(() => !a.backplane.available)
    const gap = once(a.room, 'gap')
    for (let n = 0; n < 11; n++) a.room.broadcast('n', { n }, { except: 'ann' })
    expect((await gap)[0].message).toContain('too many broadcasts wait')
    await redis.restart()
    expect(await numbers(bob.client, 10)).toEqual(upTo(10))
    await eventually(() => a.backplane.available && b.backplane.available)
  })
})

describe('a node has to leave broadcasts out', () => {
  it('and the others learn it, where they are missing', async () => {
    const redis = await ownRedis()
    const proxy = await startProxy(redis.port)
    const [a, b] = [await node(proxy.url, { lease: 20_000, maxWaitingMessages: 3 }), await node(redis.url)]
    const bob = await b.come('bob')
    for (const { log, until } of [a, b]) await until(() => log.includes('+bob'))
    await eventually(() => a.backplane.available)
    const heard: unknown[] = []
    b.room.on('gap', ({ message }) => heard.push(message))
    proxy.cut()
    await eventually(() => !a.backplane.available)
    for (let n = 0; n < 6; n++) a.room.broadcast('n', { n })
    proxy.heal()
    expect(await numbers(bob.client, 3)).toEqual([0, 1, 2])
    // Redis answers in order: once it has answered this, nothing waits any more.
    await a.come('ann')
    a.room.broadcast('n', { n: 6 })
    expect(await numbers(bob.client, 1)).toEqual([6])
    expect(heard).toEqual(['another node could not send all of its broadcasts'])
  })
})

describe('a node is cut off', () => {
  it.each(['cut', 'blackhole'] as const)(
    '(%s) and another one has its ids only once it has let them go',
    async (how) => {
      const redis = await ownRedis()
      const proxy = await startProxy(redis.port)
      const a = await node(proxy.url)
      const b = await node(redis.url)
      const ann = await a.come('ann')
      for (const { log, until } of [a, b]) await until(() => log.includes('+ann'))
      const order: string[] = []
      ann.peer.on('close', ({ code }) => order.push(`closed ${code}`))
      proxy[how]()
      const other = await b.come('ann')
      other.peer.on('notification', () => order.push('heard'))
      other.client.send({ notification: true, method: 'hello', data: {} })
      await b.until(() => b.heard.includes('ann:hello'))
      expect(order).toEqual(['closed 1012', 'heard'])
      proxy.heal()
      await eventually(() => a.backplane.available)
      await eventually(async () => (await idsAt(a.room)).join() === 'ann')
      // Messages go both ways again.
      const cat = await a.come('cat')
      await b.until(() => b.log.includes('+cat'))
      b.room.broadcast('n', { n: 1 })
      expect(await numbers(cat.client, 1)).toEqual([1])
    },
  )

  it('while Redis restarts without its data, and another one still waits for it', async () => {
    const redis = await ownRedis()
    const proxy = await startProxy(redis.port)
    const a = await node(proxy.url)
    const b = await node(redis.url, { lease: LEASE })
    const ann = await a.come('ann')
    for (const { log, until } of [a, b]) await until(() => log.includes('+ann'))
    const order: string[] = []
    ann.peer.on('close', ({ code }) => order.push(`closed ${code}`))
    proxy.cut()
    await redis.restart()
    // Nothing in this Redis says that there is an owner.
    await insist(b, 'ann')
    expect(order).toEqual(['closed 1012'])
  })

  it('and its members are taken out for it', async () => {
    const redis = await ownRedis()
    const proxy = await startProxy(redis.port)
    const a = await node(proxy.url, { lease: 800, timeout: 100 })
    const b = await node(redis.url, { lease: 800, timeout: 100 })
    await a.come('ann')
    await b.come('bob')
    await b.until(() => b.log.length === 2)
    proxy.cut()
    await b.until(() => b.log.includes('-ann'))
    expect(await idsAt(b.room)).toEqual(['bob'])
  })
})

describe('a backplane', () => {
  it('has each room once', async () => {
    const redis = await ownRedis()
    const { backplane, room } = await node(redis.url)
    const quiet = { deliver() {}, joined() {}, left() {}, lost() {}, gap() {} }
    const other = { ...quiet, yield: () => true, call: async () => ({}) }
    expect(() => backplane.join('lobby', other)).toThrow('this node has the room already')
    expect(() => backplane.join('\ud800', other)).toThrow(TypeError)
    room.close()
    backplane.join('lobby', other).leave()
    await backplane.close()
    expect(() => backplane.join('lobby', other)).toThrow('the backplane is closed')
  })

  it('needs options that make sense', () => {
    const wrong = [
      { url: 'http://x' },
      { prefix: 'a{b' },
      { lease: 1 },
      { lease: 15_000, history: 20_000 },
      { timeout: 5000 },
      { maxWaitingMessages: 0.5 },
    ]
    for (const options of wrong) expect(() => new RedisBackplane(options)).toThrow(TypeError)
  })

  it('lets a process end', async () => {
    const redis = await ownRedis()
    const backplane = new RedisBackplane({ url: redis.url })
    await eventually(() => backplane.available)
    await backplane.close()
    expect(await redis.command('KEYS', '*')).toEqual([])
  })
})
