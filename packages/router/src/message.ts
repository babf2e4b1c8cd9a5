import { ProtocolError } from '@protoo-kit/protocol'
import { type Data, isStatus, type MessageId, type Response } from './response.js'

/** A request as it came off the wire. */
export interface RequestMessage {
  readonly type: 'request'
  readonly id: MessageId
  readonly method: string
  readonly path: string
  readonly data: Data
}

/** A response as it came off the wire. */
export interface ResponseMessage {
  readonly type: 'response'
  readonly id: MessageId
  readonly status: number
  readonly reason: string
  readonly data: Data
}

/** Longest id that is a string, in characters. */
const MAX_ID_LENGTH = 128

/**
 * Reads one frame (L10). Never throws. What it returns is built from the fields that belong to it; a `sender` of the
 * client's own is left behind with all else.
 *
 * @param frame a string, or a binary frame as anything else
 */
export function parseMessage(frame: unknown): RequestMessage | ResponseMessage | ProtocolError {
  if (typeof frame !== 'string') return new ProtocolError('BINARY_FRAME')
  let value: unknown
  try {
    value = JSON.parse(frame)
  } catch {
    return new ProtocolError('INVALID_JSON', frame)
  }
  return (isObject(value) && build(value)) || new ProtocolError('INVALID_MESSAGE', frame)
}

function build(value: Record<string, unknown>): RequestMessage | ResponseMessage | undefined {
  const { id, method, path, status, reason = '' } = value
  const data = value.data ?? {}
  if (!isId(id) || !isObject(data)) return
  if (typeof method === 'string' && method && typeof path === 'string' && path[0] === '/')
    return { type: 'request', id, method, path, data }
  if (method === undefined && isStatus(status) && typeof reason === 'string')
    return { type: 'response', id, status, reason, data }
  return
}

/**
 * A request to a client has no path (L11): it has arrived.
 * @param id the one that it has on this connection
 * @throws what `JSON.stringify` throws for cycles and bigints
 */
export function encodeRequest(
  { method, data, sender }: { method: string; data: Data; sender: object | undefined },
  id: MessageId,
): string {
  return JSON.stringify({ method, id, data, sender })
}

/** @throws likewise */
export function encodeResponse({ status, reason, id, data }: Response): string {
  return JSON.stringify({ status, reason, id, data })
}

function isId(id: unknown): id is MessageId {
  if (typeof id === 'string') return id !== '' && id.length <= MAX_ID_LENGTH
  return Number.isSafeInteger(id) && (id as number) > 0
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
