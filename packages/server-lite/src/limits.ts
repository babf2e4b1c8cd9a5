/** Every limit, by the name under which hits are counted. */
export type LimitName =
  | 'messageBytes'
  | 'messagesPerSecond'
  | 'requestsInFlight'
  | 'depth'
  | 'methodLength'
  | 'bufferedBytes'
  | 'totalBufferedBytes'
  | 'connections'
  | 'connectionsPerAddress'
  | 'decisionTime'

/**
 * What clients may ask of the server, beside `maxReceivedMessageSize` and `maxBufferedBytes`. All are on by default;
 * `undefined` stands for the default, `Infinity` for no limit.
 */
export interface LimitOptions {
  /**
   * Messages per second from one peer, on average. One over it is not handled: a request is answered 429, a notification
   * dropped. Who goes on is closed (4008), at the latest after `messageBurst` of them. Answers that were asked for do not count,
   * nor does what a session sends again. Default 500.
   */
  messagesPerSecond?: number | undefined
  /** How many messages may come at once, after a pause. Default 1000. */
  messageBurst?: number | undefined
  /** Requests of one peer that may wait for the application's answer; a further one is answered 429. Default 1000. */
  requestsInFlight?: number | undefined
  /** How deep arrays and objects may be nested in a message, itself included; deeper, a request is answered 400, all else dropped. Default 100. */
  depth?: number | undefined
  /** Characters of a `method`; with more, a request is answered 400, a notification dropped. Default 256. */
  methodLength?: number | undefined
  /** Bytes that may wait for all clients that read too slowly; beyond, the one for which most waits is disconnected (4008). Default 256 MiB. */
  totalBufferedBytes?: number | undefined
  /** Connections in all, those included that nobody has decided about; a further one is refused (503). Default 20000. */
  connections?: number | undefined
  /**
   * Connections from one address (IPv6: one /64); a further one is refused (429). Default 1000, and none for private
   * addresses, such as a proxy's, which `trustProxy` is for.
   */
  connectionsPerAddress?: number | undefined
  /** ms in which a `connectionrequest` is to be decided; then it is refused (503). Default 10000. */
  decisionTime?: number | undefined
}

/** {@link LimitOptions}, with what they come down to. */
export interface ResolvedLimits {
  /** Messages for which the time is looked at once: a small part of the burst. Infinite without a limit. */
  readonly messageStep: number
  /** ms by which one message puts off the next. */
  readonly messageCost: number
  /** ms of them that may be owed. */
  readonly messageDebt: number
  readonly requestsInFlight: number
  readonly depth: number
  readonly methodLength: number
  readonly totalBufferedBytes: number
  readonly connections: number
  readonly connectionsPerAddress: number
  /** Whether private addresses are exempt from it. */
  readonly privateExempt: boolean
  readonly decisionTime: number
}

/** The longest delay in ms that a timer takes; a longer one would fire at once. */
const MAX_DELAY = 2 ** 31 - 1

/** @throws TypeError when one is of the wrong type or makes no sense */
export function resolveLimits(given: unknown = {}): ResolvedLimits {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new TypeError('limits must be an object, such as { messagesPerSecond: 100 }')
  const limits: LimitOptions = given
  const rate = positive(limits, 'messagesPerSecond', 500)
  const burst = whole(limits, 'messageBurst', 1000, 'messages')
  const endless = rate === Number.POSITIVE_INFINITY || burst === Number.POSITIVE_INFINITY
  return {
    messageStep: endless ? Number.POSITIVE_INFINITY : Math.max(1, Math.min(16, Math.floor(burst / 32))),
    messageCost: 1000 / rate,
    messageDebt: endless ? 0 : (1000 / rate) * burst,
    requestsInFlight: whole(limits, 'requestsInFlight', 1000, 'requests'),
    depth: whole(limits, 'depth', 100, 'levels'),
    methodLength: whole(limits, 'methodLength', 256, 'characters'),
    totalBufferedBytes: whole(limits, 'totalBufferedBytes', 256 * 0x100000, 'bytes'),
    connections: whole(limits, 'connections', 20_000, 'connections'),
    connectionsPerAddress: whole(limits, 'connectionsPerAddress', 1000, 'connections'),
    privateExempt: limits.connectionsPerAddress === undefined,
    decisionTime: time(limits, 'decisionTime', 10_000),
  }
}

function whole(limits: LimitOptions, name: keyof LimitOptions, fallback: number, unit: string): number {
  const value: unknown = limits[name] ?? fallback
  if (value === Number.POSITIVE_INFINITY || (Number.isSafeInteger(value) && (value as number) > 0))
    return value as number
  throw new TypeError(
    `limits.${name} must be a positive whole number of ${unit}, or Infinity for no limit, not ${shown(value)}`,
  )
}

function positive(limits: LimitOptions, name: keyof LimitOptions, fallback: number): number {
  const value: unknown = limits[name] ?? fallback
  if (typeof value === 'number' && value > 0) return value
  throw new TypeError(
    `limits.${name} must be a number above 0, or Infinity for no limit, not ${shown(value)}`,
  )
}

function time(limits: LimitOptions, name: keyof LimitOptions, fallback: number): number {
  const value: unknown = limits[name] ?? fallback
  if (typeof value === 'number' && (value === Number.POSITIVE_INFINITY || (value > 0 && value <= MAX_DELAY)))
    return value
  throw new TypeError(
    `limits.${name} must be a number of milliseconds from 1 to ${MAX_DELAY}, or Infinity for no limit, not ${shown(value)}`,
  )
}

function shown(value: unknown): string {
  return typeof value === 'number' ? String(value) : typeof value
}
