import type { ContractSchemas } from './contract-views.js'
import type { StandardSchema } from './standard-schema.js'

/**
 * A contract with schemas, of any library that speaks Standard Schema: zod, valibot, arktype and others.
 *
 * ```ts
 * export const chat = defineContract({
 *   server: {
 *     requests: { join: { data: z.object({ name: z.string() }), result: z.object({ members: z.array(z.string()) }) } },
 *     notifications: { typing: z.object({ on: z.boolean() }) },
 *   },
 *   client: { notifications: { message: z.object({ from: z.string(), text: z.string() }) } },
 *   errors: { 409: z.object({ capacity: z.number() }) },
 * })
 * ```
 *
 * `Peer<typeof chat>`, hooks, composables and rooms take its types. `typeof chat` alone checks nothing at run time;
 * `ContractRoom` and `ContractPeer` do.
 *
 * @returns what it was given
 * @throws TypeError when it is no contract, and says where
 */
export function defineContract<const C extends ContractSchemas>(contract: C): C {
  const { server, client, errors } = entries('contract', contract, ['server', 'client', 'errors'])
  checkSide('server', server)
  checkSide('client', client)
  for (const [code, schema] of Object.entries(entries('errors', errors ?? {}))) {
    if (!Number.isSafeInteger(Number(code)))
      throw new TypeError(`errors.${code}: an error's code must be a whole number`)
    assertSchema(`errors.${code}`, schema)
  }
  return contract
}

function checkSide(name: string, side: unknown): void {
  if (side === undefined) return
  const { requests = {}, notifications = {} } = entries(name, side, ['requests', 'notifications'])
  for (const [method, request] of Object.entries(entries(`${name}.requests`, requests))) {
    const where = `${name}.requests.${method}`
    for (const [part, schema] of Object.entries(entries(where, request, ['data', 'result'])))
      assertSchema(`${where}.${part}`, schema)
    if (Object.hasOwn(Object(notifications), method))
      throw new TypeError(`${where} is a notification too: give one of them another name`)
  }
  for (const [method, schema] of Object.entries(entries(`${name}.notifications`, notifications)))
    if (schema !== undefined) assertSchema(`${name}.notifications.${method}`, schema)
}

function entries(where: string, value: unknown, known?: readonly string[]): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || isSchema(value))
    throw new TypeError(`${where} must be an object${known ? ` with ${known.join(', ')}` : ''}`)
  const unknown = known && Object.keys(value).find((key) => !known.includes(key))
  if (unknown !== undefined)
    throw new TypeError(`${where}.${unknown} means nothing: there are ${known?.join(', ')}`)
  return { ...value }
}

function isSchema(value: unknown): value is StandardSchema {
  // arktype's schemas are functions.
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false
  if (!('~standard' in value)) return false
  const standard = value['~standard']
  return typeof standard === 'object' && standard !== null && 'validate' in standard
}

function assertSchema(where: string, value: unknown): void {
  if (!isSchema(value))
    throw new TypeError(`${where} must be a schema (Standard Schema 1: zod, valibot, arktype, …)`)
}
