/** One contract in three libraries: what is checked, and what is said of it, is alike. */
import { type } from 'arktype'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ContractChecks, defineContract, InvalidDataError, type StandardSchema } from '../src/contract.js'
import { RequestError } from '../src/index.js'

interface Library {
  /** `{ name: string, tags?: string[] }`. */
  person: StandardSchema
  /** A text, of which the handler gets the number. */
  amount: StandardSchema
}

const libraries: Record<string, Library> = {
  zod: {
    person: z.object({ name: z.string().min(1), tags: z.array(z.string()).optional() }),
    amount: z.object({ amount: z.string().transform(Number) }),
  },
  valibot: {
    person: v.object({ name: v.pipe(v.string(), v.minLength(1)), tags: v.optional(v.array(v.string())) }),
    amount: v.object({ amount: v.pipe(v.string(), v.transform(Number)) }),
  },
  arktype: {
    person: type({ name: 'string > 0', 'tags?': 'string[]' }),
    amount: type({ amount: type('string').pipe(Number) }),
  },
}

async function failure(call: () => unknown): Promise<unknown> {
  try {
    await call()
  } catch (error) {
    return error
  }
  throw new Error('it did not fail')
}

describe.each(Object.entries(libraries))('%s', (_, { person, amount }) => {
  const contract = defineContract({
    server: {
      requests: { join: { data: person, result: person }, pay: { data: amount, result: amount }, leave: {} },
      notifications: { moved: person, gone: undefined },
    },
    errors: { 409: amount },
  })
  const server = new ContractChecks(contract, 'server')
  const client = new ContractChecks(contract, 'client')

  it('lets pass what is right, and hands on what the schema made of it', async () => {
    expect(await server.request('join', { name: 'Ann' })).toEqual({ name: 'Ann' })
    expect(await server.request('pay', { amount: '7' })).toEqual({ amount: 7 })
    expect(await server.request('leave', { anything: 1 })).toBeUndefined()
    expect(await server.notification('moved', { name: 'Ann', tags: [] })).toEqual({ name: 'Ann', tags: [] })
    expect(await server.notification('gone', {})).toBeUndefined()
    expect(await client.answer('pay', Promise.resolve({ amount: '9' }))).toEqual({ amount: 9 })
  })

  it('refuses what is wrong with 400 and the path', async () => {
    const error = await failure(() => server.request('join', { name: 'Ann', tags: ['a', 7] }))
    expect(error).toBeInstanceOf(RequestError)
    expect(error).toMatchObject({
      code: 400,
      message: expect.stringMatching(/^data\.tags\[1]: ./),
      data: { issues: [{ path: ['tags', 1], message: expect.any(String) }] },
    })
    expect(await failure(() => server.request('join', { name: '' }))).toMatchObject({
      code: 400,
      data: { issues: [{ path: ['name'] }] },
    })
    for (const data of [null, 7, 'text', [], { name: { toString: 'x' } }])
      expect(await failure(() => server.request('join', data))).toMatchObject({ code: 400 })
  })

  it('knows no other methods, not those of Object either', async () => {
    for (const method of ['jion', 'constructor', '__proto__', 'moved'])
      expect(await failure(() => server.request(method, { name: 'a' }))).toMatchObject({ code: 501 })
    expect(await failure(() => server.notification('toString', {}))).toBeInstanceOf(InvalidDataError)
  })

  it('tells wrong notifications, answers and errors from others', async () => {
    expect(await failure(() => server.notification('moved', { name: 1 }))).toMatchObject({
      name: 'InvalidDataError',
      code: 'INVALID_DATA',
      method: 'moved',
      issues: [{ path: ['name'] }],
    })
    expect(await failure(() => client.answer('join', Promise.resolve({ nam: 'x' })))).toMatchObject({
      name: 'InvalidDataError',
      message: expect.stringMatching(/^join: result\.name: ./),
    })
    const full = (data: unknown) => client.answer('join', Promise.reject(new RequestError(409, 'full', data)))
    expect(await failure(() => full({ amount: '3' }))).toMatchObject({ code: 409, data: { amount: 3 } })
    expect(await failure(() => full({ amount: 3 }))).toMatchObject({
      name: 'InvalidDataError',
      cause: { code: 409 },
      issues: [{ path: ['amount'] }],
    })
    const other = new RequestError(500, 'broken')
    expect(await failure(() => client.answer('join', Promise.reject(other)))).toBe(other)
  })
})

describe('what is left out', () => {
  const search = z.object({ text: z.string() }).optional()
  const checks = new ContractChecks(
    defineContract({ server: { requests: { search: { data: search } } } }),
    'server',
  )

  it('travels as {}, and is undefined to a schema that takes that', async () => {
    expect(await checks.request('search', {})).toBeUndefined()
    expect(await checks.request('search', { text: 'a' })).toEqual({ text: 'a' })
    expect(await failure(() => checks.request('search', { txt: 'a' }))).toMatchObject({ code: 400 })
  })
})

describe('what is said of wrong data', () => {
  it('is bounded, whatever was sent', async () => {
    const data = z.strictObject({ list: z.array(z.number()) })
    const checks = new ContractChecks(defineContract({ server: { requests: { x: { data } } } }), 'server')
    const hostile = { list: Array(5000).fill('x'), ['k'.repeat(100_000)]: 1 }
    const error = await failure(() => checks.request('x', hostile))
    expect(error).toMatchObject({ code: 400 })
    expect(JSON.stringify(error instanceof RequestError && error.data).length).toBeLessThan(5000)
    expect(String(error).length).toBeLessThan(1000)
  })

  it('waits for a promise of another make too', async () => {
    const late = {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: () =>
          Object.create({
            // biome-ignore lint/suspicious/noThenProperty: a thenable, which is not the platform's promise
            then: (done: (result: object) => void) => done({ issues: [{ message: 'no' }] }),
          }),
      },
    } as const satisfies StandardSchema
    const checks = new ContractChecks(
      defineContract({ server: { requests: { x: { data: late } } } }),
      'server',
    )
    expect(await failure(() => checks.request('x', { a: 1 }))).toMatchObject({ code: 400 })
  })
})
