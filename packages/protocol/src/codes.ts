// Constants of their own, since bundlers do not take one property out of an object.

/** Closed on purpose (v4): the client does not come back. */
export const CLOSED_ON_PURPOSE = 4000
/** A newer connection of the same session or peer id took over. */
export const REPLACED = 4001
/** Credentials refused. */
export const NOT_ALLOWED = 4003
/** Too slow, or over a limit. */
export const OVERLOADED = 4008

/** WebSocket close codes with a meaning in this protocol. PROTOCOL.md §5. */
export const CloseCode: {
  /** Closed on purpose (v4). */
  readonly Closed: typeof CLOSED_ON_PURPOSE
  /** A newer connection of the same session or peer id took over. */
  readonly Replaced: typeof REPLACED
  /** Credentials refused. */
  readonly NotAllowed: typeof NOT_ALLOWED
  /** Too slow, or over a limit. */
  readonly Overloaded: typeof OVERLOADED
} = {
  Closed: CLOSED_ON_PURPOSE,
  Replaced: REPLACED,
  NotAllowed: NOT_ALLOWED,
  Overloaded: OVERLOADED,
}

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

/**
 * Whether a close with `code` ends the session as well; otherwise the connection dropped, and the session can be
 * resumed. Of the codes of RFC 6455 these are the ones that find fault with what was sent: sent again, it would be again.
 */
export function endsSession(code = 0): boolean {
  return code >= 3000 || [2, 3, 7, 8, 9, 10].includes(code - 1000)
}
