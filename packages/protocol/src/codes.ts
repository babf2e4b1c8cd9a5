/** Closed on purpose (v4): the client does not come back. */
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

/** The error codes that the library itself answers with; all others are the application's. */
export const ErrorCode = {
  BadRequest: 400,
  Timeout: 408,
  TooManyRequests: 429,
  InternalError: 500,
  NotImplemented: 501,
  Unavailable: 503,
} as const

/** Whether a client dials again after a connection was closed with `code`. */
export function isRetryable(code: number): boolean {
  return code !== CloseCode.Closed && code !== CloseCode.Replaced && code !== CloseCode.NotAllowed
}
