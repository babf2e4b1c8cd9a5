import type { Data, ProtooNotification, ProtooRequest } from './message.js'
import type { InputOr } from './standard-schema.js'

/**
 * What travels between two ends, as types alone: per side, what that side
 * *handles*. A request is written as a function from its data to its result.
 *
 * ```ts
 * interface ChatContract {
 *   server: { requests: { join(data: { room: string }): { members: string[] } } }
 *   client: { notifications: { message: { from: string; text: string } } }
 * }
 * ```
 *
 * With schemas it is `typeof` what `defineContract()` returned: a request is then `{ data, result }`, and these types
 * are those of what travels, which schemas take as their input.
 *
 * The sides are constrained to `object` rather than a `Record`, which nested
 * interfaces would not satisfy.
 */
export interface Contract {
  server?: Side
  client?: Side
  /** Data of application errors, by code. */
  errors?: object
}

export interface Side {
  requests?: object
  notifications?: object
}

/** The contract of those who gave none: any method, any data. */
export interface AnyContract {
  server: AnySide
  client: AnySide
  errors: Record<number, Data>
}

interface AnySide {
  requests: Record<string, (data: Data) => Data>
  notifications: Record<string, Data>
}

/** The side of `C` that the server handles, and so the client calls. */
export type ServerSide<C extends Contract> = NonNullable<C['server']>
/** The side of `C` that the client handles, and so the server calls. */
export type ClientSide<C extends Contract> = NonNullable<C['client']>

/** The part of a side, or nothing. */
export type Requests<S> = S extends { readonly requests: infer R } ? R : object
export type Notifications<S> = S extends { readonly notifications: infer N } ? N : object

/** Of a request as a function, or with schemas. */
type Parameter<F> = F extends (...args: infer A) => unknown
  ? A extends []
    ? undefined
    : A[0]
  : F extends { readonly data: infer D }
    ? InputOr<D, undefined>
    : undefined
type Result<F> = F extends (...args: never[]) => infer R
  ? Awaited<R>
  : F extends { readonly result: infer R }
    ? InputOr<R, void>
    : // biome-ignore lint/suspicious/noConfusingVoidType: as a handler that returns nothing does
      void
type Travels<T> = InputOr<T, T>

export type RequestMethod<S extends Side> = keyof Requests<S> & string
export type RequestData<S extends Side, M extends RequestMethod<S>> = Parameter<Requests<S>[M]>
export type RequestResult<S extends Side, M extends RequestMethod<S>> = Result<Requests<S>[M]>

export type NotificationMethod<S extends Side> = keyof Notifications<S> & string
export type NotificationData<S extends Side, M extends NotificationMethod<S>> = Travels<Notifications<S>[M]>

type Errors<C extends Contract> = C extends { readonly errors: infer E } ? E : object
/** The codes of the application's own errors. */
export type ContractErrorCode<C extends Contract> = keyof Errors<C> & number
/** The data of an error, which travels as `errorData`. */
export type ContractErrorData<C extends Contract, K extends ContractErrorCode<C>> = Travels<Errors<C>[K]>

/** `data` may be left out where `undefined` or `{}` would do, since absent data is sent as `{}`. */
type DataArgument<D> = undefined extends D ? [data?: D] : object extends D ? [data?: D] : [data: D]

/** The arguments that follow the method's name in `request()`. */
export type RequestArguments<S extends Side, M extends RequestMethod<S>, Options> =
  DataArgument<RequestData<S, M>> extends [data?: infer D]
    ? DataArgument<RequestData<S, M>> extends [data: D]
      ? [data: D, options?: Options]
      : [data?: D, options?: Options]
    : never

/** The arguments that follow the method's name in `notify()`. */
export type NotificationArguments<S extends Side, M extends NotificationMethod<S>> = DataArgument<
  NotificationData<S, M>
>

/** Any request that a side receives: narrow it by `method`. */
export type RequestOf<S extends Side> = {
  [M in RequestMethod<S>]: ProtooRequest<M, RequestData<S, M>>
}[RequestMethod<S>]

/** Any notification that a side receives: narrow it by `method`. */
export type NotificationOf<S extends Side> = {
  [M in NotificationMethod<S>]: ProtooNotification<M, NotificationData<S, M>>
}[NotificationMethod<S>]
