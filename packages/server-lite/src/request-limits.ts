import { ErrorCode } from '@protoo-kit/protocol'
import type { FrameRefusal } from './allowance.js'
import type { ResolvedLimits } from './limits.js'

const METHOD_TOO_LONG: FrameRefusal = {
  limit: 'methodLength',
  code: ErrorCode.BadRequest,
  reason: 'the method is too long',
  final: false,
}
const TOO_MANY_IN_FLIGHT: FrameRefusal = {
  limit: 'requestsInFlight',
  code: ErrorCode.TooManyRequests,
  reason: 'too many requests wait for an answer',
  final: false,
}

/**
 * What is wrong with a message, once it has been read.
 * @param inFlight requests of the same peer that wait for an answer; 0 for a notification
 */
export function messageRefusal(
  { method }: { readonly method: string },
  inFlight: number,
  limits: ResolvedLimits,
): FrameRefusal | undefined {
  if (method.length > limits.methodLength) return METHOD_TOO_LONG
  return inFlight >= limits.requestsInFlight ? TOO_MANY_IN_FLIGHT : undefined
}

/** Whether a frame that is not read may be a request: it costs nothing to see that one is none. */
export function mayBeRequest(frame: unknown): boolean {
  return typeof frame === 'string' && frame.includes('"request"')
}
