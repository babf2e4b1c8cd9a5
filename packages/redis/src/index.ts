export { RedisBackplane } from './backplane.js'
export type { RedisBackplaneOptions } from './options.js'
