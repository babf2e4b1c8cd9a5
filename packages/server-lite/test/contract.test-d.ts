import { type } from 'arktype'
import { describe, expectTypeOf, it } from 'vitest'
import { z } from 'zod'
import { ContractError, ContractRoom, defineContract, type ServerView } from '../src/contract.js'
import { type Peer, Room } from '../src/index.js'

const amount = z.string().transform(Number)

const bank = defineContract({
  server: {
    requests: {
      pay: { data: z.object({ amount }), result: z.object({ left: amount }) },
      leave: {},
    },
    notifications: { typing: type({ on: 'boolean' }) },
  },
  client: {
    requests: { confirm: { data: z.object({ amount }), result: z.object({ amount }) } },
    notifications: { paid: z.object({ amount }) },
  },
  errors: { 402: z.object({ missing: z.number() }) },
})

const room = new ContractRoom(bank)

describe('ContractRoom', () => {
  it('has a handler for each method, with what the schema made of its data', () => {
    room.handle({
      pay: async (peer, { amount }) => {
        expectTypeOf(amount).toEqualTypeOf<number>()
        expectTypeOf(peer).toEqualTypeOf<Peer<ServerView<typeof bank>>>()
        if (amount > 100) throw new ContractError<typeof bank>(402, 'too much', { missing: amount - 100 })
        return { left: '1' }
      },
      leave: (_peer, data) => {
        expectTypeOf(data).toEqualTypeOf<undefined>()
      },
      typing: (_peer, { on }) => expectTypeOf(on).toEqualTypeOf<boolean>(),
    })
  })

  it('refuses handlers that are wrong, missing or too many', () => {
    const pay = () => ({ left: '1' })
    const [leave, typing] = [() => {}, () => {}]
    // @ts-expect-error: `typing` is missing
    room.handle({ pay, leave })
    // @ts-expect-error: no such method
    room.handle({ pay, leave, typing, shout: () => {} })
    // @ts-expect-error: what is sent is a text
    room.handle({ pay: () => ({ left: 1 }), leave, typing })
    // @ts-expect-error: the data has no such field
    room.handle({ pay, leave, typing: (_peer, { off }) => off })
    // @ts-expect-error: no such error
    new ContractError<typeof bank>(409, 'full', { missing: 1 })
  })

  it('types what is sent and what comes back', () => {
    room.broadcast('paid', { amount: '7' })
    expectTypeOf(room.requestPeer('ann', 'confirm', { amount: '7' })).resolves.toEqualTypeOf<{
      amount: number
    }>()
    // @ts-expect-error: no such notification
    room.broadcast('typing', { on: true })
    // @ts-expect-error: what travels is a text
    room.broadcast('paid', { amount: 7 })
    // @ts-expect-error: no such request
    room.requestPeer('ann', 'pay', { amount: '7' })
    const peer = room.getPeer('ann')
    if (!peer) return
    expectTypeOf(peer.request('confirm', { amount: '7' })).resolves.toEqualTypeOf<{ amount: number }>()
    // @ts-expect-error: no such request
    peer.request('confrim', { amount: '7' })
    // @ts-expect-error: the wrong data
    peer.notify('paid', { amount: 7 })
    // @ts-expect-error: the wrong result
    peer.handle('pay', () => ({ left: 7 }))
  })
})

describe('Room<typeof contract>', () => {
  it('has the types of what travels, and checks nothing', () => {
    const peer = new Room<typeof bank>().getPeer('ann')
    peer?.handle('pay', ({ amount }) => {
      expectTypeOf(amount).toEqualTypeOf<string>()
      return { left: amount }
    })
    // @ts-expect-error: no such request
    peer?.handle('payy', () => {})
  })
})
