import {
  BufferFullError,
  ConnectionLostError,
  MessageTooLargeError,
  NotConnectedError,
  PeerClosedError,
  RequestError,
  RequestTimeoutError,
  SessionLostError,
} from './errors.js'

/** As seen from the end that is observed. */
export type Direction = 'in' | 'out'

/** What became of a request. */
export type RequestOutcome =
  | 'ok'
  /** Answered with an error code below 500. */
  | 'refused'
  /** Answered with 500 or above: a handler threw, or nobody listens. */
  | 'failed'
  /** No answer came in time. */
  | 'timeout'
  /** The connection, the session or the peer ended first. */
  | 'lost'
  /** Given up by the requester. */
  | 'aborted'
  /** Never sent: there was no connection, or no room. */
  | 'unsent'

/**
 * What happens at one end, for whoever counts it. All of it is optional, is called in the middle of other work, and has to be quick;
 * what it throws is reported once and otherwise ignored. All texts are of a bounded number of kinds.
 */
export interface Metrics {
  /** Most method names that are told apart; further ones, and those that nobody answers, are `other`. Default 100. */
  readonly maxMethods?: number | undefined
  /** A connection was made. */
  opened?(): void
  /** One has ended. @param reason a close code with a meaning (`1006`), words for what has no code, or `other` */
  closed?(reason: string): void
  /** @param seconds from the request to its answer */
  request?(direction: Direction, method: string, outcome: RequestOutcome, seconds: number): void
  notification?(direction: Direction): void
}

/** What is neither known nor to be made known: its number of kinds would be up to the other end. */
export const OTHER = 'other'

/** Longest method name that is told apart, in characters. */
const MAX_LENGTH = 100

/** The method names that metrics tell apart: a client may make up any number of them. */
export class MethodNames {
  private readonly names = new Set<string>()

  constructor(private readonly max = 100) {}

  /** @param vouched whether this end knows the method: it has a handler, was answered, or is asked by this end */
  name(method: string, vouched: boolean): string {
    if (this.names.has(method)) return method
    if (!vouched || this.names.size >= this.max || method.length > MAX_LENGTH) return OTHER
    this.names.add(method)
    return method
  }
}

/** What became of an answer with this error code. */
export function outcomeOfCode(code: number): RequestOutcome {
  return code >= 500 ? 'failed' : 'refused'
}

/**
 * Why a request rejected.
 * @param aborted whether its signal was
 */
export function outcomeOf(error: unknown, aborted = false): RequestOutcome {
  if (error instanceof RequestError) return outcomeOfCode(error.code)
  if (error instanceof RequestTimeoutError) return 'timeout'
  if (
    error instanceof ConnectionLostError ||
    error instanceof SessionLostError ||
    error instanceof PeerClosedError
  )
    return 'lost'
  if (
    error instanceof NotConnectedError ||
    error instanceof BufferFullError ||
    error instanceof MessageTooLargeError
  )
    return 'unsent'
  return aborted ? 'aborted' : 'unsent'
}

const CODES = new Set([
  1000, 1001, 1002, 1003, 1005, 1006, 1007, 1008, 1009, 1011, 1012, 1013, 4000, 4001, 4003, 4008,
])

/** A close code as a reason of {@link Metrics.closed}: the other end may choose among thousands. */
export function reasonOf(code: number): string {
  return CODES.has(code) ? String(code) : OTHER
}

/**
 * The function, for callers that must go on: what it throws goes to `console.error`, the first time.
 * @returns one that does nothing, when there is none
 */
export function safely<Args extends unknown[]>(
  owner: object,
  fn: ((...args: Args) => void) | undefined,
): (...args: Args) => void {
  if (!fn) return () => {}
  let reported = false
  return (...args) => {
    try {
      fn.apply(owner, args)
    } catch (error) {
      if (!reported) console.error('protoo: metrics failed:', error)
      reported = true
    }
  }
}
