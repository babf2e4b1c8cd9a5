import type { AnyContract, Contract } from './contract-types.js'
import type { ContractErrorArguments, RequestErrorOf } from './contract-views.js'
import { ProtocolError, RequestError } from './errors.js'
import type { SchemaIssue } from './standard-schema.js'

/**
 * An error of the contract: thrown in a handler it is what the other end receives.
 *
 * ```ts
 * throw new ContractError<typeof chat>(409, 'the room is full', { capacity: 8 })
 * ```
 */
export class ContractError<C extends Contract = AnyContract> extends RequestError {
  constructor(...[code, reason, data]: ContractErrorArguments<C>) {
    super(code, reason, data)
  }
}

/**
 * Whether the other end answered with an error: then `error.code` is one of the contract's, or one that the library itself
 * answers with, and `error.data` is that code's.
 */
export function isRequestError<C extends Contract = AnyContract>(error: unknown): error is RequestErrorOf<C> {
  return error instanceof RequestError
}

/** One thing that is wrong with data. */
export interface DataIssue {
  /** Where: names of properties and places in arrays, from the outside in. */
  path: (string | number)[]
  message: string
}

/** The data of error 400. */
export interface InvalidData {
  /** At most 16. */
  issues: DataIssue[]
}

// What a schema says may repeat what a client sent: none of it is handed on without a bound.
const MOST_ISSUES = 16
const DEEPEST_PATH = 16
const LONGEST_NAME = 64
const LONGEST_MESSAGE = 200

/** What is wrong, in a form that can be sent. */
export function readIssues(issues: readonly SchemaIssue[]): DataIssue[] {
  return issues.slice(0, MOST_ISSUES).map(({ message, path = [] }) => ({
    // A copy first: arktype's paths are no plain arrays.
    path: [...path].slice(0, DEEPEST_PATH).map((segment) => {
      const key = typeof segment === 'object' ? segment.key : segment
      return typeof key === 'number' ? key : String(key).slice(0, LONGEST_NAME)
    }),
    message: message.slice(0, LONGEST_MESSAGE),
  }))
}

/** `data.members[2].name: Required`, for the first that is wrong. */
export function describeIssues(root: string, [first]: readonly DataIssue[]): string {
  const path = first?.path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`)) ?? []
  return `${root}${path.join('')}: ${first?.message ?? 'not what the contract says'}`
}

/** The other end sent what the contract does not allow: a notification was dropped, or an answer cannot be had. */
export class InvalidDataError extends ProtocolError {
  readonly method: string
  readonly issues: readonly DataIssue[]

  /** @param what `data`, `result` or `errorData` */
  constructor(method: string, what: string, issues: readonly DataIssue[], options?: ErrorOptions) {
    super('INVALID_DATA')
    this.name = 'InvalidDataError'
    this.method = method
    this.issues = issues
    this.message = `${method}: ${describeIssues(what, issues)}`
    if (options && 'cause' in options) this.cause = options.cause
  }
}
