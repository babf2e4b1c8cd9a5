import { CloseCode } from '@protoo-kit/protocol'

/** Why a connection ended. */
export interface CloseInfo {
  /**
   * `local`: this server closed it. `remote`: the client did, or the connection broke. `moved`: of a peer alone; its session goes on
   * at another server, where it is a peer of the same id.
   */
  cause: 'local' | 'remote' | 'moved'
  /** The WebSocket close code; 1005 for a close frame without one, 1006 for none at all (RFC 6455 §7.4). */
  code: number
  reason: string
}

/** What v4 closes with (S9). */
export const DEFAULT_CLOSE_CODE: number = CloseCode.Closed
export const DEFAULT_CLOSE_REASON = 'closed by protoo-server'

/** A close frame holds at most 125 bytes, two of which are the code (RFC 6455 §5.5). */
const MAX_REASON_BYTES = 123

/**
 * @throws TypeError when they are of the wrong type
 * @throws RangeError when a close frame cannot carry them (RFC 6455 §7.4)
 */
export function assertCloseArguments(code: unknown, reason: unknown): void {
  if (typeof code !== 'number') throw new TypeError(`close code must be a number, not ${typeof code}`)
  if (!isSendable(code))
    throw new RangeError(`close code ${code} cannot be sent: use 1000, 1001, 1011, 1012 or 3000 to 4999`)
  if (typeof reason !== 'string') throw new TypeError(`close reason must be a string, not ${typeof reason}`)
  const length = Buffer.byteLength(reason)
  if (length > MAX_REASON_BYTES)
    throw new RangeError(`close reason is too long: ${length} bytes, at most ${MAX_REASON_BYTES}`)
}

/** As much of it as a close frame can carry. */
export function truncateReason(reason: string): string {
  return new TextDecoder().decode(Buffer.from(reason).subarray(0, MAX_REASON_BYTES)).replace(/\uFFFD+$/, '')
}

/** 1004, 1005, 1006 and 1015 only ever describe a close: they are never sent. */
function isSendable(code: number): boolean {
  if (!Number.isInteger(code)) return false
  if (code >= 1000 && code <= 1014) return code < 1004 || code > 1006
  return code >= 3000 && code <= 4999
}
