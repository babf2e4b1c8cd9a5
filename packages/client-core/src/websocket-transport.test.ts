import { beforeEach, describe, expect, it, vi } from 'vitest'
import { Harness, settled, url } from '../test/harness.js'
import { WebSocketTransport } from './websocket-transport.js'

let harness: Harness

beforeEach(() => {
  harness = new Harness()
})

describe('dialling', () => {
  it('begins when constructed, with the subprotocol protoo (C2)', async () => {
    const transport = await harness.dial()
    expect(harness.last()).toMatchObject({ url, protocols: ['protoo'] })
    expect(transport.status).toMatchObject({
      state: 'connecting',
      attempt: 1,
      downSince: 1_000_000,
      everOpen: false,
    })
  })

  it('waits for connect() with autoConnect: false', async () => {
    const transport = await harness.dial({ autoConnect: false })
    expect(transport.status).toEqual({ state: 'idle' })
    expect(harness.clock.pending).toBe(0)
    transport.connect()
    transport.connect()
    await settled()
    expect(harness.sockets).toHaveLength(1)
  })

  it('asks url and authToken anew for each attempt', async () => {
    let count = 0
    await harness.dial({ authToken: async () => `token ${count}` }, () => `${url}/${++count}`)
    harness.last().breaks()
    await harness.pass(1000)
    expect(harness.sockets.map((socket) => socket.url)).toEqual([`${url}/1`, `${url}/2`])
    expect(harness.sockets.map(({ protocols }) => protocols[1])).toEqual([
      'protoo-auth.dG9rZW4gMQ',
      'protoo-auth.dG9rZW4gMg',
    ])
  })

  it('counts a url function that rejects as a failed attempt, and tries again', async () => {
    const source = vi.fn().mockRejectedValueOnce(new Error('no address')).mockResolvedValue(url)
    const transport = await harness.dial({}, source)
    expect(transport.status).toMatchObject({
      state: 'waiting',
      attempt: 2,
      error: { cause: new Error('no address') },
    })
    await harness.pass(1000)
    harness.last().opens()
    expect(transport.status.state).toBe('open')
  })

  it('counts a url function that throws, and a socket that cannot be made, likewise', async () => {
    const thrower = await harness.dial({}, () => {
      throw new Error('thrown')
    })
    expect(thrower.status.state).toBe('waiting')
    class Unusable extends harness.fake.WebSocket {
      constructor(address: string, protocols: string[]) {
        super(address, protocols, {})
        throw new SyntaxError('blocked')
      }
    }
    const blocked = await harness.dial({ WebSocket: Unusable })
    expect(blocked.status).toMatchObject({ state: 'waiting', error: { cause: new SyntaxError('blocked') } })
  })

  it('gives an attempt up after connectTimeout, a url function that hangs too', async () => {
    const transport = await harness.dial({ connectTimeout: 500 })
    await harness.pass(500)
    expect(harness.last().closedWith).toBeDefined()
    expect(transport.status).toMatchObject({ state: 'waiting', attempt: 2 })

    const hanging = await harness.dial({ connectTimeout: 500 }, () => new Promise<string>(() => {}))
    await harness.pass(500)
    expect(hanging.status.state).toBe('waiting')
  })

  it('ignores a url that arrives after its attempt was given up', async () => {
    let answer = (_address: string) => {}
    await harness.dial({ connectTimeout: 500 }, () => new Promise<string>((resolve) => (answer = resolve)))
    await harness.pass(500)
    answer(url)
    await settled()
    expect(harness.sockets).toHaveLength(0)
  })

  it.each(['http//x', 'example.org', '', 'ftp://x'])('throws a TypeError for the url "%s"', (bad) => {
    expect(() => new WebSocketTransport(bad)).toThrow(TypeError)
  })

  it('throws a TypeError for an authToken over 4 KiB', () => {
    expect(() => new WebSocketTransport(url, { authToken: 'x'.repeat(4000) })).toThrow(TypeError)
  })
})

describe('coming back', () => {
  it('waits 1, 2, 4, 8, 8 … s and then closes, exhausted (C4)', async () => {
    const transport = await harness.dial()
    const waits: number[] = []
    while (!transport.closed) {
      harness.last().breaks()
      waits.push(harness.clock.next ?? -1)
      await harness.pass(harness.clock.next ?? 0)
    }
    expect(waits).toEqual([1000, 2000, 4000, 8000, 8000, 8000, 8000, 8000, 8000, 8000, 0])
    expect(transport.status).toMatchObject({ state: 'closed', cause: 'exhausted' })
    expect(harness.sockets).toHaveLength(11)
    expect(harness.clock.pending).toBe(0)
  })

  it('dials at once after the loss of a lasting connection (C5)', async () => {
    await harness.dial()
    harness.last().opens()
    await harness.pass(5000)
    harness.last().breaks(1000)
    await harness.pass(0)
    expect(harness.sockets).toHaveLength(2)
    expect(harness.states()).toEqual(['open', 'waiting', 'connecting'])
  })

  it('counts a short-lived connection as a failed attempt for the next wait', async () => {
    const transport = await harness.dial()
    for (const wait of [1000, 2000, 4000]) {
      harness.last().opens()
      harness.last().breaks()
      expect(transport.status).toMatchObject({
        state: 'waiting',
        attempt: 1,
        retryAt: harness.clock.now() + wait,
      })
      await harness.pass(wait)
    }
  })

  it('jitters the first attempt after a drop too, when told to', async () => {
    const transport = await harness.dial({ retry: { jitter: true }, random: () => 0.25 })
    harness.last().opens()
    await harness.pass(6000)
    harness.last().breaks()
    expect(transport.status).toMatchObject({ retryAt: harness.clock.now() + 362.5 })
  })

  it('dials at once on reconnect() during a wait', async () => {
    const transport = await harness.dial()
    harness.last().breaks()
    transport.reconnect()
    await settled()
    expect(harness.sockets).toHaveLength(2)
    expect(transport.status).toMatchObject({ state: 'connecting', attempt: 2 })
    transport.reconnect()
    await settled()
    expect(harness.sockets).toHaveLength(2)
  })

  it('opens again by reconnect() when exhausted, and starts afresh', async () => {
    const transport = await harness.dial({ retry: { retries: 0 } })
    harness.last().breaks()
    await harness.pass(0)
    expect(transport.closed).toBe(true)
    transport.reconnect()
    expect(transport.closed).toBe(false)
    await settled()
    harness.last().opens()
    expect(transport.status.state).toBe('open')
  })

  it('throws on reconnect() when closed here or kicked', async () => {
    const local = await harness.dial()
    local.close()
    expect(() => local.reconnect()).toThrow('peer closed')
    const kicked = await harness.dial()
    harness.last().breaks(4000)
    expect(() => kicked.reconnect()).toThrow('peer closed')
  })

  it('stays away after 4000, before or after open (C6)', async () => {
    for (const open of [false, true]) {
      const transport = await harness.dial()
      if (open) harness.last().opens()
      harness.last().breaks(4000, 'bye')
      expect(transport.status).toMatchObject({ state: 'closed', cause: 'kicked', code: 4000, reason: 'bye' })
    }
    expect(harness.clock.pending).toBe(0)
  })

  it('hears nothing more of a socket it has left', async () => {
    const transport = await harness.dial({ connectTimeout: 100 })
    const late = harness.last()
    await harness.pass(100)
    late.opens()
    late.receives('{}')
    late.breaks(4000)
    expect(transport.status.state).toBe('waiting')
    expect(harness.frames).toEqual([])
  })
})
