import type { StandardSchema } from './standard-schema.js'

export type JsonSchema = Record<string, unknown>

/** What a schema takes, as JSON Schema of draft 7. */
export function jsonSchemaOf(
  name: string,
  schema: StandardSchema,
  convert: (schema: StandardSchema) => object = offered,
): JsonSchema {
  try {
    return { ...convert(schema) }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new TypeError(`${name} cannot be written as JSON Schema: ${reason}`, { cause })
  }
}

/** https://standardschema.dev/json-schema */
interface OfferedSchema {
  readonly '~standard': {
    readonly version: 1
    readonly jsonSchema?: { input(options: { target: string }): object }
  }
}

/** Standard JSON Schema, which is optional. */
function offered(schema: StandardSchema): object {
  const standard: OfferedSchema['~standard'] = schema['~standard']
  if (typeof standard.jsonSchema?.input !== 'function')
    throw new Error('its library does not offer that: give the option jsonSchema')
  return standard.jsonSchema.input({ target: 'draft-07' })
}

// Their values are no schemas: a `$ref` in there is data.
const literal = new Set(['const', 'enum', 'default', 'examples'])

/**
 * The schema with its references to itself (`#/definitions/…`) as seen from the document that it becomes a part of.
 *
 * @param place where that is, as a reference
 */
export function withRefsBelow(place: string, schema: JsonSchema): JsonSchema {
  const { $schema: _, ...rest } = schema
  const visit = (value: unknown, names: boolean): unknown => {
    if (Array.isArray(value)) return value.map((item) => visit(item, false))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => {
        // Below `properties` and the like keys are names, whatever they are.
        if (names) return [key, visit(inner, false)]
        if (key === '$ref' && typeof inner === 'string' && inner.startsWith('#'))
          return [key, place + inner.slice(1)]
        if (literal.has(key)) return [key, inner]
        return [
          key,
          visit(inner, /^(properties|patternProperties|definitions|\$defs|dependencies)$/.test(key)),
        ]
      }),
    )
  }
  return Object.fromEntries(Object.entries(Object(visit(rest, false))))
}
