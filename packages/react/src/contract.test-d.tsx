import { type ClientView, defineContract, isRequestError } from '@protoo-kit/client-core/contract'
import { describe, expectTypeOf, it } from 'vitest'
import { z } from 'zod'
import { createProtooHooks } from './index.js'

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

const hooks = createProtooHooks<typeof bank>()
const checked = createProtooHooks<ClientView<typeof bank>>()

describe('the hooks of a contract with schemas', () => {
  it('have the types of what travels', () => {
    const pay = hooks.useRequest('pay')
    expectTypeOf(pay.run({ amount: '7' })).resolves.toEqualTypeOf<{ left: string }>()
    expectTypeOf(pay.data).toEqualTypeOf<{ left: string } | undefined>()
    hooks.useNotification('paid', ({ amount }) => expectTypeOf(amount).toEqualTypeOf<string>())
    hooks.useRequestHandler('confirm', ({ amount }) => ({ ok: amount !== '' }))
    hooks.useRequest('leave').run()
  })

  it('have those of what the schemas make of it, where a ContractPeer checks', () => {
    expectTypeOf(checked.useRequest('pay').run({ amount: '7' })).resolves.toEqualTypeOf<{ left: number }>()
    checked.useNotification('paid', ({ amount }) => expectTypeOf(amount).toEqualTypeOf<number>())
  })

  it('refuse what is not in the contract', () => {
    // @ts-expect-error: no such request
    hooks.useRequest('payy')
    // @ts-expect-error: the wrong data
    hooks.useRequest('pay').run({ amount: 7 })
    // @ts-expect-error: data is missing
    hooks.useRequest('pay').run()
    // @ts-expect-error: no such notification
    hooks.useNotification('typing', () => {})
    // @ts-expect-error: the wrong result
    hooks.useRequestHandler('confirm', () => ({ ok: 'yes' }))
    const { error } = hooks.useRequest('pay')
    if (!isRequestError<typeof bank>(error)) return
    if (error.code === 402) expectTypeOf(error.data).toEqualTypeOf<{ missing: number }>()
    // @ts-expect-error: no such error
    if (error.code === 409) return
  })
})
