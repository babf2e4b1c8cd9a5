import { RequestError } from '@protoo-kit/protocol'
import { textOf } from './emit.js'
import type { Request } from './request.js'

/**
 * Answers what no handler answered (L17): 404, or for an error its `status`, otherwise 500. A `RequestError` is an
 * answer: its code is the status, and there is nothing to report.
 *
 * @returns the error to report, if any
 */
export function finalHandler(req: Request, error: unknown): { error: unknown } | undefined {
  const refusal = error instanceof RequestError && isRefusal(error.code)
  if (!req.ended) {
    if (!error) req.reply(404, `no handler for ${req.method} at ${req.originalPath}`)
    else if (refusal) req.reply(error.code, error.message, isObject(error.data) ? error.data : undefined)
    else req.reply(statusOf(error), textOf(error))
  } else if (refusal) return
  return error && !refusal ? { error } : undefined
}

/** What is logged of an error: its stack, in production one line. */
export function describeError(error: unknown, env: unknown): string {
  const { stack } = error instanceof Error ? error : {}
  return env === 'production' || !stack ? textOf(error) : stack
}

/** The status that an error is answered with. */
export function statusOf(error: unknown): number {
  const status: unknown =
    typeof error === 'object' && error !== null && 'status' in error ? error.status : 500
  return isRefusal(status) ? status : 500
}

function isRefusal(status: unknown): status is number {
  return Number.isInteger(status) && (status as number) >= 300 && (status as number) <= 699
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
