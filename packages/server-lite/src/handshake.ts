import { type IncomingMessage, STATUS_CODES } from 'node:http'
import {
  decodeAuthToken,
  decodeResume,
  isCredential,
  mayHoldCredentials,
  type Resume,
  SESSION_SUBPROTOCOL,
  SUBPROTOCOL,
} from '@protoo-kit/protocol'

const PROTOCOL_HEADER = 'sec-websocket-protocol'
/** The base64 of 16 bytes (RFC 6455 §4.1). */
const KEY = /^[+/0-9A-Za-z]{22}==$/
const VERSIONS = [13, 8]
/** What was taken out of requests, for the other servers on the same HTTP server. */
const taken = new WeakMap<IncomingMessage, Credentials>()
const NO_CREDENTIALS: Credentials = {}
/** What our clients offer, as `ws` and as browsers write it: it need not be taken apart. */
const OUR_OFFERS = [`${SESSION_SUBPROTOCOL},${SUBPROTOCOL}`, `${SESSION_SUBPROTOCOL}, ${SUBPROTOCOL}`]

/** What a client says of itself by subprotocol names. */
export interface Credentials {
  authToken?: string | undefined
  /** The session that it wants back. */
  resume?: Resume | undefined
}

/** What an acceptable upgrade request says. */
export interface Handshake {
  key: string
  version: number
  /** Undefined for clients that are not browsers. */
  origin: string | undefined
  /** The subprotocol to answer with, in the client's own casing. */
  subprotocol: string
}

/** An upgrade request to be answered with an HTTP error. */
export class Refusal {
  constructor(
    readonly status: number,
    readonly reason: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {}
}

/**
 * RFC 6455 §4.2.1, and the subprotocol (S3). Whatever passes can be accepted.
 * @param sessions whether the server has them
 */
export function readHandshake(request: IncomingMessage, sessions: boolean): Handshake | Refusal {
  const { headers } = request
  if (request.method !== 'GET') return new Refusal(400, 'invalid method: a WebSocket handshake is a GET')
  if (headers.upgrade?.toLowerCase() !== 'websocket') return new Refusal(400, 'invalid Upgrade header')
  if (!headers.host) return new Refusal(400, 'missing Host header')
  const key = headers['sec-websocket-key']
  if (key === undefined || !KEY.test(key)) return new Refusal(400, 'invalid/missing Sec-WebSocket-Key')
  const version = Number(headers['sec-websocket-version'])
  if (!version) return new Refusal(400, 'invalid/missing Sec-WebSocket-Version')
  if (!VERSIONS.includes(version)) {
    const supported = VERSIONS.join(', ')
    return new Refusal(426, 'unsupported Sec-WebSocket-Version', { 'Sec-WebSocket-Version': supported })
  }
  const subprotocol = chooseSubprotocol(headers[PROTOCOL_HEADER], sessions)
  if (subprotocol === undefined) return new Refusal(403, 'invalid/missing Sec-WebSocket-Protocol')
  return { key, version, origin: readOrigin(request, version), subprotocol }
}

/**
 * Takes the credentials out of the request, so that nothing later hands them on
 * or logs them by accident.
 * @returns the same the second time
 */
export function takeCredentials(request: IncomingMessage): Credentials {
  const before = taken.get(request)
  if (before) return before
  const header = request.headers[PROTOCOL_HEADER]
  // Most have none, and are not taken apart for it.
  if (header === undefined || !mayHoldCredentials(header)) return NO_CREDENTIALS
  const offered = names(header)
  const credentials = { authToken: decodeAuthToken(offered), resume: decodeResume(offered) }
  taken.set(request, credentials)
  removeCredentials(request, offered)
  return credentials
}

function removeCredentials(request: IncomingMessage, offered: readonly string[]): void {
  const kept = without(offered)
  if (kept) request.headers[PROTOCOL_HEADER] = kept
  else delete request.headers[PROTOCOL_HEADER]
  const raw = request.rawHeaders
  for (let index = 0; index < raw.length; index += 2) {
    // Its length must stay: Node reads headersDistinct out of it, by a count of its own.
    if (raw[index]?.toLowerCase() === PROTOCOL_HEADER) raw[index + 1] = without(names(raw[index + 1] ?? ''))
  }
  // Made on first use, which may have been before.
  request.headersDistinct[PROTOCOL_HEADER] = kept ? [kept] : undefined
}

/** Adds the headers of the 101 beyond those that RFC 6455 asks for (S3). */
export function addAcceptHeaders(lines: string[], { subprotocol, origin, version }: Handshake): void {
  lines.push(`Sec-WebSocket-Protocol: ${subprotocol}`)
  if (origin === undefined) return
  const name = version === 8 ? 'Sec-WebSocket-Origin' : 'Origin'
  lines.push(`${name}: ${headerValue(origin)}`)
}

/** The HTTP response to a refused upgrade, in the shape of WebSocket-Node's, to be sent as latin1. */
export function refusalResponse({ status, reason, headers }: Refusal): string {
  const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Rejected'}`, 'Connection: close']
  if (reason) lines.push(`X-WebSocket-Reject-Reason: ${headerValue(reason)}`)
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`)
  return `${lines.join('\r\n')}\r\n\r\n`
}

/** Sessions, where both ends have them. */
function chooseSubprotocol(offered: string | undefined, sessions: boolean): string | undefined {
  if (offered === undefined) return
  if (sessions && OUR_OFFERS.includes(offered)) return SESSION_SUBPROTOCOL
  let chosen: string | undefined
  for (const part of offered.split(',')) {
    const name = part.trim()
    if (sessions && name === SESSION_SUBPROTOCOL) return name
    if (name.toLowerCase() === SUBPROTOCOL) chosen ??= name
  }
  return chosen
}

function readOrigin({ headers }: IncomingMessage, version: number): string | undefined {
  const old = version === 8 ? headers['sec-websocket-origin'] : undefined
  return typeof old === 'string' ? old : headers.origin
}

function names(header: string): string[] {
  return header
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
}

function without(offered: readonly string[]): string {
  return offered.filter((name) => !isCredential(name)).join(', ')
}

/** Control characters would end the header; what Latin-1 lacks would be cut down to some of them. */
function headerValue(text: string): string {
  return text.replace(/\p{Cc}/gu, '').replace(/[^\x20-\x7e\xa0-\xff]/g, '?')
}
