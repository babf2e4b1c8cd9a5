/**
 * Closed on purpose (v4): the client does not come back. A constant of its own, since
 * bundlers do not take one property out of an object.
 */
export const CLOSED_ON_PURPOSE = 4000

/** WebSocket close codes with a meaning in this protocol. PROTOCOL.md §5. */
export const CloseCode = {
  Closed: 4000,
  /** A newer connection of the same session or peer id took over. */
  Replaced: 4001,
  /** Credentials refused. */
  NotAllowed: 4003,
  /** Too slow, or over a limit. */
  Overloaded: 4008,
} as const

/**
 * Error codes with a meaning of their own. The library itself answers 500 and 501, and 408 arises
 * where the request was made; all others are the application's to use.
 */
export const ErrorCode = {
  BadRequest: 400,
  Timeout: 408,
  TooManyRequests: 429,
  InternalError: 500,
  NotImplemented: 501,
  Unavailable: 503,
} as const

/**
 * Whether `code` leaves a client free to come back. On a connection of plain `protoo` those that
 * do not go out as 4000, the only one that stock clients obey (PROTOCOL.md §5.1).
 */
export function isRetryable(code: number): boolean {
  return code !== CloseCode.Closed && code !== CloseCode.Replaced && code !== CloseCode.NotAllowed
}
