import { callHandler, type ErrorHandler, flattenHandlers, type Handler, type Next } from './handler.js'
import { defineMethod, type HandlerMethods, METHODS } from './methods.js'
import type { Request } from './request.js'

interface Entry {
  /** Undefined for any. */
  readonly method: string | undefined
  readonly handler: Handler | ErrorHandler
}

/** Nested calls of `next` until the stack is left, which it would outgrow otherwise. */
export const MAX_DEPTH = 100

/** The handlers of one path, by method: `app.route('/users/:name').all(check).message(deliver)`. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: defineMethod() adds what the interface says
export class Route {
  private readonly stack: Entry[] = []
  /** Of the handlers; undefined stands for any. */
  private readonly methods = new Set<string | undefined>()

  /** Whether any handler is for requests of this method, or for all. */
  handles(method: string): boolean {
    return this.methods.has(method) || this.methods.has(undefined)
  }

  /**
   * Runs the handlers that fit.
   * @param done what follows the route: called with what a handler passes to `next`
   */
  dispatch(req: Request, done: Next): void {
    const { method } = req
    let index = 0
    let depth = 0
    const next = (error?: unknown): void => {
      if (error === 'route') {
        done()
        return
      }
      if (req.ended) {
        done(error)
        return
      }
      if (++depth > MAX_DEPTH) {
        depth = 0
        setImmediate(next, error)
        return
      }
      let entry = this.stack[index++]
      while (entry?.method !== undefined && entry.method !== method) entry = this.stack[index++]
      if (entry) callHandler(entry.handler, error, req, next)
      else done(error)
      depth = 0
    }
    next()
  }

  /** @internal */
  add(method: string | undefined, handlers: readonly unknown[]): this {
    const name = `route.${method ?? 'all'}()`
    for (const handler of flattenHandlers(name, handlers)) this.stack.push({ method, handler })
    this.methods.add(method)
    return this
  }
}

export interface Route extends HandlerMethods<Route> {}

/** Makes `route.METHOD()` exist. */
export function defineRouteMethod(method: string): void {
  defineMethod(Route, method, (route, args) => route.add(method, args))
}

defineMethod(Route, 'all', (route, args) => route.add(undefined, args))
METHODS.forEach(defineRouteMethod)
