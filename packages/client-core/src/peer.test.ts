import { RequestError } from '@protoo-kit/protocol'
import { FakeClock } from '@protoo-kit/protocol/testing'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { fakeWebSocket } from '../test/fake-websocket.js'
import { createPeer } from './create-peer.js'
import { Peer } from './peer.js'
import type { TransportOptions } from './transport-options.js'
import { WebSocketTransport } from './websocket-transport.js'

let clock: FakeClock
let fake: ReturnType<typeof fakeWebSocket>

beforeEach(() => {
  clock = new FakeClock(1_000_000)
  fake = fakeWebSocket()
})

async function settled() {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve()
}

async function dialled(options: TransportOptions = {}): Promise<Peer> {
  const peer = new Peer(new WebSocketTransport('ws://x', { clock, WebSocket: fake.WebSocket, ...options }))
  await settled()
  return peer
}

async function opened(options: TransportOptions = {}): Promise<Peer> {
  const peer = await dialled(options)
  fake.last().opens()
  return peer
}

/** Drops the connection and opens the next one. */
async function reopen() {
  fake.last().breaks()
  clock.advance(1000)
  await settled()
  fake.last().opens()
}

const sent = () => fake.last().sent.map((text) => JSON.parse(text))
const answer = (id: number, data: object = {}) =>
  fake.last().receives(JSON.stringify({ response: true, id, ok: true, data }))

describe('status', () => {
  it('is the same object until something changes, and subscribers hear of each change once', async () => {
    const peer = await dialled()
    const seen: string[] = []
    const stop = peer.subscribe(() => seen.push(peer.status.state))
    expect(peer.status).toBe(peer.status)
    fake.last().opens()
    fake.last().receives(JSON.stringify({ notification: true, method: 'x' }))
    fake.last().breaks()
    clock.advance(1000)
    expect(seen).toEqual(['open', 'waiting', 'connecting'])
    stop()
    peer.close()
    expect(seen).toHaveLength(3)
  })

  it('has changed before any listener runs', async () => {
    const peer = await dialled()
    const seen: unknown[] = []
    for (const event of ['open', 'disconnected', 'close'] as const)
      peer.on(event, () => seen.push(event, peer.status.state, peer.connected, peer.closed))
    fake.last().opens()
    fake.last().breaks()
    peer.close()
    expect(seen).toEqual([
      ...['open', 'open', true, false],
      ...['disconnected', 'waiting', false, false],
      ...['close', 'closed', false, true],
    ])
  })

  it('tells a subscriber that subscribed twice twice', async () => {
    const peer = await dialled()
    const listener = vi.fn()
    const stop = peer.subscribe(listener)
    peer.subscribe(listener)
    fake.last().opens()
    stop()
    fake.last().breaks()
    expect(listener).toHaveBeenCalledTimes(3)
  })
})

describe('events', () => {
  it('open and close carry what happened', async () => {
    const peer = await dialled()
    const events: unknown[] = []
    peer.on('open', (event) => events.push(event)).on('close', (event) => events.push(event))
    fake.last().opens()
    fake.last().breaks(4000, 'bye')
    expect(events).toEqual([
      { resumed: false, lost: 0 },
      { cause: 'kicked', code: 4000, reason: 'bye' },
    ])
  })

  it('reconnect() inside the last failed begins a new round instead of closing', async () => {
    const peer = await dialled({ retry: { retries: 0 } })
    const closed = vi.fn()
    peer.on('close', closed)
    peer.once('failed', () => peer.reconnect())
    fake.last().breaks()
    await settled()
    clock.advance(0)
    expect(closed).not.toHaveBeenCalled()
    fake.last().opens()
    expect(peer.connected).toBe(true)
  })

  it('works again after reconnect() from exhausted, requests included', async () => {
    const peer = await dialled({ retry: { retries: 0 } })
    const closed = vi.fn()
    peer.on('close', closed)
    fake.last().breaks()
    clock.advance(0)
    await expect(peer.request('x')).rejects.toThrow('transport closed')
    peer.reconnect()
    expect(peer.closed).toBe(false)
    await settled()
    fake.last().opens()
    const result = peer.request('x')
    answer(sent()[0].id, { again: true })
    expect(await result).toEqual({ again: true })
    fake.last().breaks(4000)
    expect(closed).toHaveBeenCalledTimes(2)
  })

  it('reports what is no message as protocolerror', async () => {
    const peer = await opened()
    const errors: unknown[] = []
    peer.on('protocolerror', ({ code, excerpt }) => errors.push([code, excerpt]))
    fake.last().receives('{')
    fake.last().receives(new ArrayBuffer(1))
    fake.last().receives('null')
    expect(errors).toEqual([
      ['INVALID_JSON', '{'],
      ['BINARY_FRAME', ''],
      ['INVALID_MESSAGE', 'null'],
    ])
  })

  it('closes once, however often and from wherever it is closed', async () => {
    const peer = await opened()
    const closed = vi.fn(() => peer.close())
    peer.on('close', closed)
    peer.close()
    peer.close()
    await settled()
    expect(closed).toHaveBeenCalledOnce()
  })

  it('tells nothing twice to a peer that is closed right after it was made', async () => {
    const peer = new Peer(new WebSocketTransport('ws://x', { clock, WebSocket: fake.WebSocket }))
    const closed = vi.fn()
    peer.on('close', closed)
    peer.close()
    await settled()
    expect(closed).toHaveBeenCalledOnce()
    expect(fake.sockets).toHaveLength(0)
  })
})

describe('requests', () => {
  it('reject at once when the connection drops, with its end as the cause', async () => {
    const peer = await opened()
    const result = peer.request('x')
    fake.last().breaks(1011, 'oops')
    await expect(result).rejects.toMatchObject({
      name: 'ConnectionLostError',
      cause: { message: 'closed with 1011 oops' },
    })
  })

  it('made with retry are repeated on the next connection, after what open listeners send', async () => {
    const peer = await opened()
    const result = peer.request('x', { a: 1 }, { retry: true })
    peer.on('open', () => peer.notify('join'))
    await reopen()
    expect(sent().map(({ method }) => method)).toEqual(['join', 'x'])
    answer(sent()[1].id, { b: 2 })
    expect(await result).toEqual({ b: 2 })
  })

  it('made with whenOpen wait for the first open, and others reject', async () => {
    const peer = await dialled()
    const result = peer.request('x', {}, { whenOpen: true })
    await expect(peer.request('y')).rejects.toMatchObject({
      name: 'NotConnectedError',
      code: 'NOT_CONNECTED',
    })
    fake.last().opens()
    answer(sent()[0].id, { ok: 1 })
    expect(await result).toEqual({ ok: 1 })
  })

  it('time out while waiting for a connection', async () => {
    const peer = await dialled()
    const result = peer.request('x', {}, { whenOpen: true, timeout: 100 })
    clock.advance(100)
    await expect(result).rejects.toMatchObject({ name: 'RequestTimeoutError', code: 408 })
    fake.last().opens()
    expect(sent()).toEqual([])
  })

  it('are given up through their signal, and their late answer is ignored', async () => {
    const peer = await opened()
    const controller = new AbortController()
    const result = peer.request('x', {}, { signal: controller.signal })
    controller.abort(new Error('not wanted'))
    await expect(result).rejects.toThrow('not wanted')
    answer(sent()[0].id)
    expect(sent()).toHaveLength(1)
  })

  it('leave no timer behind when the peer closes', async () => {
    const peer = await opened()
    const results = Promise.allSettled([peer.request('x'), peer.request('y', {}, { retry: true })])
    peer.close()
    expect(clock.pending).toBe(0)
    expect((await results).map((result) => result.status)).toEqual(['rejected', 'rejected'])
  })
})

describe('handle', () => {
  it('answers one method, before request listeners are asked', async () => {
    const peer = await opened()
    const listener = vi.fn((_request, accept) => accept({ by: 'listener' }))
    peer.on('request', listener)
    const stop = peer.handle('add', ({ a, b }) => ({ sum: a + b }))
    const ask = (id: number, data: object) =>
      fake.last().receives(JSON.stringify({ request: true, id, method: 'add', data }))
    ask(1, { a: 1, b: 2 })
    stop()
    ask(2, {})
    expect(sent().map(({ data }) => data)).toEqual([{ sum: 3 }, { by: 'listener' }])
  })

  it('refuses with the RequestError of its handler, data included', async () => {
    const peer = await opened()
    peer.handle('x', async () => {
      throw new RequestError(404, 'no such room', { room: 'a' })
    })
    fake.last().receives(JSON.stringify({ request: true, id: 1, method: 'x' }))
    await settled()
    expect(sent()).toEqual([
      {
        response: true,
        id: 1,
        ok: false,
        errorCode: 404,
        errorReason: 'no such room',
        errorData: { room: 'a' },
      },
    ])
  })

  it('throws for a second handler of one method', async () => {
    const peer = await opened()
    peer.handle('x', () => {})
    expect(() => peer.handle('x', () => {})).toThrow('"x" has a handler already')
  })
})

describe('createPeer', () => {
  it('never gives up and jitters by default, the first attempt after a drop included', async () => {
    const peer = createPeer('ws://x', { clock, WebSocket: fake.WebSocket, random: () => 0.5 })
    await settled()
    const waits: number[] = []
    for (let round = 0; round < 20; round++) {
      fake.last().breaks()
      waits.push(clock.next ?? -1)
      clock.advance(clock.next ?? 0)
      await settled()
    }
    expect(waits.slice(0, 5)).toEqual([500, 1000, 2000, 4000, 4000])
    fake.last().opens()
    clock.advance(5000)
    fake.last().breaks()
    expect(clock.next).toBe(500)
    peer.close()
  })

  it('takes what it is given over its own defaults', async () => {
    const peer = createPeer('ws://x', {
      clock,
      WebSocket: fake.WebSocket,
      retry: { retries: 0, jitter: 'none' },
    })
    await settled()
    fake.last().breaks()
    clock.advance(0)
    expect(peer.status).toMatchObject({ state: 'closed', cause: 'exhausted' })
    const other = createPeer('ws://x', { clock, WebSocket: fake.WebSocket, retry: [7] })
    await settled()
    fake.last().breaks()
    expect(clock.next).toBe(7)
    other.close()
  })
})

it('a new peer works after another was closed', async () => {
  const first = await opened()
  first.close()
  const second = await opened()
  expect(first.closed).toBe(true)
  expect(second.connected).toBe(true)
})

it('works through a proxy, as frameworks wrap it', async () => {
  const peer = await opened()
  const seen: unknown[] = []
  const proxy = new Proxy(peer, {})
  proxy.on('notification', ({ method }) => seen.push(method))
  fake.last().receives(JSON.stringify({ notification: true, method: 'x' }))
  const result = proxy.request('y')
  answer(sent()[0].id, { a: 1 })
  expect([seen, await result, proxy.connected]).toEqual([['x'], { a: 1 }, true])
})
