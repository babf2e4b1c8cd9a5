import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { event } from '../test/implementations.js'
import { createPeer, type Peer } from './index.js'
import { FakeClock, MockServer } from './testing.js'

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

it('refuses, until it serves again', async () => {
  server.refuses()
  expect(await event(peer, 'failed')).toEqual([1])
  server.serves()
  await event(peer, 'open')
})

it('accepts and closes at once: clients count that as the failure that it is', async () => {
  await event(peer, 'open')
  server.acceptsThenCloses()
  server.drop()
  for (let n = 0; n < 3; n++) await event(peer, 'disconnected')
  expect(server.dials).toBeGreaterThanOrEqual(3)
  server.serves()
  await event(peer, 'open')
  server.handle('sync', () => ({ fine: true }))
  expect(await peer.request('sync', {}, { whenOpen: true, retry: true })).toEqual({ fine: true })
})

it('freezes: nothing is answered, new connections neither open nor fail, and what was held arrives', async () => {
  await event(peer, 'open')
  server.handle('say', ({ text }) => ({ text }))
  const told: unknown[] = []
  peer.on('notification', ({ data }) => told.push(data))
  server.freezes()
  const settled: unknown[] = []
  const first = peer.request('say', { text: '1' }).then((data) => settled.push(data))
  const second = peer.request('say', { text: '2' }).then((data) => settled.push(data))
  server.notify('news', { n: 1 })
  const clock = new FakeClock()
  const other = createPeer('ws://chat.test', { WebSocket: server.WebSocket, clock, connectTimeout: 500 })
  await vi.waitFor(() => expect(server.dials).toBe(2))
  expect([other.status.state, server.clients.size]).toEqual(['connecting', 1])
  const failed = event(other, 'failed')
  clock.advance(500)
  expect(await failed).toEqual([1])
  other.close()
  expect([settled, told]).toEqual([[], []])
  server.serves()
  await Promise.all([first, second])
  expect(settled).toEqual([{ text: '1' }, { text: '2' }])
  await vi.waitFor(() => expect(told).toEqual([{ n: 1 }]))
})

it('restarts: everybody is closed with 1012 and comes back once it is up', async () => {
  await event(peer, 'open')
  const up = server.restarts()
  await event(peer, 'disconnected')
  await event(peer, 'failed')
  expect(server.clients.size).toBe(0)
  up()
  await event(peer, 'open')
  expect(server.clients.size).toBe(1)
})

it('cuts what it holds for a connection that ends while it is frozen', async () => {
  await event(peer, 'open')
  const handler = vi.fn(() => ({}))
  server.handle('say', handler)
  server.freezes()
  const lost = expect(peer.request('say')).rejects.toMatchObject({ code: 'CONNECTION_LOST' })
  server.drop()
  await lost
  server.serves()
  await event(peer, 'open')
  expect(handler).not.toHaveBeenCalled()
})
