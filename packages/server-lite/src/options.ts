import { FRAGMENTATION_THRESHOLD } from '@protoo-kit/protocol'
import type { FrameOptions } from '@protoo-kit/protocol/node'
import type { Backplane } from './backplane.js'
import type { ConnectionRequestInfo } from './connection-request.js'
import { type LimitOptions, type ResolvedLimits, resolveLimits } from './limits.js'
import { everybody, type Logger } from './logger.js'
import { createMeter, type Meter, type ServerMetrics } from './metrics.js'
import type { AllowedOrigins } from './origin.js'
import type { Peer } from './peer.js'
import { Proxies, type TrustProxy } from './proxies.js'
import type { SessionsSettings } from './sessions.js'
import { shown } from './text.js'

/** The longest delay in ms that a timer takes; a longer one would fire at once. */
const MAX_DELAY = 2 ** 31 - 1

/** Bytes, as in v4. */
const MAX_MESSAGE_SIZE = 0x100000

/**
 * Options of `WebSocketServer`, under the names of v4 and WebSocket-Node (S2).
 * `undefined` stands for the default; unknown names are ignored, as in v4.
 */
export interface ServerOptions {
  /** Most bytes of one message from a client; more closes with 1009. Default 1 MiB. */
  maxReceivedMessageSize?: number | undefined
  /** Accepted for v4's sake and without effect: a frame may be as large as a message. */
  maxReceivedFrameSize?: number | undefined
  /** Whether messages above `fragmentationThreshold` are sent in fragments. Default `true`. */
  fragmentOutgoingMessages?: boolean | undefined
  /** Most bytes of one frame to a client. Default 16 KiB; clients on WebSocket-Node refuse frames over 1 MiB. */
  fragmentationThreshold?: number | undefined
  /**
   * Most bytes that may wait to be sent to one client, which reads too slowly or not at all; more
   * ends its connection (4008). Default 16 MiB. Choose more than the largest message that you send.
   */
  maxBufferedBytes?: number | undefined
  /** Whether silent clients are pinged. Default `true`. */
  keepalive?: boolean | undefined
  /** ms without anything received until a ping. Default 60000. */
  keepaliveInterval?: number | undefined
  /** Whether a client that lets a ping go unanswered is dropped. Default `true`. */
  dropConnectionOnKeepaliveTimeout?: boolean | undefined
  /** ms that a ping waits for anything to arrive. Default 10000. */
  keepaliveGracePeriod?: number | undefined
  /** Let TCP keep the connection alive instead of pings. Default `false`. */
  useNativeKeepalive?: boolean | undefined
  /** ms that a close waits for the client's before the socket is destroyed. Default 5000. */
  closeTimeout?: number | undefined
  /** Whether small frames go out without waiting for more. Default `true`. */
  disableNagleAlgorithm?: boolean | undefined
  /**
   * Sessions that survive a dropped connection, with clients that ask for them (PROTOCOL.md §7); others are
   * served as ever. `true` or an object turns them on. Default `false`.
   */
  session?: boolean | SessionOptions | undefined
  /** What clients may ask of the server; see there for each default. */
  limits?: LimitOptions | undefined
  /**
   * Which proxies stand before the server: how many, or their addresses. What they say in `X-Forwarded-For`, `-Host` and `-Proto`
   * then counts. Default 0: none.
   */
  trustProxy?: TrustProxy | undefined
  /** Which pages may connect. Default: those served from the host they connect to, on any port. */
  allowedOrigins?: AllowedOrigins | undefined
  /** Where refused origins, and addresses with too many connections, are reported, once each. Default: what `setLogger()` was given, or `console`. */
  logger?: Logger | undefined
  /** Told of what happens, for whoever counts it. Default: nobody is. */
  metrics?: ServerMetrics | undefined
}

/** `undefined` stands for the default. The bounds hold whether a client is connected or not. */
export interface SessionOptions {
  /** ms for which a session waits for a client whose connection dropped. Default 30000. */
  window?: number | undefined
  /** ms of silence, either way, after which a client is asked for a sign of life; after twice as many it is dropped. Default 15000. */
  heartbeat?: number | undefined
  /** Most bytes of messages that a session keeps until its client has them, at two per character; more ends it (4008). Default 16 MiB. */
  maxBufferBytes?: number | undefined
  /** Most messages likewise. Default 131072. */
  maxBufferMessages?: number | undefined
  /** Most bytes likewise, over all sessions; more ends those that keep most. Default 256 MiB. */
  maxTotalBufferBytes?: number | undefined
  /** Most sessions that wait for their clients; a further one closes at once when its connection drops. Default 10000. */
  maxSessions?: number | undefined
  /**
   * Asked before a client has its session back. `false` refuses (4003); the session stays, for one
   * that is authorized. A failure answers 500. Default: the token is enough.
   */
  authorize?: ((info: ConnectionRequestInfo, peer: Peer) => boolean | Promise<boolean>) | undefined
  /**
   * Has a client that comes back to another server find its session there: of all servers with this backplane, for peers of
   * rooms on it. There `connectionrequest` is emitted, with `info.handover`. Default: a session stays on its server.
   */
  backplane?: Backplane | undefined
}

/** Those of {@link SessionOptions}, and what goes with them. */
export interface ResolvedSessionOptions extends SessionsSettings {
  readonly authorize: SessionOptions['authorize']
  readonly backplane: Backplane | undefined
}

/** The options that have a default, with it. */
export interface ResolvedOptions {
  readonly maxReceivedMessageSize: number
  /** The threshold is Infinity when outgoing messages are not to be fragmented. */
  readonly frames: FrameOptions
  readonly maxBufferedBytes: number
  readonly keepalive: boolean
  readonly keepaliveInterval: number
  readonly dropConnectionOnKeepaliveTimeout: boolean
  readonly keepaliveGracePeriod: number
  readonly useNativeKeepalive: boolean
  readonly closeTimeout: number
  readonly disableNagleAlgorithm: boolean
  /** Undefined without sessions. */
  readonly session: ResolvedSessionOptions | undefined
  readonly allowedOrigins: AllowedOrigins | undefined
  readonly logger: Logger
  /** Undefined when nobody counts. */
  readonly meter: Meter | undefined
  readonly limits: ResolvedLimits
  readonly proxies: Proxies
}

/** @throws TypeError when a known option is of the wrong type or makes no sense */
export function resolveOptions(options: ServerOptions): ResolvedOptions {
  size(options, 'maxReceivedFrameSize', 0x10000)
  const threshold = size(options, 'fragmentationThreshold', FRAGMENTATION_THRESHOLD)
  const limits = resolveLimits(options.limits)
  return {
    maxReceivedMessageSize: size(options, 'maxReceivedMessageSize', MAX_MESSAGE_SIZE),
    frames: {
      threshold: flag(options, 'fragmentOutgoingMessages', true) ? threshold : Number.POSITIVE_INFINITY,
      masked: false,
    },
    maxBufferedBytes: size(options, 'maxBufferedBytes', 16 * 0x100000),
    keepalive: flag(options, 'keepalive', true),
    keepaliveInterval: delay(options, 'keepaliveInterval', 60_000),
    dropConnectionOnKeepaliveTimeout: flag(options, 'dropConnectionOnKeepaliveTimeout', true),
    keepaliveGracePeriod: delay(options, 'keepaliveGracePeriod', 10_000),
    useNativeKeepalive: flag(options, 'useNativeKeepalive', false),
    closeTimeout: delay(options, 'closeTimeout', 5_000),
    disableNagleAlgorithm: flag(options, 'disableNagleAlgorithm', true),
    session: session(options, limits),
    allowedOrigins: options.allowedOrigins,
    logger: logger(options),
    meter: options.metrics && createMeter(options.metrics),
    limits,
    proxies: new Proxies(options.trustProxy),
  }
}

function session(
  options: ServerOptions,
  { requestsInFlight }: ResolvedLimits,
): ResolvedSessionOptions | undefined {
  const given = options.session ?? false
  if (given === false) return
  if (given !== true && typeof given !== 'object')
    throw new TypeError(`session must be true, false or an object, not ${shown(given)}`)
  const chosen: SessionOptions = given === true ? {} : given
  const { authorize, backplane } = chosen
  if (backplane !== undefined && typeof backplane?.connect !== 'function')
    throw new TypeError('backplane must be one, such as new MemoryBackplane()')
  if (authorize !== undefined && typeof authorize !== 'function')
    throw new TypeError(`authorize must be a function, not ${shown(authorize)}`)
  return {
    // They travel as whole numbers.
    window: Math.ceil(delay(chosen, 'window', 30_000)),
    heartbeat: Math.ceil(delay(chosen, 'heartbeat', 15_000)),
    maxBufferBytes: size(chosen, 'maxBufferBytes', 16 * 0x100000),
    maxBufferMessages: size(chosen, 'maxBufferMessages', 0x20000, 'messages'),
    maxTotalBufferBytes: size(chosen, 'maxTotalBufferBytes', 256 * 0x100000),
    maxSessions: size(chosen, 'maxSessions', 10_000, 'sessions'),
    maxMessageBytes: size(options, 'maxReceivedMessageSize', MAX_MESSAGE_SIZE),
    maxRequests: Math.min(requestsInFlight, Number.MAX_SAFE_INTEGER),
    authorize,
    backplane,
  }
}

function size<Options>(
  options: Options,
  name: keyof Options & string,
  fallback: number,
  unit = 'bytes',
): number {
  const value = options[name] ?? fallback
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value
  throw new TypeError(`${name} must be a positive whole number of ${unit}, not ${shown(value)}`)
}

function delay<Options>(options: Options, name: keyof Options & string, fallback: number): number {
  const value = options[name] ?? fallback
  if (typeof value === 'number' && value > 0 && value <= MAX_DELAY) return value
  throw new TypeError(`${name} must be a number of milliseconds from 1 to ${MAX_DELAY}, not ${shown(value)}`)
}

function flag(options: ServerOptions, name: keyof ServerOptions, fallback: boolean): boolean {
  const value = options[name] ?? fallback
  if (typeof value === 'boolean') return value
  throw new TypeError(`${name} must be true or false, not ${shown(value)}`)
}

function logger(options: ServerOptions): Logger {
  const value: Logger = options.logger ?? everybody
  if (typeof value.warn === 'function') return value
  throw new TypeError('logger must have a method warn(message): pass console, or an object like it')
}
