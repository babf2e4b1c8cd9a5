/**
 * One class per way to fail. Each has a `name` that survives minification and a
 * `code` to switch on; the messages are for people.
 */
export abstract class ProtooError<Code extends number | string = number | string> extends Error {
  readonly code: Code

  protected constructor(name: string, code: Code, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = name
    this.code = code
  }
}

/** A class of errors that differ in their message alone. */
export type ErrorClass<Code extends number | string> = new (
  message?: string,
  options?: ErrorOptions,
) => ProtooError<Code>

/**
 * A class whose kind says it all: `PeerClosed` has the name `PeerClosedError`, the
 * code `PEER_CLOSED` and, unless told otherwise, the message `peer closed`.
 */
function defineError<Code extends number | string>(
  kind: string,
  code = kind.replace(/\B[A-Z]/g, '_$&').toUpperCase() as Code,
): ErrorClass<Code> {
  return class extends ProtooError<Code> {
    constructor(message = kind.replace(/\B[A-Z]/g, ' $&').toLowerCase(), options?: ErrorOptions) {
      super(`${kind}Error`, code, message, options)
    }
  }
}

/**
 * An error response. Thrown in a handler it chooses what the other end
 * receives; `peer.request()` rejects with it when the other end answered so.
 */
export class RequestError extends ProtooError<number> {
  readonly data: unknown

  /**
   * @param code numeric error code, the application's own or one of `ErrorCode`
   * @param reason text for the other end; becomes `message`
   * @param data anything JSON can carry, beyond v4
   */
  constructor(code: number, reason = '', data?: unknown) {
    super('RequestError', code, reason)
    this.data = data
  }
}

/** No answer within the request's timeout. The other end may still have acted on it. */
export const RequestTimeoutError: ErrorClass<408> = /* @__PURE__ */ defineError('RequestTimeout', 408)
export type RequestTimeoutError = ProtooError<408>

/** The connection dropped before the answer came: whether the other end acted is unknown. */
export const ConnectionLostError: ErrorClass<'CONNECTION_LOST'> =
  /* @__PURE__ */ defineError('ConnectionLost')
export type ConnectionLostError = ProtooError<'CONNECTION_LOST'>

/** There is no connection, and nothing was sent. */
export const NotConnectedError: ErrorClass<'NOT_CONNECTED'> = /* @__PURE__ */ defineError('NotConnected')
export type NotConnectedError = ProtooError<'NOT_CONNECTED'>

/** The peer is closed, and nothing more is sent or answered. */
export const PeerClosedError: ErrorClass<'PEER_CLOSED'> = /* @__PURE__ */ defineError('PeerClosed')
export type PeerClosedError = ProtooError<'PEER_CLOSED'>

/** The session ended with its connection, and with it went what waited: whether the other end acted is unknown. */
export const SessionLostError: ErrorClass<'SESSION_LOST'> = /* @__PURE__ */ defineError('SessionLost')
export type SessionLostError = ProtooError<'SESSION_LOST'>

/** As much waits for the other end as may: nothing was sent. Try again when it has caught up. */
export const BufferFullError: ErrorClass<'BUFFER_FULL'> = /* @__PURE__ */ defineError('BufferFull')
export type BufferFullError = ProtooError<'BUFFER_FULL'>

/** Longer than the other end takes: nothing was sent. */
export const MessageTooLargeError: ErrorClass<'MESSAGE_TOO_LARGE'> =
  /* @__PURE__ */ defineError('MessageTooLarge')
export type MessageTooLargeError = ProtooError<'MESSAGE_TOO_LARGE'>

export type ProtocolErrorCode =
  | 'BINARY_FRAME'
  | 'INVALID_JSON'
  /** JSON, but of no kind, or with an `id` that is no number or a `method` that is no string. */
  | 'INVALID_MESSAGE'
  /** A message, but not what the contract says: see `InvalidDataError`. */
  | 'INVALID_DATA'

/** The other end sent something that is no message. It is dropped; the connection stays. */
export class ProtocolError extends ProtooError<ProtocolErrorCode> {
  /** The first 200 characters of the frame. */
  readonly excerpt: string

  constructor(code: ProtocolErrorCode, frame = '') {
    super('ProtocolError', code, `dropped a frame: ${code}`)
    this.excerpt = frame.slice(0, 200)
  }
}
