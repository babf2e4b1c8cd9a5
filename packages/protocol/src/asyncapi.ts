/** A contract with schemas as a document of AsyncAPI 3: `@protoo-kit/protocol/asyncapi`. */
import type { ContractSchemas, RequestSchemas, SideSchemas } from './contract-views.js'
import { type JsonSchema, jsonSchemaOf, withRefsBelow } from './json-schema.js'
import type { StandardSchema } from './standard-schema.js'

export type { JsonSchema } from './json-schema.js'

export interface AsyncApiOptions {
  /** What the document is of. */
  info: { title: string; version: string; description?: string }
  /** Where it is served, by a name of your choice: `{ production: { host: 'example.org', protocol: 'wss' } }`. */
  servers?: Record<string, { host: string; protocol: string; pathname?: string; description?: string }>
  /**
   * Makes JSON Schema, draft 7, of the input of a schema: `(schema) => z.toJSONSchema(schema, { target: 'draft-7', io: 'input' })`.
   * Default: what the schema itself offers by Standard JSON Schema, as zod and arktype do.
   */
  // A method, so that a function for one library's schemas will do.
  jsonSchema?(schema: StandardSchema): object
}

/** A JSON object, ready for `JSON.stringify`. */
export interface AsyncApiDocument {
  asyncapi: '3.0.0'
  info: AsyncApiOptions['info']
  [key: string]: unknown
}

type Json = Record<string, unknown>

/**
 * Describes the server of a contract: what it receives and sends, and each message as it travels, envelope included.
 *
 * @throws TypeError when a schema cannot be written as JSON Schema, and says which
 */
export function toAsyncApi(contract: ContractSchemas, options: AsyncApiOptions): AsyncApiDocument {
  const messages: Json = {}
  const schemas: Json = {}
  const operations: Json = {}
  const channel = { $ref: '#/channels/protoo' }
  const message = (name: string) => ({ $ref: `#/channels/protoo/messages/${pointer(name)}` })

  /** Adds a message of a kind, and says how it is named. */
  const add = (
    name: string,
    title: string,
    schema: StandardSchema | undefined,
    envelope: (data: object) => object,
  ) => {
    let data: JsonSchema = {}
    if (schema) {
      schemas[name] = withRefsBelow(
        `#/components/schemas/${pointer(name)}`,
        jsonSchemaOf(name, schema, options.jsonSchema),
      )
      data = { $ref: `#/components/schemas/${pointer(name)}` }
    }
    messages[name] = { name: title, title, contentType: 'application/json', payload: envelope(data) }
    return name
  }

  const describe = (name: 'server' | 'client', side: SideSchemas): void => {
    const action = name === 'server' ? 'receive' : 'send'
    for (const [method, { data, result }] of entries<RequestSchemas>(side.requests)) {
      const key = `${name}.${method}`
      const request = add(`${key}.request`, method, data, (data) => envelope('request', method, data, true))
      const answer = add(`${key}.answer`, `${method}: answer`, result, (data) =>
        response({ ok: { const: true }, data }),
      )
      operations[key] = {
        action,
        title: method,
        channel,
        messages: [message(request)],
        reply: { channel, messages: [message(answer), ...refusals.map(message)] },
      }
    }
    for (const [method, schema] of entries<StandardSchema | undefined>(side.notifications)) {
      const key = `${name}.${method}`
      const sent = add(`${key}.notification`, method, schema, (data) =>
        envelope('notification', method, data, false),
      )
      operations[key] = { action, title: method, channel, messages: [message(sent)] }
    }
  }

  const refusals = [
    ...entries<StandardSchema>(contract.errors).map(([code, schema]) =>
      add(`error.${code}`, `error ${code}`, schema, (errorData) =>
        refusal({ const: Number(code) }, errorData),
      ),
    ),
    add('error', 'any other error', undefined, (errorData) => refusal({ type: 'integer' }, errorData)),
  ]
  describe('server', contract.server ?? {})
  describe('client', contract.client ?? {})

  return {
    asyncapi: '3.0.0',
    info: options.info,
    ...(options.servers && { servers: options.servers }),
    defaultContentType: 'application/json',
    channels: {
      protoo: {
        title: 'protoo',
        description: 'One WebSocket with the subprotocol protoo; each message is one text frame.',
        messages: Object.fromEntries(
          Object.keys(messages).map((name) => [name, { $ref: `#/components/messages/${pointer(name)}` }]),
        ),
        bindings: { ws: { bindingVersion: '0.1.0' } },
      },
    },
    operations,
    components: { messages, schemas },
  }
}

function entries<T>(record: Readonly<Record<string, T>> | undefined): [string, T][] {
  return Object.entries(record ?? {})
}

/** A part of a JSON pointer. */
function pointer(name: string): string {
  return encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'))
}

function envelope(kind: 'request' | 'notification', method: string, data: object, numbered: boolean): object {
  return {
    type: 'object',
    properties: {
      [kind]: { const: true },
      ...(numbered && { id: { type: 'integer' } }),
      method: { const: method },
      data,
    },
    required: [kind, ...(numbered ? ['id'] : []), 'method', 'data'],
  }
}

function response(properties: Json): object {
  return {
    type: 'object',
    properties: { response: { const: true }, id: { type: 'integer' }, ...properties },
    required: ['response', 'id', ...Object.keys(properties).filter((key) => key !== 'errorData')],
  }
}

function refusal(errorCode: object, errorData: object): object {
  return response({ ok: { const: false }, errorCode, errorReason: { type: 'string' }, errorData })
}
