import type { PathPattern } from './path-pattern.js'
import type { Request } from './request.js'

/**
 * Hands the request on. Each handler is given one of its own, of which the first call counts.
 *
 * @param error skips to the next error handler; `'route'` skips the rest of this route
 */
export type Next = (error?: unknown) => void

/** Takes at most two parameters. May be async: a rejection is `next(error)`. */
export type Handler = (req: Request, next: Next) => unknown

/** Takes three parameters, which is how it is told from a {@link Handler} (L16). `next()` clears the error. */
export type ErrorHandler = (error: unknown, req: Request, next: Next) => unknown

/** Takes two to four parameters; otherwise like a {@link Handler}. */
export type ParamHandler = (req: Request, next: Next, value: string, name: string) => unknown

/** Any number of handlers, in arrays however deep. */
export type Handlers = Handler | ErrorHandler | readonly Handlers[]

/** @throws TypeError when there is none, or one is no function */
export function flattenHandlers(owner: string, handlers: readonly unknown[]): (Handler | ErrorHandler)[] {
  const flat = handlers.flat(Number.POSITIVE_INFINITY)
  if (flat.length === 0) throw new TypeError(`${owner} requires a handler function`)
  for (const handler of flat) {
    if (typeof handler !== 'function')
      throw new TypeError(
        `${owner} requires handler functions, not ${handler === null ? 'null' : typeof handler}`,
      )
  }
  return flat as (Handler | ErrorHandler)[]
}

/** Splits the arguments of `use` and of the methods: the path may be left out. */
export function splitPath(
  args: readonly unknown[],
  fallback: string,
): { path: PathPattern; handlers: readonly unknown[] } {
  let first = args[0]
  while (Array.isArray(first) && first.length > 0) first = first[0]
  if (typeof first === 'function') return { path: fallback, handlers: args }
  return { path: args[0] as PathPattern, handlers: args.slice(1) }
}

/** Calls a handler if it is one for the case, with an error or without; otherwise hands on. */
export function callHandler(handler: Handler | ErrorHandler, error: unknown, req: Request, next: Next): void {
  const forErrors = handler.length === 3
  if (error ? !forErrors : handler.length > 2) {
    next(error)
    return
  }
  callOnce(
    forErrors
      ? (proceed) => (handler as ErrorHandler)(error, req, proceed)
      : (proceed) => (handler as Handler)(req, proceed),
    req,
    next,
  )
}

/**
 * Runs the application's code, which hands on by the function it is given, by throwing or by a promise that rejects:
 * the first time counts. A failure after that is nobody's to handle and is reported.
 */
export function callOnce(call: (proceed: Next) => unknown, req: Request, next: Next): void {
  let handedOn = false
  const proceed = (error?: unknown): void => {
    if (handedOn) return
    handedOn = true
    next(error)
  }
  const fail = (error: unknown): void => {
    const failure = error || new Error(`a handler failed with ${String(error)}`)
    if (handedOn) req.app.reportRouteError(failure)
    else proceed(failure)
  }
  try {
    const result = call(proceed)
    if (isThenable(result)) result.then(undefined, fail)
  } catch (error) {
    fail(error)
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function'
}
