import type { Handler, Handlers } from './handler.js'
import type { PathPattern } from './path-pattern.js'

/** The methods of the two kept revisions (L14), and `all`, which stands for any. */
export const METHODS = [
  'message',
  'session',
  'insession',
  'put',
  'get',
  'icecandidate',
  'update',
  'hold',
  'unhold',
  'end',
] as const

/**
 * For the types of methods that `protoo.addMethod()` adds:
 *
 * ```ts
 * declare module '@protoo-kit/router' {
 *   interface CustomMethods { publish: true }
 * }
 * ```
 */
// biome-ignore lint/suspicious/noEmptyInterface: the application's to fill
export interface CustomMethods {}

export type Method = (typeof METHODS)[number] | (keyof CustomMethods & string)

/** Handles the requests of one method, at a path or, without one, at all. */
export interface RouteMethod<Owner> {
  (path: PathPattern, ...handlers: [Handler, ...Handler[]]): Owner
  (path: PathPattern, ...handlers: [Handlers, ...Handlers[]]): Owner
  (...handlers: [Handler, ...Handler[]]): Owner
  (...handlers: [Handlers, ...Handlers[]]): Owner
}

/** The same on a route, which has its path. */
export interface HandlerMethod<Owner> {
  (...handlers: [Handler, ...Handler[]]): Owner
  (...handlers: [Handlers, ...Handlers[]]): Owner
}

export type RouteMethods<Owner> = Record<Method | 'all', RouteMethod<Owner>>
export type HandlerMethods<Owner> = Record<Method | 'all', HandlerMethod<Owner>>

/**
 * Adds a method to a class. They are added rather than written out since `addMethod` may add more.
 * @param define what an instance does when its method is called
 */
export function defineMethod<Owner extends object>(
  owner: { prototype: Owner },
  method: string,
  define: (instance: Owner, args: unknown[]) => unknown,
): void {
  Object.defineProperty(owner.prototype, method, {
    configurable: true,
    writable: true,
    value(this: Owner, ...args: unknown[]) {
      return define(this, args)
    },
  })
}
