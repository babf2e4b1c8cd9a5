import { createRequire } from 'node:module'
import { toJsonSchema } from '@valibot/to-json-schema'
import { Ajv } from 'ajv'
import { type } from 'arktype'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type AsyncApiDocument, type AsyncApiOptions, toAsyncApi } from '../src/asyncapi.js'
import { defineContract } from '../src/contract.js'
import {
  createErrorResponse,
  createNotification,
  createRequest,
  createSuccessResponse,
} from '../src/index.js'

const official = createRequire(import.meta.url)('@asyncapi/specs/schemas/3.0.0.json')
// The official schema brings that of JSON Schema along.
const isAsyncApi = new Ajv({
  strict: false,
  validateFormats: false,
  meta: false,
  validateSchema: false,
}).compile(official)
const info = { title: 'Chat', version: '1.0.0' }

interface Folder {
  name: string
  folders: Folder[]
}
const folder: z.ZodType<Folder> = z.lazy(() => z.object({ name: z.string(), folders: z.array(folder) }))

const withZod = defineContract({
  server: {
    requests: {
      join: {
        data: z.object({
          name: z.string().min(1),
          since: z.iso.datetime().transform((text) => new Date(text)),
        }),
        result: z.object({ members: z.array(z.string()) }),
      },
      'odd/method ~': { data: folder },
      leave: {},
    },
    notifications: { typing: z.object({ on: z.boolean() }), idle: undefined },
  },
  client: {
    requests: { confirm: {} },
    notifications: { said: z.object({ $ref: z.literal('#/no/reference') }) },
  },
  errors: { 409: z.object({ capacity: z.number() }) },
})

/** Where a reference leads. */
function resolve(document: AsyncApiDocument, reference: string): unknown {
  return reference
    .slice(2)
    .split('/')
    .map((part) => decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>((value, key) => Object(value)[key], document)
}

function references(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) =>
    key === '$ref' && typeof inner === 'string' ? [inner] : references(inner),
  )
}

/** What the document says of messages: a check of each by name. */
function messageChecks(document: AsyncApiDocument): (name: string, message: unknown) => boolean {
  const ajv = new Ajv({ strict: false, validateFormats: false })
  ajv.addSchema(document, 'document')
  return (name, message) =>
    ajv.compile({ $ref: `document#/components/messages/${encodeURIComponent(name)}/payload` })(message) ===
    true
}

describe('toAsyncApi', () => {
  const document = toAsyncApi(withZod, {
    info,
    servers: { production: { host: 'example.org', protocol: 'wss' } },
  })

  it('makes a document that is right by the official schema, and whose references lead somewhere', () => {
    expect(isAsyncApi(document), JSON.stringify(isAsyncApi.errors?.slice(0, 3))).toBe(true)
    expect(isAsyncApi({ ...document, info: undefined })).toBe(false)
    const all = references(document)
    expect(all.length).toBeGreaterThan(20)
    expect(all.filter((reference) => resolve(document, reference) === undefined)).toEqual([])
    expect(JSON.parse(JSON.stringify(document))).toEqual(document)
  })

  it('says who sends what, and with what it is answered', () => {
    expect(Object.keys(Object(document.operations))).toEqual([
      'server.join',
      'server.odd/method ~',
      'server.leave',
      'server.typing',
      'server.idle',
      'client.confirm',
      'client.said',
    ])
    expect(document.operations).toMatchObject({
      'server.join': {
        action: 'receive',
        messages: [{ $ref: '#/channels/protoo/messages/server.join.request' }],
        reply: {
          messages: [
            { $ref: '#/channels/protoo/messages/server.join.answer' },
            { $ref: '#/channels/protoo/messages/error.409' },
            { $ref: '#/channels/protoo/messages/error' },
          ],
        },
      },
      'client.said': { action: 'send' },
    })
  })

  it('describes the messages that travel', () => {
    const fits = messageChecks(document)
    const since = '2026-01-02T03:04:05Z'
    expect(fits('server.join.request', createRequest(1, 'join', { name: 'Ann', since }))).toBe(true)
    expect(fits('server.join.request', createRequest(1, 'join', { name: '', since }))).toBe(false)
    expect(fits('server.join.request', createRequest(1, 'leave', { name: 'Ann', since }))).toBe(false)
    expect(fits('server.leave.request', createRequest(1, 'leave'))).toBe(true)
    expect(fits('server.join.answer', createSuccessResponse(1, { members: ['Ann'] }))).toBe(true)
    expect(fits('server.join.answer', createSuccessResponse(1, { members: [7] }))).toBe(false)
    expect(fits('error.409', createErrorResponse(1, 409, 'full', { capacity: 8 }))).toBe(true)
    expect(fits('error.409', createErrorResponse(1, 409, 'full', { capacity: '8' }))).toBe(false)
    expect(fits('error', createErrorResponse(1, 500, 'broken'))).toBe(true)
    expect(fits('server.typing.notification', createNotification('typing', { on: true }))).toBe(true)
    expect(fits('server.typing.notification', createNotification('typing', {}))).toBe(false)
    const tree = { name: 'a', folders: [{ name: 'b', folders: [] }] }
    expect(fits('server.odd~1method ~0.request', createRequest(1, 'odd/method ~', tree))).toBe(true)
    const wrong = { name: 'a', folders: [{ name: 7, folders: [] }] }
    expect(fits('server.odd~1method ~0.request', createRequest(1, 'odd/method ~', wrong))).toBe(false)
  })

  it.each<[string, Parameters<typeof toAsyncApi>[0], AsyncApiOptions['jsonSchema']]>([
    [
      'valibot',
      defineContract({ server: { notifications: { typing: v.object({ on: v.boolean() }) } } }),
      (schema) => toJsonSchema(schema as v.GenericSchema, { target: 'draft-07' }),
    ],
    [
      'arktype',
      defineContract({ server: { notifications: { typing: type({ on: 'boolean' }) } } }),
      undefined,
    ],
  ])('takes the schemas of %s', (_, contract, jsonSchema) => {
    const document = toAsyncApi(contract, { info, ...(jsonSchema && { jsonSchema }) })
    expect(isAsyncApi(document), JSON.stringify(isAsyncApi.errors?.slice(0, 3))).toBe(true)
    const fits = messageChecks(document)
    expect(fits('server.typing.notification', createNotification('typing', { on: true }))).toBe(true)
    expect(fits('server.typing.notification', createNotification('typing', { on: 1 }))).toBe(false)
  })

  it('says which schema cannot be written', () => {
    const inValibot = defineContract({ server: { requests: { join: { data: v.object({}) } } } })
    expect(() => toAsyncApi(inValibot, { info })).toThrow(
      'server.join.request cannot be written as JSON Schema: its library does not offer that: give the option jsonSchema',
    )
  })
})
