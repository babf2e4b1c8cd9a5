import { callHandler, flattenHandlers, type Next, type ParamHandler, splitPath } from './handler.js'
import { Layer, type LayerMatch } from './layer.js'
import { defineMethod, METHODS, type RouteMethod, type RouteMethods } from './methods.js'
import { ParamRun } from './param-run.js'
import { mergeParams } from './params.js'
import type { PathPattern } from './path-pattern.js'
import type { Request } from './request.js'
import { MAX_DEPTH, Route } from './route.js'

export interface RouterOptions {
  /** Whether `/Users` and `/users` are two paths. Default: `case sensitive routing` of the application, or `false`. */
  caseSensitive?: boolean | undefined
  /** Whether `/users/` and `/users` are two paths. Default: `strict routing` of the application, or `false`. */
  strict?: boolean | undefined
  /** Whether `req.params` keeps what the router above captured; the own count. Default `false`. */
  mergeParams?: boolean | undefined
}

/** A class whose instances can be called: a router is a handler as well. */
class Callable {
  constructor() {
    const router: Next = function (this: unknown, ...args: unknown[]) {
      Reflect.apply(Router.prototype.handle, router, args)
    }
    // A router has the two parameters of a handler.
    Object.defineProperty(router, 'length', { value: 2 })
    // biome-ignore lint/correctness/noConstructorReturn: the function is the instance
    return Object.setPrototypeOf(router, new.target.prototype)
  }
}

/**
 * Handlers and routes in the order in which they were added (L13). A request goes through those that match, each handing it on
 * by `next()`, until one replies.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: defineMethod() adds what the interface says
export class Router extends Callable {
  private readonly stack: Layer[]
  private readonly paramHandlers: Map<string, ParamHandler[]>
  private readonly sensitive: boolean
  private readonly strict: boolean
  private readonly merge: boolean

  constructor({ caseSensitive = false, strict = false, mergeParams = false }: RouterOptions = {}) {
    super()
    this.stack = []
    this.paramHandlers = new Map()
    this.sensitive = caseSensitive
    this.strict = strict
    this.merge = mergeParams
  }

  /** A new route at a path, to add handlers to. */
  route(path: PathPattern): Route {
    const route = new Route()
    this.stack.push(new Layer(path, { sensitive: this.sensitive, strict: this.strict, end: true }, route))
    return route
  }

  /**
   * Adds a handler that runs before any handler of this router whose path has the parameter, once for each value (L15).
   * @param name or several
   */
  param(name: string | readonly string[], handler: ParamHandler): this {
    if (typeof handler !== 'function')
      throw new TypeError(`param() requires a handler function, not ${typeof handler}`)
    for (const each of [name].flat()) {
      const handlers = this.paramHandlers.get(each) ?? []
      this.paramHandlers.set(each, handlers)
      handlers.push(handler)
    }
    return this
  }

  /** @internal */
  mount(args: readonly unknown[]): this {
    const { path, handlers } = splitPath(args, '/')
    const options = { sensitive: this.sensitive, strict: false, end: false }
    for (const handler of flattenHandlers('use()', handlers))
      this.stack.push(new Layer(path, options, handler))
    return this
  }

  /** @internal */
  add(method: string | undefined, args: readonly unknown[]): this {
    const { path, handlers } = splitPath(args, '*')
    this.route(path).add(method, handlers)
    return this
  }

  /** @param done called when no handler replied, with the error if there is one */
  handle(req: Request, done: Next): void {
    const { stack } = this
    const { params: parentParams, basePath: parentBase } = req
    let paramRun: ParamRun | undefined
    let index = 0
    let depth = 0
    /** What was taken off the path for the handler that runs. */
    let removed = ''
    let slashAdded = false

    const leave = (error?: unknown): void => {
      req.params = parentParams
      req.basePath = parentBase
      done(error)
    }

    const next = (error?: unknown): void => {
      let failure = error === 'route' ? undefined : error
      // A handler may have changed the rest, which stays changed.
      if (slashAdded) req.path = req.path.slice(1)
      if (removed) {
        req.path = removed + req.path
        req.basePath = parentBase
      }
      removed = ''
      slashAdded = false
      if (req.ended) {
        leave(failure)
        return
      }
      if (++depth > MAX_DEPTH) {
        depth = 0
        setImmediate(next, failure)
        return
      }
      const { path, method } = req
      while (index < stack.length) {
        const layer = stack[index++] as Layer
        const { target } = layer
        let match: LayerMatch | undefined
        // A route takes no errors, and only its own methods.
        if (target instanceof Route && (failure || !target.handles(method))) continue
        try {
          match = layer.match(path)
        } catch (problem) {
          failure = failure || problem
          continue
        }
        if (!match) continue
        enter(layer, match, failure, path)
        depth = 0
        return
      }
      leave(failure)
    }

    const enter = (layer: Layer, match: LayerMatch, failure: unknown, path: string): void => {
      req.params = this.merge ? mergeParams(parentParams, match.params) : match.params
      if (this.paramHandlers.size === 0 || match.names.length === 0) {
        call(layer, match, failure, path, next)
        return
      }
      paramRun ??= new ParamRun(this.paramHandlers)
      paramRun.run(match.names, req, (error) => {
        if (error || req.ended) next(failure || error)
        else call(layer, match, failure, path, next)
      })
    }

    const call = (
      { target }: Layer,
      match: LayerMatch,
      failure: unknown,
      path: string,
      proceed: Next,
    ): void => {
      if (target instanceof Route) {
        target.dispatch(req, proceed)
        return
      }
      const { path: matched } = match
      if (matched) {
        // A RegExp may match in the middle of a name, or not at the beginning.
        const after = path[matched.length]
        if (!path.startsWith(matched) || (after !== undefined && after !== '/' && after !== '.')) {
          proceed(failure)
          return
        }
        removed = matched
        req.path = path.slice(matched.length)
        if (req.path[0] !== '/') {
          req.path = `/${req.path}`
          slashAdded = true
        }
        req.basePath = parentBase + (matched.endsWith('/') ? matched.slice(0, -1) : matched)
      }
      callHandler(target, failure, req, proceed)
    }

    next()
  }
}

export interface Router extends RouteMethods<Router> {
  /**
   * Adds handlers for everything at or below a path, `/` if it is left out. They see the path without what matched.
   * @throws TypeError without a handler
   */
  use: RouteMethod<Router>
  (req: Request, next: Next): void
}

/** Makes `router.METHOD()` exist. */
export function defineRouterMethod(method: string): void {
  defineMethod(Router, method, (router, args) => router.add(method, args))
}

defineMethod(Router, 'use', (router, args) => router.mount(args))
defineMethod(Router, 'all', (router, args) => router.add(undefined, args))
METHODS.forEach(defineRouterMethod)
