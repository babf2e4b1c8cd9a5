import { type ClientView, defineContract, isRequestError } from '@protoo-kit/client-core/contract'
import { describe, expectTypeOf, it } from 'vitest'
import { z } from 'zod'
import { createProtooComposables } from './index.js'

const amount = z.string().transform(Number)

const bank = defineContract({
  server: {
    requests: { pay: { data: z.object({ amount }), result: z.object({ left: amount }) }, leave: {} },
    notifications: { typing: z.object({ on: z.boolean() }) },
  },
  client: {
    requests: { confirm: { data: z.object({ amount }), result: z.object({ ok: z.boolean() }) } },
    notifications: { paid: z.object({ amount }) },
  },
  errors: { 402: z.object({ missing: z.number() }) },
})

const chat = createProtooComposables<typeof bank>()
const checked = createProtooComposables<ClientView<typeof bank>>()

describe('the composables of a contract with schemas', () => {
  it('have the types of what travels', () => {
    const pay = chat.useRequest('pay')
    expectTypeOf(pay.run({ amount: '7' })).resolves.toEqualTypeOf<{ left: string }>()
    expectTypeOf(pay.data.value).toEqualTypeOf<{ left: string } | undefined>()
    chat.useNotification('paid', ({ amount }) => expectTypeOf(amount).toEqualTypeOf<string>())
    chat.useRequestHandler('confirm', ({ amount }) => ({ ok: amount !== '' }))
    chat.useRequest('leave').run()
  })

  it('have those of what the schemas make of it, where a ContractPeer checks', () => {
    expectTypeOf(checked.useRequest('pay').run({ amount: '7' })).resolves.toEqualTypeOf<{ left: number }>()
    checked.useNotification('paid', ({ amount }) => expectTypeOf(amount).toEqualTypeOf<number>())
  })

  it('refuse what is not in the contract', () => {
    // @ts-expect-error: no such request
    chat.useRequest('payy')
    // @ts-expect-error: the wrong data
    chat.useRequest('pay').run({ amount: 7 })
    // @ts-expect-error: data is missing
    chat.useRequest('pay').run()
    // @ts-expect-error: no such notification
    chat.useNotification('typing', () => {})
    // @ts-expect-error: the wrong result
    chat.useRequestHandler('confirm', () => ({ ok: 'yes' }))
    const { error } = chat.useRequest('pay')
    if (!isRequestError<typeof bank>(error.value)) return
    if (error.value.code === 402) expectTypeOf(error.value.data).toEqualTypeOf<{ missing: number }>()
    // @ts-expect-error: no such error
    if (error.value.code === 409) return
  })
})
