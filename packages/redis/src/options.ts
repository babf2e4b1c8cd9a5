import type { RedisClientOptions } from '@redis/client'

/** `undefined` stands for the default. Nodes of one cluster must agree on `prefix`, `lease` and `history`. */
export interface RedisBackplaneOptions {
  /** Where Redis (7 or later) or Valkey is: `redis[s]://[user:password@]host[:port][/db]`. Default `redis://127.0.0.1:6379`. */
  url?: string | undefined
  /** What the `redis` client is to know besides: credentials, TLS. */
  client?: Pick<RedisClientOptions, 'username' | 'password' | 'database' | 'name' | 'socket'> | undefined
  /** What all keys and channels begin with. Default `protoo`. */
  prefix?: string | undefined
  /**
   * ms for which a node owns its peers' ids without hearing from Redis; then it closes them (1012), and others may have the ids.
   * So long a client waits for its id after its node has died. Default 15000.
   */
  lease?: number | undefined
  /** ms for which broadcasts are kept for nodes that lost their connection to Redis. Default 60000; at least twice the lease. */
  history?: number | undefined
  /** ms for which Redis may be silent before calls fail. Default 2000; at most a quarter of the lease. */
  timeout?: number | undefined
  /** Most broadcasts that wait for Redis; more are lost, which rooms tell by `gap`. Default 10000. */
  maxWaitingMessages?: number | undefined
  /** Most characters of them likewise. Default 8388608. */
  maxWaitingLength?: number | undefined
}

export interface ResolvedOptions {
  readonly url: string
  readonly client: RedisBackplaneOptions['client']
  readonly prefix: string
  readonly lease: number
  readonly history: number
  readonly timeout: number
  readonly maxWaitingMessages: number
  readonly maxWaitingLength: number
}

/** @throws TypeError when an option is of the wrong type or makes no sense */
export function resolveOptions(options: RedisBackplaneOptions): ResolvedOptions {
  const { url = 'redis://127.0.0.1:6379', client, prefix = 'protoo' } = options
  if (typeof url !== 'string' || !/^rediss?:/.test(url))
    throw new TypeError('url must be redis:// or rediss://')
  // Braces say which part of a key decides on its slot.
  if (typeof prefix !== 'string' || /[{}]/.test(prefix))
    throw new TypeError('prefix must be a string without { and }')
  const lease = whole(options, 'lease', 15_000, 400)
  const history = whole(options, 'history', Math.max(60_000, 2 * lease), 2 * lease)
  const timeout = whole(options, 'timeout', Math.min(2000, Math.floor(lease / 4)), 1)
  if (timeout > lease / 4) throw new TypeError('timeout must be at most a quarter of the lease')
  return {
    url,
    client,
    prefix,
    lease,
    history,
    timeout,
    maxWaitingMessages: whole(options, 'maxWaitingMessages', 10_000, 1),
    maxWaitingLength: whole(options, 'maxWaitingLength', 2 ** 23, 1),
  }
}

function whole(
  options: RedisBackplaneOptions,
  name: 'lease' | 'history' | 'timeout' | 'maxWaitingMessages' | 'maxWaitingLength',
  fallback: number,
  least: number,
): number {
  const value = options[name] ?? fallback
  if (Number.isSafeInteger(value) && value >= least && value < 2 ** 31) return value
  throw new TypeError(`${name} must be a whole number of at least ${least}, not ${String(value)}`)
}
