import { createPeer, type Peer, RequestError } from '@protoo-kit/client-core'
import { type MockClient, MockServer } from '@protoo-kit/client-core/testing'
import { FakeClock } from '@protoo-kit/protocol/testing'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createChat } from './chat-model.js'
import type { Chat, ChatOptions, ChatState, ChatStorage } from './chat-state.js'
import type { ChatContract, Member, Message } from './contract.js'

const ann: Member = { id: 'a', name: 'Ann', presence: 'here' }
const ben: Member = { id: 'b', name: 'Ben', presence: 'here' }

let server: MockServer
let peer: Peer<ChatContract>
/** What the server remembers, and what it was asked. */
let history: Message[]
let taken: { id: string; text: string }[]
let undo: (() => void)[] = []

beforeEach(() => {
  server = new MockServer('ws://chat.test')
  history = []
  taken = []
  server.handle('join', () => ({ members: [ann, ben], history }))
  server.handle('message', ({ id, text }) => {
    taken.push({ id, text })
    const at = 1000 + taken.length
    history.push({ id, from: 'a', name: 'Ann', text, at })
    return { id, at }
  })
  peer = newPeer()
})

afterEach(() => {
  for (const each of undo) each()
  undo = []
  peer.close()
  server.stop()
})

function newPeer() {
  return createPeer<ChatContract>('ws://chat.test', {
    WebSocket: server.WebSocket,
    retry: { minTimeout: 1, maxTimeout: 1 },
  })
}

function newChat(options: Partial<ChatOptions> = {}): Chat {
  return createChat(peer, { you: 'a', name: 'Ann', room: 'lobby', storage: memoryStorage(), ...options })
}

function start(options?: Partial<ChatOptions>): Chat {
  const chat = newChat(options)
  undo.push(chat.start())
  return chat
}

/** In the room, with the server's end of the connection. */
async function join(options?: Partial<ChatOptions>): Promise<[Chat, MockClient]> {
  const connection = server.connection()
  const chat = start(options)
  const client = await connection
  await until(chat, ({ members }) => members.length === 2)
  return [chat, client]
}

function until(chat: Chat, condition: (state: ChatState) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const unsubscribe = chat.subscribe(check)
    check()
    function check() {
      if (!condition(chat.get())) return
      unsubscribe()
      resolve()
    }
  })
}

function memoryStorage(): ChatStorage {
  const values = new Map<string, string>()
  return {
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => void values.set(key, value),
    removeItem: (key) => void values.delete(key),
  }
}

const lines = (chat: Chat) => chat.get().messages.map(({ text, state }) => `${text}: ${state}`)
const allSent = ({ messages }: ChatState) => messages.every(({ state }) => state === 'sent')

it('shows who is there and what was said, once it has joined', async () => {
  history = [
    { id: '2', from: 'b', name: 'Ben', text: 'two', at: 2 },
    { id: '1', from: 'a', name: 'Ann', text: 'one', at: 1 },
  ]
  const chat = newChat()
  expect(chat.get().members).toEqual([{ ...ann, you: true, typing: false }])
  undo.push(chat.start())
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

it('shows a message as sending until the server has taken it', async () => {
  const [chat] = await join()
  chat.setDraft('hello')
  expect(chat.send(' hello ')).toBe(true)
  expect(lines(chat)).toEqual(['hello: sending'])
  expect(chat.get().draft).toBe('')
  await until(chat, allSent)
  expect(lines(chat)).toEqual(['hello: sent'])
  expect(chat.get().messages[0]).toMatchObject({ own: true, newest: true, at: 1001 })
})

it('sends nothing, and keeps the draft, without text or connection', async () => {
  const [chat] = await join()
  expect(chat.send('  ')).toBe(false)
  server.refuse()
  server.drop()
  await until(chat, () => !peer.connected || chat.send('') || true)
  await new Promise<void>((resolve) =>
    peer.connected ? peer.once('disconnected', () => resolve()) : resolve(),
  )
  chat.setDraft('for later')
  expect(chat.send('for later')).toBe(false)
  expect(chat.get()).toMatchObject({ draft: 'for later', messages: [] })
})

it('a message under way when the connection breaks is said once', async () => {
  let drop = true
  server.handle('message', ({ id, text }) => {
    taken.push({ id, text })
    if (!drop) return { id, at: 1001 }
    // The server has it, and its answer is lost.
    drop = false
    server.drop()
    return new Promise(() => {})
  })
  const [chat] = await join()
  chat.send('hello')
  await until(chat, allSent)
  expect(lines(chat)).toEqual(['hello: sent'])
  expect(taken).toHaveLength(2)
  expect(taken[0]).toEqual(taken[1])
})

it('what was refused has failed, and is sent again by the same id', async () => {
  let refuse = true
  server.handle('message', (data) => {
    taken.push(data)
    if (refuse) throw new RequestError(500, 'not now')
    return { id: data.id, at: 1001 }
  })
  const [chat] = await join()
  chat.send('hello')
  await until(chat, ({ messages }) => messages[0]?.state === 'failed')
  refuse = false
  chat.sendAgain(chat.get().messages[0]?.id ?? '')
  expect(lines(chat)).toEqual(['hello: sending'])
  await until(chat, allSent)
  expect(taken).toHaveLength(2)
  expect(taken[0]).toEqual(taken[1])
})

it('a reload keeps the draft, and sends by its id what was not confirmed', async () => {
  const storage = memoryStorage()
  let answer = false
  server.handle('message', ({ id, text }) => {
    taken.push({ id, text })
    return answer ? { id, at: 1001 } : new Promise(() => {})
  })
  const [chat] = await join({ storage })
  chat.send('hello')
  chat.setDraft('half a sent')
  // The page goes, and takes its connection with it.
  for (const each of undo) each()
  peer.close()

  answer = true
  peer = newPeer()
  const again = newChat({ storage })
  expect(lines(again)).toEqual(['hello: sending'])
  expect(again.get().draft).toBe('half a sent')
  undo.push(again.start())
  await until(again, allSent)
  expect(taken.length).toBeGreaterThanOrEqual(1)
  expect(new Set(taken.map(({ id }) => id)).size).toBe(1)
  expect(newChat({ storage }).get().messages).toEqual([])
  expect(newChat({ storage, room: 'elsewhere' }).get().draft).toBe('')
})

it('makes nothing of what it does not understand in the storage', () => {
  const storage = memoryStorage()
  storage.setItem('unsent:lobby', '[null, {"id": 7}, {"id": "x", "text": "hm", "at": 1, "state": "?"}]')
  expect(lines(newChat({ storage }))).toEqual(['hm: failed'])
  storage.setItem('unsent:lobby', '{')
  expect(lines(newChat({ storage }))).toEqual([])
})

it('does without a storage that refuses', async () => {
  const refuse = () => {
    throw new Error('forbidden')
  }
  const [chat] = await join({ storage: { getItem: refuse, setItem: refuse, removeItem: refuse } })
  chat.setDraft('hello')
  chat.send('hello')
  await until(chat, allSent)
})

it('merges the history of a server that was away, without doubling', async () => {
  const [chat, client] = await join()
  const one = { id: '1', from: 'b', name: 'Ben', text: 'one', at: 1 }
  client.notify('message', one)
  await until(chat, ({ messages }) => messages.length === 1)
  const before = chat.get().messages[0]

  history = [one, { id: '1', from: 'c', name: 'Cy', text: 'two', at: 2 }]
  server.drop()
  await until(chat, ({ messages }) => messages.length === 2)
  expect(lines(chat)).toEqual(['one: sent', 'two: sent'])
  expect(chat.get().messages[0]).toBe(before)
  expect(new Set(chat.get().messages.map(({ key }) => key)).size).toBe(2)
})

it('keeps the same state until something changes', async () => {
  const [chat] = await join()
  const state = chat.get()
  expect(chat.get()).toBe(state)
  chat.setDraft('')
  expect(chat.get()).toBe(state)
  chat.setDraft('x')
  expect(chat.get()).not.toBe(state)
})

it('groups what one person says in a row', async () => {
  history = [
    { id: '1', from: 'b', name: 'Ben', text: 'one', at: 0 },
    { id: '2', from: 'b', name: 'Ben', text: 'two', at: 1000 },
    { id: '3', from: 'b', name: 'Ben', text: 'much later', at: 600_000 },
    { id: '4', from: 'a', name: 'Ann', text: 'three', at: 600_001 },
  ]
  const [chat] = await join()
  expect(chat.get().messages.map(({ first, last }) => [first, last])).toEqual([
    [true, false],
    [false, true],
    [true, true],
    [true, true],
  ])
})

it('says who is away, back, gone and new', async () => {
  const [chat, client] = await join()
  const tell = async (method: string, data: object) => {
    const state = chat.get()
    client.notify(method, data)
    await until(chat, (now) => now !== state)
    return chat.get().members.map(({ name, presence }) => `${name} ${presence}`)
  }
  expect(await tell('memberaway', { id: 'b' })).toEqual(['Ann here', 'Ben away'])
  expect(await tell('memberback', { id: 'b' })).toEqual(['Ann here', 'Ben here'])
  expect(await tell('memberjoin', { id: 'c', name: 'Cy' })).toEqual(['Ann here', 'Ben here', 'Cy here'])
  expect(await tell('memberleave', { id: 'b' })).toEqual(['Ann here', 'Cy here'])
  expect(await tell('memberaway', { id: 'nobody' })).toEqual(['Ann here', 'Cy here'])
})

it('somebody types until they have said it, are silent for a while, or go away', async () => {
  const clock = new FakeClock()
  const [chat, client] = await join({ clock })
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

it('tells the others that it types, now and then', async () => {
  const clock = new FakeClock()
  const [chat, client] = await join({ clock })
  chat.setDraft('a')
  chat.setDraft('ab')
  clock.advance(2000)
  chat.setDraft('abc')
  chat.setDraft('')
  // Answered after whatever was sent before.
  await peer.request('join', { name: 'Ann' })
  expect(client.notifications.map(({ data }) => data)).toEqual([
    { typing: true },
    { typing: true },
    { typing: false },
  ])
})

it('says why it was not let in', async () => {
  server.handle('join', () => {
    throw new RequestError(400, 'name must be 1 to 40 characters')
  })
  const chat = start()
  await until(chat, ({ refused }) => refused !== undefined)
  expect(chat.get().refused).toBe('name must be 1 to 40 characters')
})

it('stopped, it hears nothing, and what was under way is sent when it is started again', async () => {
  server.handle('message', () => new Promise(() => {}))
  const [chat, client] = await join()
  chat.send('hello')
  for (const each of undo) each()
  client.notify('message', { id: '1', from: 'b', name: 'Ben', text: 'unheard', at: 1 })
  await peer.request('join', { name: 'Ann' })
  expect(lines(chat)).toEqual(['hello: sending'])

  server.handle('message', ({ id }) => ({ id, at: 1001 }))
  undo.push(chat.start())
  await until(chat, allSent)
  expect(lines(chat)).toEqual(['hello: sent'])
})
