import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { describeBackplane, raceForId, raceToTake } from '../../server-lite/test/backplane-suite.js'
import { RedisBackplane } from '../src/index.js'
import { type RedisServer, startRedis } from './redis-server.js'

let redis: RedisServer
let clusterRedis: RedisServer
/** Rooms of one test are not to meet those of another. */
let tests = 0

beforeAll(async () => {
  redis = await startRedis()
  // One server that has all slots of a cluster: it refuses what would not work on several.
  clusterRedis = await startRedis('--cluster-enabled', 'yes')
  await clusterRedis.command('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')
})

afterAll(async () => {
  await Promise.all([redis, clusterRedis].map((server) => server.stop()))
})

function make(server: () => RedisServer) {
  return async (count: number) => {
    const prefix = `test${++tests}`
    const backplanes = Array.from(
      { length: count },
      () => new RedisBackplane({ url: server().url, prefix, lease: 2000 }),
    )
    for (const backplane of backplanes) onTestFinished(() => backplane.close())
    return backplanes
  }
}

describeBackplane(
  'RedisBackplane',
  make(() => redis),
)
describeBackplane(
  'RedisBackplane on a server of a Redis Cluster',
  make(() => clusterRedis),
)

describe('a fenced race', () => {
  it('two nodes never both have an id, in 1,000 rounds', async () => {
    await raceForId(await make(() => redis)(3), 1000)
    expect(await redis.command('DBSIZE')).toBeGreaterThan(0)
  })

  it('nor one that is passed on, in 1,000 rounds', async () => {
    await raceToTake(await make(() => redis)(3), 1000)
  })
})
