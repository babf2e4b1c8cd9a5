import type {
  ClientSide,
  Contract,
  ContractErrorCode,
  ContractErrorData,
  NotificationMethod,
  Notifications,
  RequestMethod,
  Requests,
  ServerSide,
  Side,
} from './contract-types.js'
import type { RequestError } from './errors.js'
import type { InputOr, OutputOr, StandardSchema } from './standard-schema.js'

/** A request with schemas: of its data, and of its result. Without one of them it has none. */
export interface RequestSchemas {
  readonly data?: StandardSchema
  readonly result?: StandardSchema
}

/** What a side handles, with schemas; a notification without data is `undefined`. */
export interface SideSchemas {
  readonly requests?: Readonly<Record<string, RequestSchemas>>
  readonly notifications?: Readonly<Record<string, StandardSchema | undefined>>
}

/** A contract with schemas, as `defineContract()` takes it. */
export interface ContractSchemas {
  readonly server?: SideSchemas
  readonly client?: SideSchemas
  /** Schemas of the data of application errors, by code. */
  readonly errors?: Readonly<Record<number, StandardSchema>>
}

// biome-ignore lint/suspicious/noConfusingVoidType: as a handler that returns nothing does
type Nothing = void
type Part<T, K extends string> = T extends { readonly [P in K]: infer V } ? V : undefined

/** A side as the end sees it that handles it, and checks what it is asked and told. */
interface Handled<S extends Side> {
  requests: {
    [M in keyof Requests<S>]: (
      data: OutputOr<Part<Requests<S>[M], 'data'>, undefined>,
    ) => InputOr<Part<Requests<S>[M], 'result'>, Nothing>
  }
  notifications: { [M in keyof Notifications<S>]: OutputOr<Notifications<S>[M], undefined> }
}

/** A side as the other end sees it, which checks the answers. */
interface Called<S extends Side> {
  requests: {
    [M in keyof Requests<S>]: (
      data: InputOr<Part<Requests<S>[M], 'data'>, undefined>,
    ) => OutputOr<Part<Requests<S>[M], 'result'>, Nothing>
  }
  notifications: { [M in keyof Notifications<S>]: InputOr<Notifications<S>[M], undefined> }
}

/** A contract with schemas as a server sees it that checks what comes in: what it handles is what the schemas make of it. */
export interface ServerView<C extends ContractSchemas> {
  server: Handled<ServerSide<C>>
  client: Called<ClientSide<C>>
  errors: NonNullable<C['errors']>
}

/** A contract with schemas as a client sees it that checks what comes in. */
export interface ClientView<C extends ContractSchemas> {
  server: Called<ServerSide<C>>
  client: Handled<ClientSide<C>>
  errors: NonNullable<C['errors']>
}

/** One handler for each request and notification of a side; `Caller` is whose it is. */
export type ContractHandlers<S extends Side, Caller> = {
  [M in RequestMethod<S>]: (
    caller: Caller,
    data: OutputOr<Part<Requests<S>[M], 'data'>, undefined>,
  ) =>
    | InputOr<Part<Requests<S>[M], 'result'>, Nothing>
    | Promise<InputOr<Part<Requests<S>[M], 'result'>, Nothing>>
} & {
  [M in NotificationMethod<S>]: (caller: Caller, data: OutputOr<Notifications<S>[M], undefined>) => unknown
}

/** Codes that the library answers with, or that mean the same everywhere. */
type CommonCode = 400 | 429 | 500 | 501 | 503

/** Not a generic class: `instanceof` would make `any` of its parameters. */
type ErrorOf<Code, D> = RequestError & { readonly code: Code; readonly data: D }

/** Every error that an end may answer with: switch on `code`, and `data` is that code's. */
export type RequestErrorOf<C extends Contract> =
  | { [K in ContractErrorCode<C>]: ErrorOf<K, ContractErrorData<C, K>> }[ContractErrorCode<C>]
  | ErrorOf<Exclude<CommonCode, ContractErrorCode<C>>, unknown>

type ErrorData<D> = undefined extends D ? [data?: D] : [data: D]

/** What a `ContractError` is made of: a code, a reason for people, and the code's data. */
export type ContractErrorArguments<C extends Contract> = {
  [K in ContractErrorCode<C>]: [code: K, reason: string, ...data: ErrorData<ContractErrorData<C, K>>]
}[ContractErrorCode<C>]
