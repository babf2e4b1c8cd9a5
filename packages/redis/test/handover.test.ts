import { afterAll, beforeAll, onTestFinished } from 'vitest'
import { describeHandover } from '../../server-lite/test/handover-suite.js'
import { RedisBackplane } from '../src/index.js'
import { type RedisServer, startRedis } from './redis-server.js'

let redis: RedisServer
let tests = 0

beforeAll(async () => {
  redis = await startRedis()
})

afterAll(() => redis.stop())

describeHandover('RedisBackplane', async (count) => {
  const prefix = `handover${++tests}`
  return Array.from({ length: count }, () => {
    const backplane = new RedisBackplane({ url: redis.url, prefix, lease: 5000 })
    onTestFinished(() => backplane.close())
    return backplane
  })
})
