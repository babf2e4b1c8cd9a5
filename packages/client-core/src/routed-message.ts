import { ProtocolError } from '@protoo-kit/protocol'

/** Whom a request comes from, as the server knows it. */
export interface RoutedSender {
  username: string
  uuid: string
}

// `any`: what is in it is the application's affair, as in `Peer`.
// biome-ignore lint/suspicious/noExplicitAny: see above
export type RoutedData = Record<string, any>

/** An answer. `status` is 100 to 199 while there are more to come, 200 to 299 for yes, above for no. */
export interface RoutedResponse {
  readonly status: number
  readonly reason: string
  readonly data: RoutedData
}

export interface RoutedRequestMessage {
  readonly id: number | string
  readonly method: string
  readonly data: RoutedData
  readonly sender: RoutedSender | undefined
}

export interface RoutedResponseMessage extends RoutedResponse {
  readonly id: number | string
}

/** Reads a frame of the server's, which may hold anything. Never throws. */
export function parseRouted(frame: unknown): RoutedRequestMessage | RoutedResponseMessage | ProtocolError {
  if (typeof frame !== 'string') return new ProtocolError('BINARY_FRAME')
  let value: Record<string, unknown>
  try {
    // JSON of any type: destructuring takes scalars and arrays too, which have none of these fields.
    value = JSON.parse(frame) ?? {}
  } catch {
    return new ProtocolError('INVALID_JSON', frame)
  }
  const { id, method, status, reason, sender } = value
  const data = isObject(value.data) ? value.data : {}
  if (typeof id === 'string' || Number.isFinite(id)) {
    const known = id as number | string
    if (typeof method === 'string') return { id: known, method, data, sender: readSender(sender) }
    if (Number.isInteger(status))
      return { id: known, status: status as number, reason: typeof reason === 'string' ? reason : '', data }
  }
  return new ProtocolError('INVALID_MESSAGE', frame)
}

function readSender(value: unknown): RoutedSender | undefined {
  if (!isObject(value)) return
  const { username, uuid } = value
  return typeof username === 'string' && typeof uuid === 'string' ? { username, uuid } : undefined
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
