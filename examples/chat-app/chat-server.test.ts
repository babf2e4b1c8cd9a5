import { createPeer, type Peer } from '@protoo-kit/client-core'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { startChat } from './server.js'
import { createChat } from './shared/chat-model.js'
import type { Chat, ChatState } from './shared/chat-state.js'
import type { ChatContract } from './shared/contract.js'

let server: Awaited<ReturnType<typeof startChat>>
let undo: (() => void)[] = []

beforeEach(async () => {
  server = await startChat()
})

afterEach(async () => {
  for (const each of undo.reverse()) each()
  undo = []
  await server.close()
})

async function visit(name: string): Promise<{ peer: Peer<ChatContract>; chat: Chat; id: string }> {
  const id = `id-of-${name}`
  const peer = createPeer<ChatContract>(`${server.url.replace('http', 'ws')}?roomId=lobby&peerId=${id}`, {
    retry: { minTimeout: 50, maxTimeout: 50 },
  })
  undo.push(() => peer.close())
  const chat = createChat(peer, { you: id, name, room: 'lobby', storage: undefined })
  undo.push(chat.start())
  await until(chat, () => peer.connected)
  return { peer, chat, id }
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

function breakNetwork(peerId: string, action: string, headers: Record<string, string> = {}) {
  return fetch(`${server.url}network`, { method: 'POST', headers, body: JSON.stringify({ peerId, action }) })
}

const people = ({ members }: ChatState) => members.map(({ name, presence }) => `${name} ${presence}`).join()
const texts = ({ messages }: ChatState) => messages.map(({ text, state }) => `${text} ${state}`).join()

it('a cut line makes somebody away, and loses nothing', async () => {
  const { chat: ann } = await visit('Ann')
  const { chat: ben, peer, id } = await visit('Ben')
  await until(ann, (state) => people(state) === 'Ann here,Ben here')

  expect(await (await breakNetwork(id, 'cut')).json()).toMatchObject({ enabled: true, condition: 'cut' })
  await until(ann, (state) => people(state) === 'Ann here,Ben away')
  expect(peer.connected).toBe(false)
  ann.send('are you there?')
  await until(ann, (state) => texts(state) === 'are you there? sent')

  expect(await (await breakNetwork(id, 'restore')).json()).toMatchObject({ condition: 'open', endsIn: 0 })
  await until(ann, (state) => people(state) === 'Ann here,Ben here')
  await until(ben, (state) => texts(state) === 'are you there? sent')
})

it('a frozen line lets nothing through, and tells nobody', async () => {
  const { chat: ann } = await visit('Ann')
  const { chat: ben, peer, id } = await visit('Ben')
  await until(ann, (state) => people(state) === 'Ann here,Ben here')
  await breakNetwork(id, 'freeze')
  ben.send('from the tunnel')
  // A round trip of the other one, who would have heard it.
  ann.send('hello?')
  await until(ann, (state) => texts(state) === 'hello? sent')
  expect(peer.connected).toBe(true)
  expect(texts(ben.get())).toBe('from the tunnel sending')

  await breakNetwork(id, 'restore')
  await until(ann, ({ messages }) => messages.length === 2)
  await until(ben, (state) => texts(state) === 'hello? sent,from the tunnel sent')
})

it('somebody who dials into a frozen line gets through when it thaws', async () => {
  await breakNetwork('id-of-Ann', 'freeze')
  const arrived = visit('Ann')
  const { chat: ben } = await visit('Ben')
  expect(people(ben.get())).not.toContain('Ann')
  await breakNetwork('id-of-Ann', 'restore')
  await arrived
  await until(ben, (state) => people(state).includes('Ann here'))
})

it('a slow line takes its time', async () => {
  const { chat, id } = await visit('Ann')
  await breakNetwork(id, 'slow')
  const began = performance.now()
  chat.send('slowly')
  await until(chat, (state) => texts(state) === 'slowly sent')
  expect(performance.now() - began).toBeGreaterThanOrEqual(1990)
})

it('a restarted server has forgotten everything, and everybody comes back', async () => {
  const { chat: ann, peer, id } = await visit('Ann')
  ann.send('before')
  await until(ann, (state) => texts(state) === 'before sent')
  const reopened = new Promise((resolve) => peer.once('open', resolve))
  expect(await (await breakNetwork(id, 'restart')).json()).toMatchObject({ condition: 'restarting' })
  expect(await reopened).toMatchObject({ resumed: false })
  const { chat: ben } = await visit('Ben')
  await until(ben, (state) => people(state) === 'Ann here,Ben here')
  expect(ben.get().messages).toEqual([])
  expect(texts(ann.get())).toBe('before sent')
})

it('what somebody types is told to those who are there', async () => {
  const { chat: ann } = await visit('Ann')
  const { chat: ben } = await visit('Ben')
  await until(ben, (state) => people(state) === 'Ann here,Ben here')
  await until(ann, (state) => people(state) === 'Ann here,Ben here')
  ann.setDraft('hm')
  await until(ben, ({ members }) => members.some(({ typing }) => typing))
  expect(ann.get().members.some(({ typing }) => typing)).toBe(false)
  // On and on, without a pause.
  ann.send('hm')
  await until(ben, ({ members }) => !members.some(({ typing }) => typing))
  ann.setDraft('well')
  await until(ben, ({ members }) => members.some(({ typing }) => typing))
  ann.setDraft('')
  await until(ben, ({ members }) => !members.some(({ typing }) => typing))
})

it('only pages of the server itself may break the network', async () => {
  const { origin } = new URL(server.url)
  expect((await breakNetwork('x', 'cut', { origin: 'https://elsewhere.example' })).status).toBe(403)
  expect((await breakNetwork('x', 'cut', { origin: 'null' })).status).toBe(403)
  expect((await breakNetwork('x', 'cut', { origin })).status).toBe(200)
  expect((await breakNetwork('x', 'explode')).status).toBe(400)
  expect((await fetch(`${server.url}network`, { method: 'POST', body: '[' })).status).toBe(400)
  expect((await fetch(`${server.url}network`, { method: 'DELETE' })).status).toBe(405)
  await expect(fetch(`${server.url}network`, { method: 'POST', body: 'x'.repeat(100_000) })).rejects.toThrow()
})

it('nobody may where it is not allowed', async () => {
  const closed = await startChat({ network: false })
  const answer = await fetch(`${closed.url}network?peerId=x`)
  expect(await answer.json()).toEqual({ enabled: false, condition: 'open', endsIn: 0 })
  const refused = await fetch(`${closed.url}network`, { method: 'POST', body: '{"action":"restart"}' })
  expect(refused.status).toBe(403)
  await closed.close()
})

it('closes while somebody is frozen', async () => {
  const { id } = await visit('Ann')
  await breakNetwork(id, 'freeze')
  await server.close()
  server = await startChat()
})
