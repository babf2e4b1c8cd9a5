import { FakeClock } from '@protoo-kit/protocol/testing'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { fakeWebSocket } from '../test/fake-websocket.js'
import type { PeerStatus } from './connection.js'
import type { TransportOptions, UrlSource } from './transport-options.js'
import type { WakeEvent, WakeSource } from './wake.js'
import { WebSocketTransport } from './websocket-transport.js'

const url = 'ws://example.test'
let clock: FakeClock
let fake: ReturnType<typeof fakeWebSocket>
let history: PeerStatus[]
let frames: unknown[]

beforeEach(() => {
  clock = new FakeClock(1_000_000)
  fake = fakeWebSocket()
  history = []
  frames = []
})

async function dial(options: TransportOptions = {}, source: UrlSource = url): Promise<WebSocketTransport> {
  const transport = new WebSocketTransport(source, { clock, WebSocket: fake.WebSocket, ...options })
  transport.attach({ change: (after) => history.push(after), message: (frame) => frames.push(frame) })
  await settled()
  return transport
}

/** Lets the promises of a dial run. */
async function settled() {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve()
}

/** Runs the clock on, and the dial that its timer may begin. */
async function pass(ms: number) {
  clock.advance(ms)
  await settled()
}

const states = () => history.map(({ state }) => state)

/** A wake source that a test rings. */
function fakeWake(): WakeSource & {
  ring(event: WakeEvent): void
  listeners: Set<unknown>
  offline: boolean
} {
  const listeners = new Set<(event: WakeEvent) => void>()
  return {
    offline: false,
    listeners,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    ring(event) {
      this.offline = event === 'offline' || (event === 'wake' && this.offline)
      for (const listener of [...listeners]) listener(event)
    },
  }
}

describe('dialling', () => {
  it('begins when constructed, with the subprotocol protoo (C2)', async () => {
    const transport = await dial()
    expect(fake.last()).toMatchObject({ url, protocols: ['protoo'] })
    expect(transport.status).toMatchObject({
      state: 'connecting',
      attempt: 1,
      downSince: 1_000_000,
      everOpen: false,
    })
  })

  it('waits for connect() with autoConnect: false', async () => {
    const transport = await dial({ autoConnect: false })
    expect(transport.status).toEqual({ state: 'idle' })
    expect(clock.pending).toBe(0)
    transport.connect()
    transport.connect()
    await settled()
    expect(fake.sockets).toHaveLength(1)
  })

  it('asks url and authToken anew for each attempt', async () => {
    let count = 0
    await dial({ authToken: async () => `token ${count}` }, () => `${url}/${++count}`)
    fake.last().breaks()
    await pass(1000)
    expect(fake.sockets.map((socket) => socket.url)).toEqual([`${url}/1`, `${url}/2`])
    expect(fake.sockets.map(({ protocols }) => protocols[1])).toEqual([
      'protoo-auth.dG9rZW4gMQ',
      'protoo-auth.dG9rZW4gMg',
    ])
  })

  it('counts a url function that rejects as a failed attempt, and tries again', async () => {
    const source = vi.fn().mockRejectedValueOnce(new Error('no address')).mockResolvedValue(url)
    const transport = await dial({}, source)
    expect(transport.status).toMatchObject({
      state: 'waiting',
      attempt: 2,
      error: { cause: new Error('no address') },
    })
    await pass(1000)
    fake.last().opens()
    expect(transport.status.state).toBe('open')
  })

  it('counts a url function that throws, and a socket that cannot be made, likewise', async () => {
    const thrower = await dial({}, () => {
      throw new Error('thrown')
    })
    expect(thrower.status.state).toBe('waiting')
    class Unusable extends fake.WebSocket {
      constructor(address: string, protocols: string[]) {
        super(address, protocols, {})
        throw new SyntaxError('blocked')
      }
    }
    const blocked = await dial({ WebSocket: Unusable })
    expect(blocked.status).toMatchObject({ state: 'waiting', error: { cause: new SyntaxError('blocked') } })
  })

  it('gives an attempt up after connectTimeout, a url function that hangs too', async () => {
    const transport = await dial({ connectTimeout: 500 })
    await pass(500)
    expect(fake.last().closedWith).toBeDefined()
    expect(transport.status).toMatchObject({ state: 'waiting', attempt: 2 })

    const hanging = await dial({ connectTimeout: 500 }, () => new Promise<string>(() => {}))
    await pass(500)
    expect(hanging.status.state).toBe('waiting')
  })

  it('ignores a url that arrives after its attempt was given up', async () => {
    let answer = (_address: string) => {}
    await dial({ connectTimeout: 500 }, () => new Promise<string>((resolve) => (answer = resolve)))
    await pass(500)
    answer(url)
    await settled()
    expect(fake.sockets).toHaveLength(0)
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
    const transport = await dial()
    const waits: number[] = []
    while (!transport.closed) {
      fake.last().breaks()
      waits.push(clock.next ?? -1)
      await pass(clock.next ?? 0)
    }
    expect(waits).toEqual([1000, 2000, 4000, 8000, 8000, 8000, 8000, 8000, 8000, 8000, 0])
    expect(transport.status).toMatchObject({ state: 'closed', cause: 'exhausted' })
    expect(fake.sockets).toHaveLength(11)
    expect(clock.pending).toBe(0)
  })

  it('dials at once after the loss of a lasting connection (C5)', async () => {
    await dial()
    fake.last().opens()
    await pass(5000)
    fake.last().breaks(1000)
    await pass(0)
    expect(fake.sockets).toHaveLength(2)
    expect(states()).toEqual(['open', 'waiting', 'connecting'])
  })

  it('counts a short-lived connection as a failed attempt for the next wait', async () => {
    const transport = await dial()
    for (const wait of [1000, 2000, 4000]) {
      fake.last().opens()
      fake.last().breaks()
      expect(transport.status).toMatchObject({ state: 'waiting', attempt: 1, retryAt: clock.now() + wait })
      await pass(wait)
    }
  })

  it('jitters the first attempt after a drop too, when told to', async () => {
    const transport = await dial({ retry: { jitter: 'full' }, random: () => 0.25 })
    fake.last().opens()
    await pass(6000)
    fake.last().breaks()
    expect(transport.status).toMatchObject({ retryAt: clock.now() + 250 })
  })

  it('dials at once on reconnect() during a wait', async () => {
    const transport = await dial()
    fake.last().breaks()
    transport.reconnect()
    await settled()
    expect(fake.sockets).toHaveLength(2)
    expect(transport.status).toMatchObject({ state: 'connecting', attempt: 2 })
    transport.reconnect()
    await settled()
    expect(fake.sockets).toHaveLength(2)
  })

  it('opens again by reconnect() when exhausted, and starts afresh', async () => {
    const transport = await dial({ retry: { retries: 0 } })
    fake.last().breaks()
    await pass(0)
    expect(transport.closed).toBe(true)
    transport.reconnect()
    expect(transport.closed).toBe(false)
    await settled()
    fake.last().opens()
    expect(transport.status.state).toBe('open')
  })

  it('throws on reconnect() when closed here or kicked', async () => {
    const local = await dial()
    local.close()
    expect(() => local.reconnect()).toThrow('peer closed')
    const kicked = await dial()
    fake.last().breaks(4000)
    expect(() => kicked.reconnect()).toThrow('peer closed')
  })

  it('stays away after 4000, before or after open (C6)', async () => {
    for (const open of [false, true]) {
      const transport = await dial()
      if (open) fake.last().opens()
      fake.last().breaks(4000, 'bye')
      expect(transport.status).toMatchObject({ state: 'closed', cause: 'kicked', code: 4000, reason: 'bye' })
    }
    expect(clock.pending).toBe(0)
  })

  it('hears nothing more of a socket it has left', async () => {
    const transport = await dial({ connectTimeout: 100 })
    const late = fake.last()
    await pass(100)
    late.opens()
    late.receives('{}')
    late.breaks(4000)
    expect(transport.status.state).toBe('waiting')
    expect(frames).toEqual([])
  })
})

describe('close', () => {
  it('closes the socket without a code unless given one (C8)', async () => {
    const transport = await dial()
    fake.last().opens()
    transport.close()
    expect(fake.last().closedWith).toEqual([undefined, undefined])
    const other = await dial()
    other.close(4100, 'later')
    expect(fake.last().closedWith).toEqual([4100, 'later'])
  })

  it.each(['connecting', 'waiting', 'open', 'idle'])('leaves no timer behind when %s', async (state) => {
    const wake = fakeWake()
    const transport = await dial({ autoConnect: state !== 'idle', wake })
    if (state === 'waiting') fake.last().breaks()
    if (state === 'open') fake.last().opens()
    expect(transport.status.state).toBe(state)
    transport.close()
    transport.close()
    expect(clock.pending).toBe(0)
    expect(wake.listeners.size).toBe(0)
    expect(states().filter((name) => name === 'closed')).toHaveLength(1)
  })

  it('changes nothing when the socket refuses the code', async () => {
    const transport = await dial()
    fake.last().opens()
    fake.last().close = () => {
      throw new RangeError('invalid code')
    }
    expect(() => transport.close(42)).toThrow(RangeError)
    expect(transport.status.state).toBe('open')
  })
})

describe('waking', () => {
  it.each<WakeEvent>(['wake', 'online'])('dials at once on %s during a wait', async (event) => {
    const wake = fakeWake()
    await dial({ wake })
    fake.last().breaks()
    wake.ring(event)
    await settled()
    expect(fake.sockets).toHaveLength(2)
  })

  it('pauses only after a dial has failed while offline, and dials when back', async () => {
    const wake = fakeWake()
    const transport = await dial({ wake })
    wake.ring('offline')
    expect(transport.status).toMatchObject({ state: 'connecting', offline: true })
    fake.last().breaks()
    expect(transport.status).toMatchObject({ state: 'paused', offline: true })
    wake.ring('online')
    await settled()
    expect(transport.status).toMatchObject({ state: 'connecting', attempt: 1, offline: false })
    expect(fake.sockets).toHaveLength(2)
  })

  it('spends no retries while offline', async () => {
    const wake = fakeWake()
    const transport = await dial({ wake, retry: { retries: 1 } })
    wake.ring('offline')
    for (let round = 0; round < 5; round++) {
      fake.last().breaks()
      wake.ring('wake')
      await settled()
    }
    expect(transport.status.state).toBe('connecting')
  })

  it('still dials now and then while paused: browsers are at times wrong', async () => {
    const wake = fakeWake()
    const transport = await dial({ wake })
    wake.ring('offline')
    fake.last().breaks()
    await pass(30_000)
    fake.last().opens()
    expect(transport.status.state).toBe('open')
  })

  it('listens only while there is something to wake', async () => {
    const wake = fakeWake()
    await dial({ wake })
    expect(wake.listeners.size).toBe(1)
    fake.last().opens()
    expect(wake.listeners.size).toBe(0)
    fake.last().breaks()
    await pass(1000)
    expect(wake.listeners.size).toBe(1)
  })

  it('does without a source', async () => {
    await dial()
    fake.last().breaks()
    expect(states()).toEqual(['waiting'])
  })
})

describe('send', () => {
  it('throws while the socket is not open, closing included', async () => {
    const transport = await dial()
    expect(() => transport.send('x')).toThrow('not connected')
    fake.last().opens()
    transport.send('x')
    fake.last().close()
    expect(() => transport.send('y')).toThrow('not connected')
    expect(fake.last().sent).toEqual(['x'])
  })
})

it('is for one peer', async () => {
  const transport = await dial()
  expect(() => transport.attach({ change() {}, message() {} })).toThrow('in use')
})
