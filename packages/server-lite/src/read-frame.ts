import { type Message, type ProtocolError, parse } from '@protoo-kit/protocol'

/**
 * {@link parse}, for frames of anybody: without the stack of the errors, which is always the same, and costs ten times what
 * else is done for a frame that is no message.
 */
export function readFrame(frame: unknown): Message | ProtocolError {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  const message = parse(frame)
  Error.stackTraceLimit = stackTraceLimit
  return message
}
