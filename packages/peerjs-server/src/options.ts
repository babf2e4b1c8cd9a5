import type { Server as HttpServer, IncomingMessage } from 'node:http'
import type { Server as HttpsServer, ServerOptions as TlsOptions } from 'node:https'
import { type AllowedOrigins, type Logger, Proxies, type TrustProxy } from '@protoo-kit/server-lite/parts'
import type { CorsOptions } from 'cors'
import type { WebSocketServer, ServerOptions as WebSocketServerOptions } from 'ws'
import type { BrokerSettings } from './broker.js'

/** The longest delay in ms that a timer takes; a longer one would fire at once. */
const MAX_DELAY = 2 ** 31 - 1

/** The server that `createWebSocketServer` is to attach to. */
export type AnyServer = HttpServer | HttpsServer

/**
 * @returns the id that this client may have: usually the `id` of its query, once you know who it is. Anything that is no
 *   string, and a failure, refuses
 */
export type Authenticate = (request: IncomingMessage) => unknown

/** Options, under the names of the original where it has them (J10). `undefined` stands for the default. */
export interface IConfig {
  /** The address that `PeerServer` listens on. Default `::`, which is all of them. */
  readonly host: string
  /** Its port. Default 9000; 0 takes any free one. */
  readonly port: number
  /** ms for which a message waits for an id that is not there, from the first one. Default 5000. */
  readonly expire_timeout: number
  /** ms without a HEARTBEAT until a client is dropped. Default 90000. */
  readonly alive_timeout: number
  /** Every client must know it. It is no secret. Default `peerjs`. */
  readonly key: string
  /** Before all paths. Default `/`. */
  readonly path: string
  /** Most clients. Default 5000. */
  readonly concurrent_limit: number
  /** Whether anybody may ask for the ids of all. Default `false`. */
  readonly allow_discovery: boolean
  /** Whether a reverse proxy stands before the server, whose `X-Forwarded-*` headers are true. Default `false`. */
  readonly proxied: boolean | string
  /** ms between looks at what has waited too long. Default 1000. */
  readonly cleanup_out_msgs: number
  /** Makes `PeerServer` an HTTPS server: `key`, `cert`, and whatever else `https.createServer` takes. */
  readonly ssl: TlsOptions
  /** Ids for `GET /key/id`. Default random UUIDs. */
  readonly generateClientId: () => string
  /** Makes the WebSocket server, with these options; let it have all of them. Default: one of this package's. */
  readonly createWebSocketServer: (options: WebSocketServerOptions) => WebSocketServer
  /** Of `cors`, for the HTTP API. Its `origin` holds for WebSockets too. Default: any origin. */
  readonly corsOptions: CorsOptions

  /** Which pages may open a WebSocket. Default: those of `corsOptions.origin`; with `authenticate` alone, the same host. */
  readonly allowedOrigins: AllowedOrigins
  /** Who may have which id. Asked before the WebSocket opens. Default: whoever comes first. */
  readonly authenticate: Authenticate
  /** ms for which an id stays its token's once the connection is lost. Default 0: it is free at once. */
  readonly reconnectWindow: number
  /** Whether LEAVE is sent to those that a client has exchanged messages with, once it is gone. Default `false`. */
  readonly leaveOnDisconnect: boolean
  /** Most bytes of one message from a client; more closes with 1009. Default 1 MiB. */
  readonly maxReceivedMessageSize: number
  /** Most bytes that may wait to be sent to one client; more disconnects it. Default 4 MiB. */
  readonly maxBufferedBytes: number
  /** Likewise, for all clients that read too slowly. Default 256 MiB. */
  readonly maxTotalBufferedBytes: number
  /** Most messages that wait for one id; more are answered EXPIRE at once. Default 4096. */
  readonly maxQueuedMessages: number
  /** Most bytes likewise. Default 1 MiB. */
  readonly maxQueuedBytes: number
  /** Most ids for which something waits. Default 10000. */
  readonly maxQueuedIds: number
  /** Most messages of one sender that wait, for whomever. Default 1024. */
  readonly maxQueuedPerSender: number
  /** Most bytes that wait for all ids together. Default 64 MiB. */
  readonly maxTotalQueuedBytes: number
  /** Wrong tokens from one address, within `idGuessWindow`, after which it gets no ID that is taken. Default 60. */
  readonly maxIdGuesses: number
  /** ms. Default 60000. */
  readonly idGuessWindow: number
  /**
   * Which proxies stand before the server: how many, or their addresses. What they say in `X-Forwarded-For` and `X-Forwarded-Host` then
   * counts. Default: 1 with `proxied`, otherwise 0.
   */
  readonly trustProxy: TrustProxy
  /** Where refused origins are reported, once each. Default `console`. */
  readonly logger: Logger
}

/** What `PeerServer` and `ExpressPeerServer` take. Unknown names are ignored. */
export type PeerServerOptions = { readonly [Name in keyof IConfig]?: IConfig[Name] | undefined }

type Optional =
  | 'ssl'
  | 'trustProxy'
  | 'generateClientId'
  | 'createWebSocketServer'
  | 'allowedOrigins'
  | 'authenticate'

/** The options, checked, with their defaults. */
export type ResolvedOptions = Omit<IConfig, Optional> &
  BrokerSettings & { readonly [Name in Optional]: IConfig[Name] | undefined } & { readonly proxies: Proxies }

/** @throws TypeError when a known option is of the wrong type or makes no sense */
export function resolveOptions(options: PeerServerOptions): ResolvedOptions {
  return {
    host: text(options, 'host', '::'),
    port: whole(options, 'port', 9000, 0, 0xffff),
    expire_timeout: delay(options, 'expire_timeout', 5000),
    alive_timeout: delay(options, 'alive_timeout', 90_000),
    key: text(options, 'key', 'peerjs'),
    path: path(options),
    concurrent_limit: whole(options, 'concurrent_limit', 5000, 0),
    allow_discovery: flag(options, 'allow_discovery'),
    proxied: proxied(options),
    trustProxy: options.trustProxy,
    proxies: new Proxies(options.trustProxy ?? (proxied(options) ? 1 : 0)),
    cleanup_out_msgs: delay(options, 'cleanup_out_msgs', 1000),
    ssl: record(options, 'ssl'),
    generateClientId: callable(options, 'generateClientId'),
    createWebSocketServer: callable(options, 'createWebSocketServer'),
    corsOptions: record(options, 'corsOptions') ?? {},
    allowedOrigins: options.allowedOrigins,
    authenticate: callable(options, 'authenticate'),
    reconnectWindow: delay(options, 'reconnectWindow', 0, 0),
    leaveOnDisconnect: flag(options, 'leaveOnDisconnect'),
    maxReceivedMessageSize: whole(options, 'maxReceivedMessageSize', 0x100000),
    maxBufferedBytes: whole(options, 'maxBufferedBytes', 4 * 0x100000),
    maxTotalBufferedBytes: whole(options, 'maxTotalBufferedBytes', 256 * 0x100000),
    maxQueuedMessages: whole(options, 'maxQueuedMessages', 4096, 0),
    maxQueuedBytes: whole(options, 'maxQueuedBytes', 0x100000, 0),
    maxQueuedIds: whole(options, 'maxQueuedIds', 10_000, 0),
    maxQueuedPerSender: whole(options, 'maxQueuedPerSender', 1024, 0),
    maxTotalQueuedBytes: whole(options, 'maxTotalQueuedBytes', 64 * 0x100000, 0),
    maxIdGuesses: whole(options, 'maxIdGuesses', 60, 0),
    idGuessWindow: delay(options, 'idGuessWindow', 60_000),
    logger: logger(options),
  }
}

type NameOf<Value> = {
  [Name in keyof IConfig]: IConfig[Name] extends Value ? Name : never
}[keyof IConfig]

function path(options: PeerServerOptions): string {
  const value = text(options, 'path', '/')
  return value.startsWith('/') ? value : `/${value}`
}

function text(options: PeerServerOptions, name: NameOf<string>, fallback: string): string {
  const value = options[name] ?? fallback
  if (typeof value === 'string' && value.trim()) return value
  throw new TypeError(`${name} must be a text that is not empty, not ${shown(value)}`)
}

function whole(
  options: PeerServerOptions,
  name: NameOf<number>,
  fallback: number,
  from = 1,
  to: number = Number.MAX_SAFE_INTEGER,
): number {
  const value = options[name] ?? fallback
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= from && value <= to) return value
  const limit = to === Number.MAX_SAFE_INTEGER ? '' : ` to ${to}`
  throw new TypeError(`${name} must be a whole number from ${from}${limit}, not ${shown(value)}`)
}

function delay(options: PeerServerOptions, name: NameOf<number>, fallback: number, from = 1): number {
  const value = options[name] ?? fallback
  if (typeof value === 'number' && value >= from && value <= MAX_DELAY) return value
  throw new TypeError(
    `${name} must be a number of milliseconds from ${from} to ${MAX_DELAY}, not ${shown(value)}`,
  )
}

function flag(options: PeerServerOptions, name: NameOf<boolean>): boolean {
  const value = options[name] ?? false
  if (typeof value === 'boolean') return value
  throw new TypeError(`${name} must be true or false, not ${shown(value)}`)
}

/** The texts are of those who pass an environment variable on. */
function proxied(options: PeerServerOptions): boolean {
  const value = options.proxied ?? false
  if (typeof value === 'boolean') return value
  if (typeof value === 'string') return value !== 'false' && value !== ''
  throw new TypeError(`proxied must be true or false, not ${shown(value)}`)
}

function callable<Name extends 'generateClientId' | 'createWebSocketServer' | 'authenticate'>(
  options: PeerServerOptions,
  name: Name,
): IConfig[Name] | undefined {
  const value: IConfig[Name] | undefined = options[name]
  if (value === undefined || typeof value === 'function') return value
  throw new TypeError(`${name} must be a function, not ${shown(value)}`)
}

function record<Name extends 'ssl' | 'corsOptions'>(
  options: PeerServerOptions,
  name: Name,
): IConfig[Name] | undefined {
  const value: IConfig[Name] | undefined = options[name]
  if (value === undefined || (typeof value === 'object' && value !== null)) return value
  throw new TypeError(`${name} must be an object, not ${shown(value)}`)
}

function logger(options: PeerServerOptions): Logger {
  const value: Logger = options.logger ?? console
  if (typeof value.warn === 'function') return value
  throw new TypeError('logger must have a method warn(message): pass console, or an object like it')
}

function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  return typeof value === 'number' ? String(value) : typeof value
}
