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
export class RequestTimeoutError extends ProtooError<408> {
  constructor(message = 'request timeout') {
    super('RequestTimeoutError', 408, message)
  }
}

/** The connection dropped before the answer came: whether the other end acted is unknown. */
export class ConnectionLostError extends ProtooError<'CONNECTION_LOST'> {
  constructor(message = 'connection lost', options?: ErrorOptions) {
    super('ConnectionLostError', 'CONNECTION_LOST', message, options)
  }
}

/** There is no connection, and nothing was sent. */
export class NotConnectedError extends ProtooError<'NOT_CONNECTED'> {
  constructor(message = 'cannot send while not connected') {
    super('NotConnectedError', 'NOT_CONNECTED', message)
  }
}

/** The peer is closed, and nothing more is sent or answered. */
export class PeerClosedError extends ProtooError<'PEER_CLOSED'> {
  constructor(message = 'peer closed') {
    super('PeerClosedError', 'PEER_CLOSED', message)
  }
}

export type ProtocolErrorCode =
  | 'BINARY_FRAME'
  | 'INVALID_JSON'
  /** JSON, but of no kind, or with an `id` that is no number or a `method` that is no string. */
  | 'INVALID_MESSAGE'

/** The other end sent something that is no message. It is dropped; the connection stays. */
export class ProtocolError extends ProtooError<ProtocolErrorCode> {
  /** The first 200 characters of the frame. */
  readonly excerpt: string

  constructor(code: ProtocolErrorCode, frame = '') {
    super('ProtocolError', code, `dropped a frame: ${code}`)
    this.excerpt = frame.slice(0, 200)
  }
}
