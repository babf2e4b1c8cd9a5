import { MessageTooLargeError, RequestError } from './errors.js'
import {
  createErrorResponse,
  createSuccessResponse,
  type Data,
  encode,
  type Message,
  type ProtooRequest,
} from './message.js'

/** Answers the request with `data`; what is falsy is sent as `{}`. */
export type AcceptRequest<Result = Data> = (data?: Result) => void

/**
 * Refuses the request: `(code, reason)`, `(code, error)`, or `(error)`, which
 * answers 500 with the error's message (C16), a {@link RequestError} with its own code.
 */
export type RejectRequest = (codeOrError?: number | Error, reason?: string | Error) => void

export type RequestListener = (
  request: ProtooRequest,
  accept: AcceptRequest,
  reject: RejectRequest,
) => unknown

/** Returns the answer, or a promise of it; throws (or rejects with) {@link RequestError} to refuse. */
export type RequestHandler = (data: Data, request: ProtooRequest) => unknown

export interface Answer {
  accept: AcceptRequest
  reject: RejectRequest
  /** What a handler threw: a RequestError speaks for itself, all else is 500 with its text, as in v4. */
  fail(error: unknown): void
}

/**
 * The one answer that a request gets: whatever comes second is ignored.
 * Nothing here throws, since `accept` is called from anybody's code.
 *
 * @param send puts the frame on the connection that the request came on, if that is still there; may throw
 */
export function createAnswer(id: number, send: (text: string) => void): Answer {
  let given: boolean | undefined
  const give = (respond: () => Message, instead?: boolean): void => {
    try {
      const text = encode(respond())
      // Only now: what is written as JSON may itself have answered.
      if (given) return
      given = true
      send(text)
    } catch (error) {
      // Once: what is sent instead is short, unless the limit is.
      if (error instanceof MessageTooLargeError) given = instead
      // Cycles, bigints, what has no text or is too long: the other end is told, rather than left to its
      // timeout. If `send` failed otherwise, the connection broke, which the other end learns by itself.
      fault(error, true)
    }
  }
  const fault = (error: unknown, instead?: boolean): void =>
    give(() => createErrorResponse(id, 500, String(error)), instead)
  const refuse = (code: number, reason: unknown, data?: unknown): void =>
    give(() =>
      createErrorResponse(id, code, String((reason instanceof Error ? reason.message : reason) ?? ''), data),
    )
  const reject: RejectRequest = (codeOrError, reason) => {
    if (typeof codeOrError === 'number') refuse(codeOrError, reason)
    else if (codeOrError instanceof RequestError) refuse(codeOrError.code, codeOrError, codeOrError.data)
    else refuse(500, reason ?? codeOrError)
  }
  return {
    accept: (data) => give(() => createSuccessResponse(id, data)),
    reject,
    fail: (error) => (error instanceof RequestError ? reject(error) : fault(error)),
  }
}
