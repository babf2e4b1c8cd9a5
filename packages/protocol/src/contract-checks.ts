import { describeIssues, InvalidDataError, readIssues } from './contract-errors.js'
import type { ContractSchemas, SideSchemas } from './contract-views.js'
import { RequestError } from './errors.js'
import type { Data } from './message.js'
import type { SchemaIssue, SchemaResult, StandardSchema } from './standard-schema.js'

/** At once, unless the schema is one that takes its time. */
export type Checked<T = unknown> = T | Promise<T>

/** A schema, or `undefined` for what has no data; not in the map is what the contract does not know. */
type Schemas = ReadonlyMap<string, StandardSchema | undefined>

/** What the data must be that comes in at one end. */
export class ContractChecks {
  private readonly requests: Schemas
  private readonly notifications: Schemas
  private readonly results: Schemas
  private readonly errors: Schemas

  /** @param end the one that receives */
  constructor(contract: ContractSchemas, end: 'server' | 'client') {
    const [handled, called] = end === 'server' ? ['server', 'client'] : ['client', 'server']
    const side = (name: string | undefined): SideSchemas =>
      (name === 'server' ? contract.server : contract.client) ?? {}
    const { requests = {}, notifications = {} } = side(handled)
    this.requests = new Map(Object.entries(requests).map(([method, { data }]) => [method, data]))
    this.notifications = new Map(Object.entries(notifications))
    const answers = Object.entries(side(called).requests ?? {})
    this.results = new Map(answers.map(([method, { result }]) => [method, result]))
    this.errors = new Map(Object.entries(contract.errors ?? {}))
  }

  /**
   * The data of a request, as its handler is to get it.
   * @throws RequestError 400, with what is wrong, or 501 when there is no such request
   */
  request(method: string, data: Data): Checked<Data> {
    if (!this.requests.has(method)) throw new RequestError(501, `no request "${method.slice(0, 64)}"`)
    return check(this.requests.get(method), data, (issues) => {
      const found = readIssues(issues)
      return new RequestError(400, describeIssues('data', found), { issues: found })
    })
  }

  /** @throws InvalidDataError */
  notification(method: string, data: Data): Checked<Data> {
    if (!this.notifications.has(method))
      throw new InvalidDataError(method.slice(0, 64), 'data', [{ path: [], message: 'no such notification' }])
    return check(this.notifications.get(method), data, invalid(method, 'data'))
  }

  /** The other end's answer: its data, or what it refused with. Rejects with InvalidDataError when it is not what the contract says. */
  async answer(method: string, answer: Promise<Data>): Promise<Data> {
    let data: Data
    try {
      data = await answer
    } catch (error) {
      const schema = error instanceof RequestError ? this.errors.get(String(error.code)) : undefined
      if (!schema || !(error instanceof RequestError)) throw error
      const errorData = await check(schema, error.data ?? {}, invalid(method, 'errorData', { cause: error }))
      throw new RequestError(error.code, error.message, errorData)
    }
    return await check(this.results.get(method), data, invalid(method, 'result'))
  }
}

function invalid(
  method: string,
  what: string,
  options?: ErrorOptions,
): (issues: readonly SchemaIssue[]) => Error {
  return (issues) => new InvalidDataError(method, what, readIssues(issues), options)
}

function check(
  schema: StandardSchema | undefined,
  data: Data,
  failure: (issues: readonly SchemaIssue[]) => Error,
): Checked<Data> {
  if (!schema) return undefined
  const settle = (result: SchemaResult<unknown>, again: boolean): Checked => {
    if (!result.issues) return result.value
    // What is left out travels as `{}`, which a schema of optional data need not take.
    if (!again || !isEmpty(data)) throw failure(result.issues)
    const { issues } = result
    return then(schema['~standard'].validate(undefined), (second) =>
      settle(second.issues ? { issues } : second, false),
    )
  }
  return then(schema['~standard'].validate(data), (result) => settle(result, true))
}

function then<T, R>(value: T | Promise<T>, next: (value: T) => R | Promise<R>): R | Promise<R> {
  return isPromise(value) ? Promise.resolve(value).then(next) : next(value)
}

/** Also those of other makes: taken for a result, one would pass for checked. */
export function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}

function isEmpty(data: unknown): boolean {
  return typeof data === 'object' && data !== null && !Array.isArray(data) && Object.keys(data).length === 0
}
