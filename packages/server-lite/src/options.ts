import { FRAGMENTATION_THRESHOLD } from '@protoo-kit/protocol'
import type { Logger } from './logger.js'
import type { AllowedOrigins } from './origin.js'

/** The longest delay in ms that a timer takes; a longer one would fire at once. */
const MAX_DELAY = 2 ** 31 - 1

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
   * terminates its connection (1006). Default 16 MiB. Choose more than the largest message that you send.
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
  /** Which pages may connect. Default: those served from the host they connect to, on any port. */
  allowedOrigins?: AllowedOrigins | undefined
  /** Where refused origins are reported, once each. Default `console`. */
  logger?: Logger | undefined
}

/** The options that have a default, with it. */
export interface ResolvedOptions {
  readonly maxReceivedMessageSize: number
  /** Infinity when outgoing messages are not to be fragmented. */
  readonly fragmentationThreshold: number
  readonly maxBufferedBytes: number
  readonly keepalive: boolean
  readonly keepaliveInterval: number
  readonly dropConnectionOnKeepaliveTimeout: boolean
  readonly keepaliveGracePeriod: number
  readonly useNativeKeepalive: boolean
  readonly closeTimeout: number
  readonly disableNagleAlgorithm: boolean
  readonly allowedOrigins: AllowedOrigins | undefined
  readonly logger: Logger
}

/** @throws TypeError when a known option is of the wrong type or makes no sense */
export function resolveOptions(options: ServerOptions): ResolvedOptions {
  size(options, 'maxReceivedFrameSize', 0x10000)
  const threshold = size(options, 'fragmentationThreshold', FRAGMENTATION_THRESHOLD)
  return {
    maxReceivedMessageSize: size(options, 'maxReceivedMessageSize', 0x100000),
    fragmentationThreshold: flag(options, 'fragmentOutgoingMessages', true)
      ? threshold
      : Number.POSITIVE_INFINITY,
    maxBufferedBytes: size(options, 'maxBufferedBytes', 16 * 0x100000),
    keepalive: flag(options, 'keepalive', true),
    keepaliveInterval: delay(options, 'keepaliveInterval', 60_000),
    dropConnectionOnKeepaliveTimeout: flag(options, 'dropConnectionOnKeepaliveTimeout', true),
    keepaliveGracePeriod: delay(options, 'keepaliveGracePeriod', 10_000),
    useNativeKeepalive: flag(options, 'useNativeKeepalive', false),
    closeTimeout: delay(options, 'closeTimeout', 5_000),
    disableNagleAlgorithm: flag(options, 'disableNagleAlgorithm', true),
    allowedOrigins: options.allowedOrigins,
    logger: logger(options),
  }
}

function size(options: ServerOptions, name: keyof ServerOptions, fallback: number): number {
  const value = options[name] ?? fallback
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value
  throw new TypeError(`${name} must be a positive whole number of bytes, not ${shown(value)}`)
}

function delay(options: ServerOptions, name: keyof ServerOptions, fallback: number): number {
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
  const value: Logger = options.logger ?? console
  if (typeof value.warn === 'function') return value
  throw new TypeError('logger must have a method warn(message): pass console, or an object like it')
}

function shown(value: unknown): string {
  return typeof value === 'number' ? String(value) : typeof value
}
