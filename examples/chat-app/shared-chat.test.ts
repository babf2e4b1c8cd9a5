/** The chat on three nodes, over a real Redis. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createPeer, type Peer } from '@protoo-kit/client-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { Network } from './network/network.js'
import { startRedis } from './private-redis.js'
import { createChat } from './shared/chat-model.js'
import type { Chat, ChatState } from './shared/chat-state.js'
import type { ChatContract } from './shared/contract.js'
import { startSharedChat } from './shared-chat.js'

type Node = Awaited<ReturnType<typeof startSharedChat>>

let redis: Awaited<ReturnType<typeof startRedis>>
let nodes: Node[] = []
let undo: (() => void)[] = []
let tests = 0
/** Each test has a room of its own. */
let room = ''

beforeAll(async () => {
  redis = await startRedis()
})

beforeEach(async () => {
  room = `lobby ${++tests}`
  nodes = await Promise.all(Array.from({ length: 3 }, () => startSharedChat({ redis: redis.url })))
})

afterEach(async () => {
  for (const each of undo.reverse()) each()
  undo = []
  await Promise.all(nodes.map((node) => node.stop()))
})

afterAll(() => redis.stop())

interface Visitor {
  readonly peer: Peer<ChatContract>
  readonly chat: Chat
  /** The node where the next connection goes. */
  node: number
  /** Breaks the connection, and lets no other one through until it is restored. */
  cut(): void
  restore(): void
}

async function visit(name: string, node: number): Promise<Visitor> {
  const id = `id-of-${name}`
  const network = new Network(() => nodes[visitor.node]?.port)
  const http = createServer().on('upgrade', (...args) => network.connect(...args))
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  undo.push(() => http.close())
  const { port } = http.address() as AddressInfo
  const query = new URLSearchParams({ roomId: room, peerId: id })
  const peer = createPeer<ChatContract>(`ws://127.0.0.1:${port}/?${query}`, {
    retry: { minTimeout: 50, maxTimeout: 50 },
  })
  undo.push(() => peer.close())
  const chat = createChat(peer, { you: id, name, room, storage: undefined })
  undo.push(chat.start())
  const visitor: Visitor = {
    peer,
    chat,
    node,
    cut: () => void network.setCondition(id, 'cut'),
    restore: () => void network.setCondition(id, 'open'),
  }
  await until(chat, (state) => peer.connected && state.members.some((member) => member.you))
  return visitor
}

/** One at each node, who know of each other. */
async function visitAll(): Promise<[ann: Visitor, ben: Visitor, cleo: Visitor]> {
  const visitors = [await visit('Ann', 0), await visit('Ben', 1), await visit('Cleo', 2)] as const
  for (const { chat } of visitors)
    await until(chat, (state) => people(state) === 'Ann here,Ben here,Cleo here')
  return [...visitors]
}

/** As people do who wait until there is a connection. */
async function say({ peer, chat }: Visitor, text: string): Promise<void> {
  while (!chat.send(text)) await new Promise<void>((resolve) => peer.once('open', () => resolve()))
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

const people = ({ members }: ChatState) =>
  members
    .map(({ name, presence }) => `${name} ${presence}`)
    .sort()
    .join()
const texts = ({ messages }: ChatState) => messages.map(({ text, state }) => `${text} ${state}`).join()
const types = (name: string, state: ChatState) =>
  state.members.some((member) => member.name === name && member.typing)

it('whoever speaks at one node is heard at all, in one order, and newcomers see what was said', async () => {
  const visitors = await visitAll()
  const count = 30
  for (let n = 0; n < count; n++) for (const visitor of visitors) await say(visitor, `${n}`)
  const done = ({ messages }: ChatState) =>
    messages.length === 3 * count && messages.every(({ state }) => state === 'sent')
  for (const { chat } of visitors) await until(chat, done)
  const said = (chat: Chat) => chat.get().messages.map(({ from, text, at }) => `${at} ${from}: ${text}`)
  const [ann, ben, cleo] = visitors
  expect(said(ben.chat)).toEqual(said(ann.chat))
  expect(said(cleo.chat)).toEqual(said(ann.chat))
  // Each in the order in which they wrote it, and no two at the same place.
  for (const { chat } of visitors) {
    const own = chat.get().messages.filter((message) => message.own)
    expect(own.map(({ text }) => text)).toEqual(Array.from({ length: count }, (_, n) => `${n}`))
  }
  expect(new Set(ann.chat.get().messages.map(({ at }) => at)).size).toBe(3 * count)

  const dan = await visit('Dan', 1)
  await until(dan.chat, ({ messages }) => messages.length === 3 * count)
  expect(said(dan.chat)).toEqual(said(ann.chat))
})

it('who is away, back, typing or gone is seen from all nodes', async () => {
  const [ann, ben, cleo] = await visitAll()
  let draft = ''
  const typing = setInterval(() => {
    draft += 'm'
    ann.chat.setDraft(draft)
  }, 50)
  undo.push(() => clearInterval(typing))
  for (const { chat } of [ben, cleo]) await until(chat, (state) => types('Ann', state))
  clearInterval(typing)
  ann.chat.setDraft('')
  for (const { chat } of [ben, cleo]) await until(chat, (state) => !types('Ann', state))

  ben.cut()
  for (const { chat } of [ann, cleo]) await until(chat, (state) => people(state).includes('Ben away'))
  const dan = await visit('Dan', 2)
  await until(dan.chat, (state) => people(state) === 'Ann here,Ben away,Cleo here,Dan here')
  await say(ann, 'are you there?')
  await until(ann.chat, (state) => texts(state) === 'are you there? sent')

  // Back at another node, which does not have its session.
  ben.node = 2
  ben.restore()
  for (const { chat } of [ann, cleo, dan])
    await until(chat, (state) => people(state) === 'Ann here,Ben here,Cleo here,Dan here')
  await until(ben.chat, (state) => texts(state) === 'are you there? sent')

  cleo.peer.close()
  for (const { chat } of [ann, ben, dan])
    await until(chat, (state) => people(state) === 'Ann here,Ben here,Dan here')
  const eve = await visit('Eve', 0)
  await until(eve.chat, (state) => people(state) === 'Ann here,Ben here,Dan here,Eve here')
})

it('a node that is drained sends its people to the others, and nothing is lost', async () => {
  const [ann, ben, cleo] = await visitAll()
  const left: string[] = []
  ann.peer.on('notification', ({ method }) => {
    if (method === 'memberleave') left.push(method)
  })
  cleo.node = 0
  await say(cleo, 'before')
  const drained = nodes[2]?.stop()
  await say(ann, 'meanwhile')
  await drained
  for (const { chat } of [ann, ben, cleo])
    await until(
      chat,
      ({ messages }) => messages.length === 2 && messages.every(({ state }) => state === 'sent'),
    )
  await say(cleo, 'after')
  for (const { chat } of [ann, ben]) await until(chat, (state) => texts(state).endsWith('after sent'))
  expect(people(ann.chat.get())).toBe('Ann here,Ben here,Cleo here')
  expect(left).toEqual([])
})

it('a message that is said again at another node is said once', async () => {
  const [ann, ben, cleo] = await visitAll()
  const message = { id: 'the same', text: 'once' }
  const { at } = await cleo.peer.request('message', message)
  cleo.node = 0
  const dropped = new Promise<void>((resolve) => cleo.peer.once('disconnected', () => resolve()))
  cleo.cut()
  await dropped
  cleo.restore()
  expect(await cleo.peer.request('message', message, { whenOpen: true, retry: true })).toEqual({
    id: 'the same',
    at,
  })
  for (const { chat } of [ann, ben]) await until(chat, (state) => texts(state) === 'once sent')
})

it('somebody who has joined at one node is known at another, as when a session goes there', async () => {
  const [ann, ben] = await visitAll()
  const query = new URLSearchParams({ roomId: room, peerId: 'id-of-Dan' })
  const dial = async (node: number) => {
    const peer = createPeer<ChatContract>(`ws://127.0.0.1:${nodes[node]?.port}/?${query}`)
    undo.push(() => peer.close())
    await new Promise<void>((resolve) => peer.once('open', () => resolve()))
    return peer
  }
  const before = await dial(2)
  await before.request('join', { name: 'Dan' })
  const after = await dial(0)
  await after.request('message', { id: '1', text: 'here I am' })
  for (const { chat } of [ann, ben]) {
    await until(chat, (state) => texts(state) === 'here I am sent')
    expect(chat.get().messages[0]?.name).toBe('Dan')
    await until(chat, (state) => people(state) === 'Ann here,Ben here,Cleo here,Dan here')
  }
})

it('a page that is replaced by a copy of it at another node is told so', async () => {
  const [ann] = await visitAll()
  const closed = new Promise((resolve) => ann.peer.once('close', resolve))
  const copy = await visit('Ann', 1)
  await closed
  await until(copy.chat, (state) => people(state) === 'Ann here,Ben here,Cleo here')
  await say(copy, 'it is me')
  await until(copy.chat, (state) => texts(state) === 'it is me sent')
})
