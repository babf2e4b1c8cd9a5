import { beforeEach, describe, expect, it } from 'vitest'
import { fakeWake, Harness, settled } from '../test/harness.js'
import type { WakeEvent, WakeSource } from './wake.js'

let harness: Harness

beforeEach(() => {
  harness = new Harness()
})

describe('close', () => {
  it('closes the socket without a code unless given one (C8)', async () => {
    const transport = await harness.dial()
    harness.last().opens()
    transport.close()
    expect(harness.last().closedWith).toEqual([undefined, undefined])
    const other = await harness.dial()
    other.close(4100, 'later')
    expect(harness.last().closedWith).toEqual([4100, 'later'])
  })

  it.each(['connecting', 'waiting', 'open', 'idle'])('leaves no timer behind when %s', async (state) => {
    const wake = fakeWake()
    const transport = await harness.dial({ autoConnect: state !== 'idle', wake })
    if (state === 'waiting') harness.last().breaks()
    if (state === 'open') harness.last().opens()
    expect(transport.status.state).toBe(state)
    transport.close()
    transport.close()
    expect(harness.clock.pending).toBe(0)
    expect(wake.listeners.size).toBe(0)
    expect(harness.states().filter((name) => name === 'closed')).toHaveLength(1)
  })

  it('changes nothing when the socket refuses the code', async () => {
    const transport = await harness.dial()
    harness.last().opens()
    harness.last().close = () => {
      throw new RangeError('invalid code')
    }
    expect(() => transport.close(42)).toThrow(RangeError)
    expect(transport.status.state).toBe('open')
  })
})

describe('waking', () => {
  it.each<WakeEvent>(['wake', 'online'])('dials at once on %s during a wait', async (event) => {
    const wake = fakeWake()
    await harness.dial({ wake })
    harness.last().breaks()
    wake.ring(event)
    await settled()
    expect(harness.sockets).toHaveLength(2)
  })

  it('pauses only after a dial has failed while offline, and dials when back', async () => {
    const wake = fakeWake()
    const transport = await harness.dial({ wake })
    wake.ring('offline')
    expect(transport.status).toMatchObject({ state: 'connecting', offline: true })
    harness.last().breaks()
    expect(transport.status).toMatchObject({ state: 'paused', offline: true })
    wake.ring('online')
    await settled()
    expect(transport.status).toMatchObject({ state: 'connecting', attempt: 1, offline: false })
    expect(harness.sockets).toHaveLength(2)
  })

  it('spends no retries while offline', async () => {
    const wake = fakeWake()
    const transport = await harness.dial({ wake, retry: { retries: 1 } })
    wake.ring('offline')
    for (let round = 0; round < 5; round++) {
      harness.last().breaks()
      wake.ring('wake')
      await settled()
    }
    expect(transport.status.state).toBe('connecting')
  })

  it('still dials now and then while paused: browsers are at times wrong', async () => {
    const wake = fakeWake()
    const transport = await harness.dial({ wake })
    wake.ring('offline')
    harness.last().breaks()
    await harness.pass(30_000)
    harness.last().opens()
    expect(transport.status.state).toBe('open')
  })

  it('listens only while there is something to wake, from the first wait after a loss on', async () => {
    const wake = fakeWake()
    await harness.dial({ wake })
    expect(wake.listeners.size).toBe(1)
    harness.last().opens()
    expect(wake.listeners.size).toBe(0)
    harness.last().breaks()
    expect(wake.listeners.size).toBe(1)
    wake.ring('wake')
    await settled()
    expect(harness.sockets).toHaveLength(2)
    expect(wake.listeners.size).toBe(1)
  })

  it('is not moved by a source that calls back while it is being subscribed to', async () => {
    let subscribed = 0
    const wake: WakeSource = {
      offline: false,
      subscribe(listener) {
        subscribed++
        listener('online')
        return () => subscribed--
      },
    }
    const transport = await harness.dial({ wake, connectTimeout: 500 })
    harness.last().opens()
    harness.last().breaks()
    expect(transport.status.state).toBe('waiting')
    await harness.pass(1000)
    harness.last().opens()
    await harness.pass(10_000)
    expect(transport.status.state).toBe('open')
    expect([subscribed, harness.clock.pending]).toEqual([0, 0])
  })

  it('does without a source', async () => {
    await harness.dial()
    harness.last().breaks()
    expect(harness.states()).toEqual(['waiting'])
  })
})

describe('send', () => {
  it('throws while the socket is not open, closing included', async () => {
    const transport = await harness.dial()
    expect(() => transport.send('x')).toThrow('not connected')
    harness.last().opens()
    transport.send('x')
    harness.last().close()
    expect(() => transport.send('y')).toThrow('not connected')
    expect(harness.last().sent).toEqual(['x'])
  })
})

it('is for one peer', async () => {
  const transport = await harness.dial()
  expect(() => transport.attach({ change() {}, message() {} })).toThrow('in use')
})
