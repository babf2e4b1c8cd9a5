import { callOnce, type Next, type ParamHandler } from './handler.js'
import type { Request } from './request.js'

/** What became of a parameter's handlers, for the other routes that have it. */
interface Seen {
  /** What was in the path. */
  readonly given: string
  /** What the handlers made of it. */
  value: string | undefined
  error: unknown
}

/** The parameter handlers that have run in one pass through a router: once for each value (L15). */
export class ParamRun {
  private readonly seen = new Map<string, Seen>()

  constructor(private readonly handlers: ReadonlyMap<string, readonly ParamHandler[]>) {}

  /** Runs those of `names`, one after the other, before the route. */
  run(names: readonly string[], req: Request, done: Next): void {
    let index = 0
    const nextName = (error?: unknown): void => {
      const name = names[index++]
      if (error || name === undefined) {
        done(error)
        return
      }
      const given = req.params[name]
      const handlers = this.handlers.get(name)
      if (given === undefined || !handlers) {
        nextName()
        return
      }
      const before = this.seen.get(name)
      if (before && (before.error || before.given === given)) {
        if (before.value !== undefined) req.params[name] = before.value
        nextName(before.error)
        return
      }
      const seen: Seen = { given, value: given, error: undefined }
      this.seen.set(name, seen)
      this.runHandlers(handlers, name, seen, req, nextName)
    }
    nextName()
  }

  private runHandlers(
    handlers: readonly ParamHandler[],
    name: string,
    seen: Seen,
    req: Request,
    done: Next,
  ): void {
    let index = 0
    const next = (error?: unknown): void => {
      seen.value = req.params[name]
      const handler = handlers[index++]
      if (error) seen.error = error === 'route' ? undefined : error
      if (error || !handler) done(error)
      else callOnce((proceed) => handler(req, proceed, seen.given, name), req, next)
    }
    next()
  }
}
