import { RequestError } from '@protoo-kit/client-core'
import { expect } from 'vitest'
import { it, memoryStorage, until } from './chat-fixture.js'
import type { Chat, ChatState } from './chat-state.js'

const lines = (chat: Chat) => chat.get().messages.map(({ text, state }) => `${text}: ${state}`)
const allSent = ({ messages }: ChatState) => messages.every(({ state }) => state === 'sent')

it('shows who is there and what was said, once it has joined', async ({ fixture }) => {
  fixture.history = [
    { id: '2', from: 'b', name: 'Ben', text: 'two', at: 2 },
    { id: '1', from: 'a', name: 'Ann', text: 'one', at: 1 },
  ]
  const chat = fixture.newChat()
  expect(chat.get().members).toEqual([{ id: 'a', name: 'Ann', presence: 'here', you: true, typing: false }])
  fixture.start(chat)
  await until(chat, ({ members }) => members.length === 2)
  expect(chat.get().members.map(({ name, you }) => [name, you])).toEqual([
    ['Ann', true],
    ['Ben', false],
  ])
  expect(chat.get().messages.map(({ text, own }) => [text, own])).toEqual([
    ['one', true],
    ['two', false],
  ])
})

it('shows a message as sending until the server has taken it', async ({ fixture }) => {
  const [chat] = await fixture.join()
  chat.setDraft('hello')
  expect(chat.send(' hello ')).toBe(true)
  expect(lines(chat)).toEqual(['hello: sending'])
  expect(chat.get().draft).toBe('')
  await until(chat, allSent)
  expect(lines(chat)).toEqual(['hello: sent'])
  expect(chat.get().messages[0]).toMatchObject({ own: true, newest: true, at: 1001 })
})

it('sends nothing, and keeps the draft, without text or connection', async ({ fixture }) => {
  const [chat] = await fixture.join()
  expect(chat.send('  ')).toBe(false)
  fixture.server.refuse()
  fixture.server.drop()
  if (fixture.peer.connected)
    await new Promise<void>((resolve) => fixture.peer.once('disconnected', () => resolve()))
  chat.setDraft('for later')
  expect(chat.send('for later')).toBe(false)
  expect(chat.get()).toMatchObject({ draft: 'for later', messages: [] })
})

it('a message under way when the connection breaks is said once', async ({ fixture }) => {
  let drop = true
  fixture.server.handle('message', ({ id, text }) => {
    fixture.taken.push({ id, text })
    if (!drop) return { id, at: 1001 }
    // The server has it, and its answer is lost.
    drop = false
    fixture.server.drop()
    return new Promise(() => {})
  })
  const [chat] = await fixture.join()
  chat.send('hello')
  await until(chat, allSent)
  expect(lines(chat)).toEqual(['hello: sent'])
  expect(fixture.taken).toHaveLength(2)
  expect(fixture.taken[0]).toEqual(fixture.taken[1])
})

it('what was refused has failed, and is sent again by the same id', async ({ fixture }) => {
  let refuse = true
  fixture.server.handle('message', (data) => {
    fixture.taken.push(data)
    if (refuse) throw new RequestError(500, 'not now')
    return { id: data.id, at: 1001 }
  })
  const [chat] = await fixture.join()
  chat.send('hello')
  await until(chat, ({ messages }) => messages[0]?.state === 'failed')
  refuse = false
  chat.sendAgain(chat.get().messages[0]?.id ?? '')
  expect(lines(chat)).toEqual(['hello: sending'])
  await until(chat, allSent)
  expect(fixture.taken).toHaveLength(2)
  expect(fixture.taken[0]).toEqual(fixture.taken[1])
})

it('a reload keeps the draft, and sends by its id what was not confirmed', async ({ fixture }) => {
  const storage = memoryStorage()
  let answer = false
  fixture.server.handle('message', ({ id, text }) => {
    fixture.taken.push({ id, text })
    return answer ? { id, at: 1001 } : new Promise(() => {})
  })
  const [chat] = await fixture.join({ storage })
  chat.send('hello')
  chat.setDraft('half a sent')
  // The page goes, and takes its connection with it.
  fixture.stop()
  fixture.peer.close()

  answer = true
  fixture.peer = fixture.newPeer()
  const again = fixture.newChat({ storage })
  expect(lines(again)).toEqual(['hello: sending'])
  expect(again.get().draft).toBe('half a sent')
  fixture.start(again)
  await until(again, allSent)
  expect(fixture.taken.length).toBeGreaterThanOrEqual(1)
  expect(new Set(fixture.taken.map(({ id }) => id)).size).toBe(1)
  expect(fixture.newChat({ storage }).get().messages).toEqual([])
  expect(fixture.newChat({ storage, room: 'elsewhere' }).get().draft).toBe('')
})

it('makes nothing of what it does not understand in the storage', ({ fixture }) => {
  const storage = memoryStorage()
  storage.setItem('unsent:lobby', '[null, {"id": 7}, {"id": "x", "text": "hm", "at": 1, "state": "?"}]')
  expect(lines(fixture.newChat({ storage }))).toEqual(['hm: failed'])
  storage.setItem('unsent:lobby', '{')
  expect(lines(fixture.newChat({ storage }))).toEqual([])
})

it('does without a storage that refuses', async ({ fixture }) => {
  const refuse = () => {
    throw new Error('forbidden')
  }
  const [chat] = await fixture.join({ storage: { getItem: refuse, setItem: refuse, removeItem: refuse } })
  chat.setDraft('hello')
  chat.send('hello')
  await until(chat, allSent)
})

it('merges the history of a server that was away, without doubling', async ({ fixture }) => {
  const [chat, client] = await fixture.join()
  const one = { id: '1', from: 'b', name: 'Ben', text: 'one', at: 1 }
  client.notify('message', one)
  await until(chat, ({ messages }) => messages.length === 1)
  const before = chat.get().messages[0]

  fixture.history = [one, { id: '1', from: 'c', name: 'Cy', text: 'two', at: 2 }]
  fixture.server.drop()
  await until(chat, ({ messages }) => messages.length === 2)
  expect(lines(chat)).toEqual(['one: sent', 'two: sent'])
  expect(chat.get().messages[0]).toBe(before)
  expect(new Set(chat.get().messages.map(({ key }) => key)).size).toBe(2)
})

it('keeps the same state until something changes', async ({ fixture }) => {
  const [chat] = await fixture.join()
  const state = chat.get()
  expect(chat.get()).toBe(state)
  chat.setDraft('')
  expect(chat.get()).toBe(state)
  chat.setDraft('x')
  expect(chat.get()).not.toBe(state)
})

it('groups what one person says in a row', async ({ fixture }) => {
  fixture.history = [
    { id: '1', from: 'b', name: 'Ben', text: 'one', at: 0 },
    { id: '2', from: 'b', name: 'Ben', text: 'two', at: 1000 },
    { id: '3', from: 'b', name: 'Ben', text: 'much later', at: 600_000 },
    { id: '4', from: 'a', name: 'Ann', text: 'three', at: 600_001 },
  ]
  const [chat] = await fixture.join()
  expect(chat.get().messages.map(({ first, last }) => [first, last])).toEqual([
    [true, false],
    [false, true],
    [true, true],
    [true, true],
  ])
})

it('says why it was not let in', async ({ fixture }) => {
  fixture.server.handle('join', () => {
    throw new RequestError(400, 'name must be 1 to 40 characters')
  })
  const chat = fixture.start(fixture.newChat())
  await until(chat, ({ refused }) => refused !== undefined)
  expect(chat.get().refused).toBe('name must be 1 to 40 characters')
})

it('stopped, it hears nothing, and what was under way is sent when it is started again', async ({
  fixture,
}) => {
  fixture.server.handle('message', () => new Promise(() => {}))
  const [chat, client] = await fixture.join()
  chat.send('hello')
  fixture.stop()
  client.notify('message', { id: '1', from: 'b', name: 'Ben', text: 'unheard', at: 1 })
  await fixture.peer.request('join', { name: 'Ann' })
  expect(lines(chat)).toEqual(['hello: sending'])

  fixture.server.handle('message', ({ id }) => ({ id, at: 1001 }))
  fixture.start(chat)
  await until(chat, allSent)
  expect(lines(chat)).toEqual(['hello: sent'])
})

it('what is heard of people while it joins is not undone by the answer', async ({ fixture }) => {
  let answer = () => {}
  const heard = new Promise<void>((resolve) => {
    answer = resolve
  })
  fixture.server.handle('join', async () => {
    await heard
    // As of before.
    return {
      members: [
        { id: 'a', name: 'Ann', presence: 'here' },
        { id: 'b', name: 'Ben', presence: 'here' },
      ],
      history: [],
    }
  })
  const connection = fixture.server.connection()
  const chat = fixture.start(fixture.newChat())
  const client = await connection
  client.notify('memberjoin', { id: 'c', name: 'Cleo' })
  client.notify('memberleave', { id: 'b' })
  await until(chat, ({ members }) => members.some(({ id }) => id === 'c'))
  answer()
  await until(chat, ({ members }) => members.map(({ id }) => id).join() === 'a,c')
})
