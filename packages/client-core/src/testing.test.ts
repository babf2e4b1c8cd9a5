import { afterEach, beforeEach, expect, it } from 'vitest'
import { event } from '../test/implementations.js'
import { createPeer, type Peer } from './index.js'
import { MockServer } from './testing.js'

let server: MockServer
let peer: Peer

beforeEach(() => {
  server = new MockServer('ws://chat.test')
  peer = createPeer('ws://chat.test/?room=a', {
    WebSocket: server.WebSocket,
    retry: { minTimeout: 1, maxTimeout: 2, minUptime: 0 },
  })
})

afterEach(() => {
  peer.close()
  server.stop()
})

it('answers requests, refuses those without a handler, and passes errors on', async () => {
  await event(peer, 'open')
  server.handle('join', ({ name }) => ({ members: [name] }))
  server.handle('fail', async () => {
    throw new Error('BOOM')
  })
  expect(await peer.request('join', { name: 'Ann' })).toEqual({ members: ['Ann'] })
  await expect(peer.request('x')).rejects.toMatchObject({ code: 501 })
  await expect(peer.request('fail')).rejects.toMatchObject({ code: 500, message: 'Error: BOOM' })
})

it('asks and notifies the client, and keeps what the client notifies', async () => {
  const client = await server.connection()
  peer.handle('confirm', ({ text }) => ({ ok: text === 'sure?' }))
  expect(await client.request('confirm', { text: 'sure?' })).toEqual({ ok: true })
  const received = event(peer, 'notification')
  server.notify('message', { text: 'hi' })
  expect(await received).toMatchObject([{ method: 'message', data: { text: 'hi' } }])
  await peer.notify('typing', { on: true })
  server.handle('sync', () => ({}))
  await peer.request('sync')
  expect(client.notifications).toMatchObject([{ method: 'typing', data: { on: true } }])
})

it('drops connections, which come back', async () => {
  await event(peer, 'open')
  server.handle('x', () => new Promise(() => {}))
  const pending = expect(peer.request('x')).rejects.toThrow('closed with 1006')
  server.drop()
  await pending
  await event(peer, 'open')
  expect(server.clients.size).toBe(1)
  expect(server.dials).toBe(2)
})

it('refuses connections, which keep trying', async () => {
  server.refuse()
  expect(await event(peer, 'failed')).toEqual([1])
  expect(await event(peer, 'failed')).toEqual([2])
  server.refuse(false)
  await event(peer, 'open')
})

it('kicks clients, which stay away', async () => {
  await event(peer, 'open')
  server.kick()
  expect(await event(peer, 'close')).toMatchObject([{ cause: 'kicked', code: 4000 }])
})
