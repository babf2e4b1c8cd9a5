import { Application, type ApplicationOptions, defineApplicationMethod } from './application.js'
import { middleware } from './middleware/index.js'
import { Request, type RequestFields } from './request.js'
import { defineRouteMethod, Route } from './route.js'
import { defineRouterMethod, Router, type RouterOptions } from './router.js'
import { version } from './version.js'

/** What is there on the function itself (L1). */
export interface Protoo {
  /** A new application. */
  (options?: ApplicationOptions): Application
  readonly version: string
  readonly middleware: typeof middleware
  /** A request of the application's own, for `peer.send()`. */
  request(fields: RequestFields): Request
  /** A router without an application's settings; `app.Router()` has them. */
  Router(options?: RouterOptions): Router
  /**
   * Makes `app.METHOD()`, `router.METHOD()` and `route.METHOD()` exist, for all applications.
   * @throws Error when one of them has something of that name already
   */
  addMethod(method: string): void
}

function createApplication(options?: ApplicationOptions): Application {
  return new Application(options)
}

export const protoo: Protoo = /* @__PURE__ */ Object.assign(createApplication, {
  version,
  middleware,
  request: (fields: RequestFields) => Request.create(fields),
  Router: (options?: RouterOptions) => new Router(options),
  addMethod,
})

function addMethod(method: string): void {
  if (typeof method !== 'string' || !method)
    throw new TypeError('protoo.addMethod() requires a string that is not empty')
  for (const owner of [Application, Router, Route]) {
    // A setting of a function's, such as `name`, is in the way of a router as well.
    if (method in owner.prototype || method in Function.prototype)
      throw new Error(`protoo.addMethod() | method "${method}" already exists in ${owner.name}`)
  }
  defineApplicationMethod(method)
  defineRouterMethod(method)
  defineRouteMethod(method)
}
