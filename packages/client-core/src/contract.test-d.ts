import type { RequestMethod, ServerSide } from '@protoo-kit/protocol'
import { type } from 'arktype'
import * as v from 'valibot'
import { describe, expectTypeOf, it } from 'vitest'
import { z } from 'zod'
import {
  type ClientView,
  ContractError,
  createContractPeer,
  defineContract,
  isRequestError,
  type RequestErrorOf,
} from './contract.js'
import { createPeer, type Peer } from './index.js'

const amount = z.string().transform(Number)

// A library for each part: types come from what they have in common.
const chat = defineContract({
  server: {
    requests: {
      join: { data: v.object({ name: v.string() }), result: z.object({ members: z.array(z.string()) }) },
      pay: { data: z.object({ amount }), result: z.object({ left: amount }) },
      search: { data: z.object({ text: z.string() }).optional() },
      leave: {},
    },
    notifications: { typing: type({ on: 'boolean' }), idle: undefined },
  },
  client: {
    requests: { confirm: { data: type({ text: 'string' }), result: v.object({ ok: v.boolean() }) } },
    notifications: { paid: z.object({ amount }) },
  },
  errors: { 409: z.object({ capacity: z.number() }), 404: v.object({ name: v.string() }) },
})
type Chat = typeof chat

/** The same with types alone. */
interface PlainChat {
  server: { requests: { join(data: { name: string }): { members: string[] } } }
  errors: { 409: { capacity: number }; 423: undefined }
}

declare const peer: Peer<Chat>

describe('Peer<typeof contract>', () => {
  it('has the names, the data and the results of what travels', () => {
    expectTypeOf<RequestMethod<ServerSide<Chat>>>().toEqualTypeOf<'join' | 'pay' | 'search' | 'leave'>()
    expectTypeOf(peer.request('join', { name: 'Ann' })).resolves.toEqualTypeOf<{ members: string[] }>()
    expectTypeOf(peer.request('pay', { amount: '7' })).resolves.toEqualTypeOf<{ left: string }>()
    expectTypeOf(peer.request('leave')).resolves.toEqualTypeOf<void>()
    peer.request('search')
    peer.request('search', { text: 'a' }, { timeout: 5 })
    peer.notify('typing', { on: true })
    peer.notify('idle')
    createPeer<Chat>('ws://x') satisfies Peer<Chat>
  })

  it('refuses what is not in the contract', () => {
    // @ts-expect-error: no such request
    peer.request('jion', { name: 'Ann' })
    // @ts-expect-error: a notification is no request
    peer.request('typing', { on: true })
    // @ts-expect-error: the client handles this one
    peer.request('confirm', { text: '' })
    // @ts-expect-error: data is missing
    peer.request('join')
    // @ts-expect-error: data of the wrong type
    peer.request('join', { name: 7 })
    // @ts-expect-error: what travels is a text, not what the schema makes of it
    peer.request('pay', { amount: 7 })
    // @ts-expect-error: it has no data
    peer.notify('idle', { a: 1 })
    // @ts-expect-error: data of the wrong type
    peer.notify('typing', { on: 'yes' })
    // @ts-expect-error: the wrong result
    peer.handle('confirm', () => ({ ok: 'yes' }))
    // @ts-expect-error: the server handles this one
    peer.handle('join', () => ({ members: [] }))
  })

  it('narrows what comes in by its method', () => {
    peer.on('notification', ({ method, data }) => {
      expectTypeOf(method).toEqualTypeOf<'paid'>()
      expectTypeOf(data).toEqualTypeOf<{ amount: string }>()
    })
    peer.handle('confirm', ({ text }) => ({ ok: text === '' }))
  })
})

describe('ContractPeer', () => {
  const checked = createContractPeer(chat, 'ws://x')

  it('gives what the schemas make of what comes in, and sends what they take', () => {
    expectTypeOf(checked.request('pay', { amount: '7' })).resolves.toEqualTypeOf<{ left: number }>()
    checked.on('notification', ({ data }) => expectTypeOf(data).toEqualTypeOf<{ amount: number }>())
    expectTypeOf(checked).toExtend<Peer<ClientView<Chat>>>()
    // @ts-expect-error: no such request
    checked.request('jion')
    // @ts-expect-error: the wrong data
    checked.request('pay', { amount: 7 })
    // @ts-expect-error: the wrong result
    checked.handle('confirm', () => ({ ok: 1 }))
  })
})

describe('errors of a contract', () => {
  it('are made of its codes and their data', () => {
    new ContractError<Chat>(409, 'full', { capacity: 8 })
    new ContractError<PlainChat>(409, 'full', { capacity: 8 })
    new ContractError<PlainChat>(423, 'locked')
    // @ts-expect-error: no such code
    new ContractError<Chat>(410, 'gone', { capacity: 8 })
    // @ts-expect-error: data of another code
    new ContractError<Chat>(404, 'nobody', { capacity: 8 })
    // @ts-expect-error: data is missing
    new ContractError<PlainChat>(409, 'full')
  })

  it('are told apart by their code', () => {
    const check = (error: unknown) => {
      if (!isRequestError<Chat>(error)) return
      expectTypeOf(error).toEqualTypeOf<RequestErrorOf<Chat>>()
      if (error.code === 409) expectTypeOf(error.data).toEqualTypeOf<{ capacity: number }>()
      if (error.code === 404) expectTypeOf(error.data).toEqualTypeOf<{ name: string }>()
      if (error.code === 500) expectTypeOf(error.data).toEqualTypeOf<unknown>()
      // @ts-expect-error: no such code
      if (error.code === 410) return
      // @ts-expect-error: not every error has that
      error.data.capacity
    }
    const plain = (error: unknown) => {
      if (isRequestError<PlainChat>(error) && error.code === 409)
        expectTypeOf(error.data).toEqualTypeOf<{ capacity: number }>()
      if (isRequestError(error)) expectTypeOf(error.code).toEqualTypeOf<number>()
    }
    expectTypeOf(check).toBeFunction()
    expectTypeOf(plain).toBeFunction()
  })
})

describe('defineContract', () => {
  it('takes schemas only', () => {
    // @ts-expect-error: no schema
    defineContract({ server: { requests: { join: { data: String } } } })
    // @ts-expect-error: no schema
    defineContract({ server: { notifications: { typing: { on: true } } } })
  })
})
