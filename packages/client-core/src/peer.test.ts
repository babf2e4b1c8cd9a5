import { beforeEach, describe, expect, it, vi } from 'vitest'
import { PeerHarness, settled, url } from '../test/harness.js'
import type { RetryOptions } from './backoff.js'
import { createPeer } from './create-peer.js'
import { Peer } from './peer.js'
import { WebSocketTransport } from './websocket-transport.js'

let harness: PeerHarness

beforeEach(() => {
  harness = new PeerHarness()
})

describe('status', () => {
  it('is the same object until something changes, and subscribers hear of each change once', async () => {
    const peer = await harness.dialled()
    const seen: string[] = []
    const stop = peer.subscribe(() => seen.push(peer.status.state))
    expect(peer.status).toBe(peer.status)
    harness.last().opens()
    harness.last().receives(JSON.stringify({ notification: true, method: 'x' }))
    harness.last().breaks()
    harness.clock.advance(1000)
    expect(seen).toEqual(['open', 'waiting', 'connecting'])
    stop()
    peer.close()
    expect(seen).toHaveLength(3)
  })

  it('has changed before any listener runs', async () => {
    const peer = await harness.dialled()
    const seen: unknown[] = []
    for (const event of ['open', 'disconnected', 'close'] as const)
      peer.on(event, () => seen.push(event, peer.status.state, peer.connected, peer.closed))
    harness.last().opens()
    harness.last().breaks()
    peer.close()
    expect(seen).toEqual([
      ...['open', 'open', true, false],
      ...['disconnected', 'waiting', false, false],
      ...['close', 'closed', false, true],
    ])
  })

  it('tells a subscriber that subscribed twice twice', async () => {
    const peer = await harness.dialled()
    const listener = vi.fn()
    const stop = peer.subscribe(listener)
    peer.subscribe(listener)
    harness.last().opens()
    stop()
    harness.last().breaks()
    expect(listener).toHaveBeenCalledTimes(3)
  })
})

describe('events', () => {
  it('open and close carry what happened', async () => {
    const peer = await harness.dialled()
    const events: unknown[] = []
    peer.on('open', (event) => events.push(event)).on('close', (event) => events.push(event))
    harness.last().opens()
    harness.last().breaks(4000, 'bye')
    expect(events).toMatchObject([
      { state: 'open', resumed: false, lost: 0 },
      { state: 'closed', cause: 'kicked', code: 4000, reason: 'bye', everOpen: true },
    ])
    expect(events[1]).toBe(peer.status)
  })

  it('reconnect() inside the last failed begins a new round instead of closing', async () => {
    const peer = await harness.dialled({ retry: { retries: 0 } })
    const closed = vi.fn()
    peer.on('close', closed)
    peer.once('failed', () => peer.reconnect())
    harness.last().breaks()
    await settled()
    harness.clock.advance(0)
    expect(closed).not.toHaveBeenCalled()
    harness.last().opens()
    expect(peer.connected).toBe(true)
  })

  it('works again after reconnect() from exhausted, requests included', async () => {
    const peer = await harness.dialled({ retry: { retries: 0 } })
    const closed = vi.fn()
    peer.on('close', closed)
    harness.last().breaks()
    harness.clock.advance(0)
    await expect(peer.request('x')).rejects.toThrow('transport closed')
    peer.reconnect()
    expect(peer.closed).toBe(false)
    await settled()
    harness.last().opens()
    const result = peer.request('x')
    harness.answer(harness.sent()[0].id, { again: true })
    expect(await result).toEqual({ again: true })
    harness.last().breaks(4000)
    expect(closed).toHaveBeenCalledTimes(2)
  })

  it('failed is told for the first attempt too when the url function throws at once', async () => {
    const peer = new Peer(
      new WebSocketTransport(
        () => {
          throw new Error('no address')
        },
        { clock: harness.clock, retry: { retries: 2, minTimeout: 10 } },
      ),
    )
    const events: unknown[] = []
    peer.on('failed', (attempt) => events.push(attempt)).on('close', ({ cause }) => events.push(cause))
    for (let round = 0; round < 4; round++) await harness.pass(40)
    await settled()
    expect(events).toEqual([1, 2, 3, 'exhausted'])
    expect(harness.clock.pending).toBe(0)
  })

  it('reconnect() inside failed leaves one timer, whatever comes of it', async () => {
    const peer = new Peer(
      new WebSocketTransport(
        () => {
          throw new Error('no address')
        },
        { clock: harness.clock, retry: { retries: 5, minTimeout: 600 } },
      ),
    )
    peer.once('failed', () => peer.reconnect())
    await settled()
    await settled()
    expect(peer.status).toMatchObject({ state: 'waiting', attempt: 3 })
    expect(harness.clock.pending).toBe(1)
    peer.close()
    expect(harness.clock.pending).toBe(0)
  })

  it('reports what is no message as protocolerror', async () => {
    const peer = await harness.opened()
    const errors: unknown[] = []
    peer.on('protocolerror', ({ code, excerpt }) => errors.push([code, excerpt]))
    harness.last().receives('{')
    harness.last().receives(new ArrayBuffer(1))
    harness.last().receives('null')
    expect(errors).toEqual([
      ['INVALID_JSON', '{'],
      ['BINARY_FRAME', ''],
      ['INVALID_MESSAGE', 'null'],
    ])
  })

  it('closes once, however often and from wherever it is closed', async () => {
    const peer = await harness.opened()
    const closed = vi.fn(() => peer.close())
    peer.on('close', closed)
    peer.close()
    peer.close()
    await settled()
    expect(closed).toHaveBeenCalledOnce()
  })

  it('tells nothing twice to a peer that is closed right after it was made', async () => {
    const peer = new Peer(
      new WebSocketTransport('ws://x', { clock: harness.clock, WebSocket: harness.fake.WebSocket }),
    )
    const closed = vi.fn()
    peer.on('close', closed)
    peer.close()
    await settled()
    expect(closed).toHaveBeenCalledOnce()
    expect(harness.sockets).toHaveLength(0)
  })
})

describe('createPeer', () => {
  it('never gives up and jitters by default, the first attempt after a drop included', async () => {
    const peer = createPeer('ws://x', {
      clock: harness.clock,
      WebSocket: harness.fake.WebSocket,
      random: () => 0.5,
    })
    await settled()
    const waits: number[] = []
    for (let round = 0; round < 20; round++) {
      harness.last().breaks()
      waits.push(harness.clock.next ?? -1)
      harness.clock.advance(harness.clock.next ?? 0)
      await settled()
    }
    expect(waits.slice(0, 6).map(Math.round)).toEqual([1875, 2250, 2700, 3240, 3888, 4666])
    expect(waits.at(-1)).toBe(10_000)
    harness.last().opens()
    harness.clock.advance(5000)
    harness.last().breaks()
    expect(harness.clock.next).toBe(862.5)
    peer.close()
  })

  it('takes undefined for what it is, not given', async () => {
    // @ts-expect-error: programs without types pass such
    const retry: RetryOptions = { retries: undefined, jitter: undefined, maxTimeout: undefined }
    const peer = createPeer(url, {
      clock: harness.clock,
      WebSocket: harness.fake.WebSocket,
      random: () => 0.5,
      retry,
    })
    await settled()
    for (let round = 0; round < 20; round++) {
      harness.last().breaks()
      expect(harness.clock.next).toBeCloseTo(1.25 * Math.min(8000, 1500 * 1.2 ** round))
      await harness.pass(harness.clock.next ?? 0)
    }
    peer.close()
  })

  it('takes what it is given over its own defaults', async () => {
    const peer = createPeer('ws://x', {
      clock: harness.clock,
      WebSocket: harness.fake.WebSocket,
      retry: { retries: 0, jitter: false },
    })
    await settled()
    harness.last().breaks()
    harness.clock.advance(0)
    expect(peer.status).toMatchObject({ state: 'closed', cause: 'exhausted' })
    const other = createPeer('ws://x', {
      clock: harness.clock,
      WebSocket: harness.fake.WebSocket,
      retry: [7],
    })
    await settled()
    harness.last().breaks()
    expect(harness.clock.next).toBe(7)
    other.close()
  })
})

it('a new peer works after another was closed', async () => {
  const first = await harness.opened()
  first.close()
  const second = await harness.opened()
  expect(first.closed).toBe(true)
  expect(second.connected).toBe(true)
})

it('works through a proxy, as frameworks wrap it', async () => {
  const peer = await harness.opened()
  const seen: unknown[] = []
  const proxy = new Proxy(peer, {})
  proxy.on('notification', ({ method }) => seen.push(method))
  harness.last().receives(JSON.stringify({ notification: true, method: 'x' }))
  const result = proxy.request('y')
  harness.answer(harness.sent()[0].id, { a: 1 })
  expect([seen, await result, proxy.connected]).toEqual([['x'], { a: 1 }, true])
})
