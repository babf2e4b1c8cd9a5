// The Redis of the tests.
import { find } from './programs.mjs'

/** @type {import('./programs.mjs').Program} */
const redis = {
  name: 'Redis',
  variable: 'REDIS_SERVER_PATH',
  programs: ['redis-server', 'valkey-server'],
  packages: ['redis-server'],
  advice: 'Install Redis 7 or later, or Valkey',
}

/** @returns {Promise<string>} the path of a redis-server that runs */
export const findRedis = () => find(redis)
