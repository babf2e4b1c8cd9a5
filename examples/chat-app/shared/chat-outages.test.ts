/** What the chat shows while its server behaves badly. */
import { createPeer } from '@protoo-kit/client-core'
import { Recorder } from '@protoo-kit/client-core/testing'
import { expect } from 'vitest'
import { it, until } from './chat-fixture.js'
import type { ChatState } from './chat-state.js'
import type { ChatContract } from './contract.js'

const delivery = ({ messages }: ChatState) => messages.map(({ text, state }) => `${text}: ${state}`)

it('shows a message as sending while the server is frozen, and as sent once it goes on', async ({
  fixture,
}) => {
  const [chat] = await fixture.join()
  fixture.server.freezes()
  chat.send('hello')
  expect(delivery(chat.get())).toEqual(['hello: sending'])
  expect(fixture.taken).toEqual([])
  fixture.server.serves()
  await until(chat, ({ messages }) => messages[0]?.state === 'sent')
  expect(fixture.taken).toMatchObject([{ text: 'hello' }])
})

it('keeps what was typed while the server restarts, and joins again', async ({ fixture }) => {
  const [chat] = await fixture.join()
  const up = fixture.server.restarts()
  await new Promise<void>((resolve) => fixture.peer.once('disconnected', resolve))
  chat.setDraft('for later')
  expect(chat.send('for later')).toBe(false)
  const back = fixture.server.connection()
  fixture.history = [{ id: '9', from: 'b', name: 'Ben', text: 'meanwhile', at: 9 }]
  up()
  await back
  await until(chat, ({ messages }) => messages.length === 1)
  expect(chat.get().draft).toBe('for later')
})

it('joins in the end at a server that accepts and closes at once', async ({ fixture }) => {
  fixture.server.acceptsThenCloses()
  const chat = fixture.start(fixture.newChat())
  for (let n = 0; n < 2; n++) await new Promise<void>((resolve) => fixture.peer.once('disconnected', resolve))
  fixture.server.serves()
  await until(chat, ({ members }) => members.length === 2)
})

it('shows again what a recorded visit showed', async ({ fixture }) => {
  const recorder = new Recorder({ WebSocket: fixture.server.WebSocket })
  const retry = { minTimeout: 1, maxTimeout: 1 }
  await fixture.server.connection()
  fixture.peer.close()
  fixture.peer = createPeer<ChatContract>('ws://chat.test', { WebSocket: recorder.WebSocket, retry })
  fixture.history = [{ id: '1', from: 'b', name: 'Ben', text: 'recorded', at: 1 }]
  const [visit, client] = await fixture.join()
  client.notify('memberaway', { id: 'b' })
  await until(visit, ({ members }) => members.some(({ presence }) => presence === 'away'))
  fixture.stop()
  fixture.peer.close()

  const replay = fixture.server.replay(JSON.parse(JSON.stringify(recorder)))
  fixture.peer = fixture.newPeer()
  const again = fixture.start(fixture.newChat())
  await until(again, ({ members }) => members.some(({ presence }) => presence === 'away'))
  expect(again.get().messages).toMatchObject([{ text: 'recorded' }])
  expect(replay.unexpected).toEqual([])
})
