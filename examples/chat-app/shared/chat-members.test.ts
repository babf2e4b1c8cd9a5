import { FakeClock } from '@protoo-kit/client-core/testing'
import type { NotificationArguments } from '@protoo-kit/protocol'
import { expect } from 'vitest'
import { it, until } from './chat-fixture.js'
import type { ChatState } from './chat-state.js'
import type { ChatContract } from './contract.js'

it('says who is away, back, gone and new', async ({ fixture }) => {
  const [chat, client] = await fixture.join()
  type Method = keyof ChatContract['client']['notifications']
  const tell = async <M extends Method>(
    method: M,
    ...data: NotificationArguments<ChatContract['client'], M>
  ) => {
    const state = chat.get()
    client.notify(method, ...data)
    await until(chat, (now) => now !== state)
    return chat.get().members.map(({ name, presence }) => `${name} ${presence}`)
  }
  expect(await tell('memberaway', { id: 'b' })).toEqual(['Ann here', 'Ben away'])
  expect(await tell('memberback', { id: 'b' })).toEqual(['Ann here', 'Ben here'])
  expect(await tell('memberjoin', { id: 'c', name: 'Cy' })).toEqual(['Ann here', 'Ben here', 'Cy here'])
  expect(await tell('memberleave', { id: 'b' })).toEqual(['Ann here', 'Cy here'])
  expect(await tell('memberaway', { id: 'nobody' })).toEqual(['Ann here', 'Cy here'])
})

it('somebody types until they have said it, are silent for a while, or go away', async ({ fixture }) => {
  const clock = new FakeClock()
  const [chat, client] = await fixture.join({ clock })
  const typing = ({ members }: ChatState) => members.some(({ typing }) => typing)
  const type = async () => {
    client.notify('typing', { id: 'b', typing: true })
    await until(chat, typing)
  }
  await type()
  clock.advance(4999)
  expect(typing(chat.get())).toBe(true)
  clock.advance(1)
  expect(typing(chat.get())).toBe(false)

  await type()
  client.notify('message', { id: '1', from: 'b', name: 'Ben', text: 'one', at: 1 })
  await until(chat, (state) => !typing(state))
  await type()
  client.notify('memberaway', { id: 'b' })
  await until(chat, (state) => !typing(state))
  expect(clock.pending).toBe(0)
})

it('tells the others that it types, now and then', async ({ fixture }) => {
  const clock = new FakeClock()
  const [chat, client] = await fixture.join({ clock })
  chat.setDraft('a')
  chat.setDraft('ab')
  clock.advance(2000)
  chat.setDraft('abc')
  chat.setDraft('')
  // Answered after whatever was sent before.
  await fixture.peer.request('join', { name: 'Ann' })
  expect(client.notifications.map(({ data }) => data)).toEqual([
    { typing: true },
    { typing: true },
    { typing: false },
  ])
})

it('those who come back after a lost session stay in their places', async ({ fixture }) => {
  const [chat] = await fixture.join()
  fixture.server.handle('join', () => ({
    members: ['c', 'b', 'a'].map((id) => ({ id, name: id, presence: 'here' })),
    history: [],
  }))
  fixture.server.drop()
  await until(chat, ({ members }) => members.length === 3)
  expect(chat.get().members.map(({ id }) => id)).toEqual(['a', 'b', 'c'])
})
