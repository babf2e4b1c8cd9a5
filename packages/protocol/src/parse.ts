import { ProtocolError } from './errors.js'
import {
  createErrorResponse,
  createNotification,
  createRequest,
  createSuccessResponse,
  type Data,
  type Message,
} from './message.js'

/**
 * Reads one frame. Never throws: what is no message comes back as a
 * {@link ProtocolError} that says why.
 *
 * A new message is built from the fields that belong to it; unknown ones are
 * left behind. The kind is chosen by truthiness in the order request, response,
 * notification, and falsy `data` reads as `{}`, as in v4 (C17).
 *
 * @param frame what the socket delivered; anything but a string is a binary frame
 */
export function parse(frame: unknown): Message | ProtocolError {
  if (typeof frame !== 'string') return new ProtocolError('BINARY_FRAME')
  // JSON of any type: destructuring takes scalars and arrays too, which have none of these fields.
  let value: Record<string, Data>
  try {
    value = JSON.parse(frame) ?? {}
  } catch {
    return new ProtocolError('INVALID_JSON', frame)
  }
  const { id, method, data, ok, errorCode, errorReason, errorData } = value
  if (value.request) {
    if (Number.isFinite(id) && typeof method === 'string') return createRequest(id, method, data)
  } else if (value.response) {
    if (Number.isFinite(id)) {
      if (ok) return createSuccessResponse(id, data)
      // The stock server sends no `ok: false` (S17), and stock ends let an application
      // reject with a code of any type. Somebody waits for this answer: it settles.
      return createErrorResponse(
        id,
        Number.isFinite(errorCode) ? errorCode : 500,
        // Not `String(…)`: an object off the wire may have a `toString` that is no function.
        typeof errorReason === 'string' ? errorReason : '',
        errorData,
      )
    }
  } else if (value.notification && typeof method === 'string') return createNotification(method, data)
  return new ProtocolError('INVALID_MESSAGE', frame)
}
