import fc from 'fast-check'
import {
  createErrorResponse,
  createNotification,
  createRequest,
  createSuccessResponse,
  type Message,
} from '../src/message.js'

/** Any string of JavaScript, half surrogate pairs included. */
export const text: fc.Arbitrary<string> = fc.string({ unit: 'binary' })

// Both without minus zero, which JSON.stringify writes as 0.
const data = fc.jsonValue({ stringUnit: 'binary' }).map((value): unknown => JSON.parse(JSON.stringify(value)))
const id = fc
  .oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }))
  .map((value) => value + 0)

export const message: fc.Arbitrary<Message> = fc.oneof(
  fc.tuple(id, text, data).map(([id, method, data]) => createRequest(id, method, data)),
  fc.tuple(id, data).map(([id, data]) => createSuccessResponse(id, data)),
  fc
    .tuple(id, id, text, fc.option(data, { nil: undefined }))
    .map(([id, code, reason, errorData]) => createErrorResponse(id, code, reason, errorData)),
  fc.tuple(text, data).map(([method, data]) => createNotification(method, data)),
)

const names = [
  'request',
  'response',
  'notification',
  'id',
  'method',
  'data',
  'ok',
  'errorCode',
  'errorReason',
]
const key = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...names, 'errorData') },
  { weight: 1, arbitrary: fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', 'valueOf') },
  { weight: 1, arbitrary: text },
)

/** Values written out, for JSON has some that `JSON.stringify` never writes. */
const value = fc.oneof(
  fc.constantFrom(
    'true',
    'false',
    'null',
    '0',
    '-0',
    '1',
    '7',
    '1e999',
    '-1e999',
    '1e-999',
    '""',
    '"a"',
    '{}',
  ),
  fc.constantFrom(
    '{"__proto__":{"a":1}}',
    '{"toString":1,"valueOf":null}',
    '{"constructor":{"prototype":1}}',
  ),
  fc.integer({ min: 1, max: 20_000 }).map((depth) => '['.repeat(depth) + ']'.repeat(depth)),
  fc.integer({ min: 1, max: 5000 }).map((depth) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`),
  fc.json({ stringUnit: 'binary' }),
)

type Fields = [name: string, value: string][]

/** The text of an object. */
function written(fields: Fields): string {
  return `{${fields.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`
}

/** Any fields of messages, of any type, maybe twice. */
const anyFields: fc.Arbitrary<Fields> = fc.array(fc.tuple(key, value), { maxLength: 8 })

/** Mostly a message: the fields that make it one are right, and anything may stand in the others and beside them. */
const almostMessage = fc
  .tuple(
    fc.constantFrom('request', 'response', 'notification'),
    mostly(fc.constantFrom('0', '1', '-7', '1.5', '1e21')),
    mostly(fc.constantFrom('""', '"a"', '"constructor"', '"__proto__"')),
    anyFields,
  )
  .chain(([kind, id, method, others]) => {
    const fields: Fields = [[kind, 'true'], ['id', id], ['method', method], ...others]
    return fc.shuffledSubarray(fields, { minLength: fields.length - 1 })
  })
  .map(written)

function mostly(right: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.oneof({ weight: 9, arbitrary: right }, { weight: 1, arbitrary: value })
}

/** What a socket may deliver as text. */
export const frame: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: almostMessage },
  { weight: 2, arbitrary: anyFields.map(written) },
  { weight: 1, arbitrary: value },
  { weight: 1, arbitrary: text },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 64 }).map((bytes) => new TextDecoder().decode(bytes)) },
  { weight: 1, arbitrary: fc.tuple(almostMessage, fc.nat()).map(([text, end]) => text.slice(0, end)) },
)
