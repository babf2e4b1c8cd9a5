import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { clusterNode, eventually, idsAt } from '../../server-lite/test/cluster-bed.js'
import { RedisBackplane } from '../src/index.js'
import { type RedisServer, startRedis } from './redis-server.js'

let redis: RedisServer

beforeAll(async () => {
  redis = await startRedis()
})

afterAll(() => redis.stop())

/** How often each command was run since, by clients and by their scripts. */
async function commands(): Promise<Record<string, number>> {
  const info = String(await redis.command('INFO', 'commandstats'))
  const all = [...info.matchAll(/^cmdstat_([\w|]+):calls=(\d+)/gm)]
  const ours = all.filter(([, name]) => !/^(hello|client\|.*|info|config\|.*)$/.test(name ?? ''))
  return Object.fromEntries(ours.map(([, name = '', calls]) => [name, Number(calls)]))
}

it('sends one command for a broadcast, whatever the number of nodes, and none to know the members', async () => {
  // No node prolongs its lease meanwhile.
  const backplanes = Array.from({ length: 3 }, () => new RedisBackplane({ url: redis.url, lease: 3_000 }))
  for (const backplane of backplanes) onTestFinished(() => backplane.close())
  const nodes = await Promise.all(backplanes.map((backplane) => clusterNode(backplane)))
  const [first] = nodes
  if (!first) throw new Error('no node')
  const clients = await Promise.all(nodes.map((node, index) => node.come(`peer${index}`)))
  for (const { room } of nodes) await eventually(async () => (await idsAt(room)).length === 3)
  const before = await commands()
  for (let n = 0; n < 100; n++) first.room.broadcast('n', { n })
  for (const { client } of clients)
    for (let n = 0; n < 100; n++) expect((await client.next()).data).toEqual({ n })
  for (const { room } of nodes) expect((await room.members()).length).toBe(3)
  const after = await commands()
  const run = (name: string) => (after[name] ?? 0) - (before[name] ?? 0)
  expect([run('xadd'), run('spublish')]).toEqual([100, 100])
  // Leases may have been prolonged: each is one script of its own, and an EXISTS for each other node.
  const leases = run('set')
  expect(run('eval')).toBe(100 + leases)
  expect(leases).toBeLessThan(10)
  expect([run('xread'), run('xrange'), run('hgetall')]).toEqual([0, 0, 0])
  const total = Object.keys(after).reduce((sum, name) => sum + run(name), 0)
  expect(total).toBeLessThanOrEqual(100 * (1 + nodes.length))
})

it('forgets broadcasts that are too old, and rooms that nobody has', async () => {
  const backplane = new RedisBackplane({ url: redis.url, lease: 1000, history: 2000, prefix: 'old' })
  onTestFinished(() => backplane.close())
  const { room } = await clusterNode(backplane)
  await room.members()
  const stream = 'old:{room:lobby}:stream'
  // As of an hour ago; Redis takes whole blocks of a hundred out.
  for (let n = 0; n < 300; n++)
    await redis.command('XADD', stream, `${Date.now() - 3_600_000}-${n + 1}`, 'e', 'x')
  room.broadcast('n')
  await eventually(async () => Number(await redis.command('XLEN', stream)) < 150)
  room.broadcast('n')
  await eventually(async () => Number(await redis.command('PTTL', stream)) > 0)
})
