import { beforeEach, describe, expect, it } from 'vitest'
import { fakeWake, settled } from '../test/harness.js'
import { heartbeat, notification, SessionHarness } from '../test/session-harness.js'
import type { Peer } from './peer.js'
import type { WakeEvent } from './wake.js'

let harness: SessionHarness
let wake: ReturnType<typeof fakeWake>
let peer: Peer

const echo = { ack: 0, echo: true }
/** ms that a server which was asked has to answer. */
const doubt = 5000

beforeEach(async () => {
  harness = new SessionHarness()
  wake = fakeWake()
  // Half a second from a drop to the next dial.
  peer = await harness.confirmed({
    wake,
    retry: { jitter: true, minTimeout: 500, minUptime: 0 },
    random: () => 1,
  })
})

function isOpen(): boolean {
  return peer.status.state === 'open'
}

function isGivenUp(): void {
  expect(peer.status).toMatchObject({
    state: 'waiting',
    error: { name: 'ConnectionLostError', message: 'no sign of life' },
  })
  expect(harness.last().closedWith).toEqual([undefined, undefined])
}

describe('a silent connection', () => {
  it('is asked 5 s before twice the heartbeat, once', async () => {
    harness.last().sent.length = 0
    await harness.pass(2 * heartbeat - doubt - 1)
    expect(harness.sent()).toEqual([])
    await harness.pass(1)
    expect(harness.sent()).toEqual([echo])
    await harness.pass(doubt - 1)
    expect(isOpen()).toBe(true)
    await harness.pass(1)
    isGivenUp()
    expect(harness.sent()).toEqual([echo])
  })

  it('is given twice the time on each connection that follows, until something gets through', async () => {
    const silence = async (asks: number) => {
      await harness.pass(2 * heartbeat - doubt)
      for (let ask = 1; ask < asks; ask++) await harness.pass(doubt)
      await harness.pass(doubt - 1)
      expect(isOpen()).toBe(true)
      await harness.pass(1)
      isGivenUp()
      await harness.pass(500)
      harness.welcome({ resumed: true })
    }
    await silence(1)
    await silence(2)
    await silence(4)
    harness.last().receives(notification('news'))
    await silence(1)
    await silence(2)
    // Whatever was sent before it has arrived as well.
    harness.last().receives('{"ack":0}')
    await silence(1)
  })

  it('is asked after a heartbeat, and given up after two, when that is shorter than 5 s', async () => {
    const hasty = new SessionHarness()
    const hastyPeer = await hasty.confirmed({}, { heartbeat: 2000 })
    await hasty.pass(1999)
    expect(hasty.sent()).toEqual([])
    await hasty.pass(1)
    expect(hasty.sent()).toEqual([echo])
    await hasty.pass(1999)
    expect(hastyPeer.status.state).toBe('open')
    await hasty.pass(1)
    hastyPeer.close()
    expect(hasty.sockets[0]?.closedWith).toEqual([undefined, undefined])
  })

  it('is kept by an answer, and asked again when that was the last', async () => {
    harness.last().sent.length = 0
    await harness.pass(2 * heartbeat - 1)
    harness.says({ ack: 0 })
    await harness.pass(2 * heartbeat - doubt - 1)
    expect(harness.sent()).toEqual([echo])
    await harness.pass(1)
    expect(harness.sent()).toEqual([echo, echo])
    await harness.pass(doubt - 1)
    expect(isOpen()).toBe(true)
    await harness.pass(1)
    isGivenUp()
  })

  it('is not one that idles: a server that asks each heartbeat is never asked itself', async () => {
    harness.last().sent.length = 0
    for (let beat = 0; beat < 20; beat++) {
      await harness.pass(heartbeat)
      harness.says(echo)
    }
    expect(isOpen()).toBe(true)
    expect(harness.sent()).toEqual(Array(20).fill({ ack: 0 }))
  })

  it('is given up after twice the heartbeat, and the session resumed on the next', async () => {
    const answer = peer.request('x', {}, { timeout: Infinity })
    await harness.pass(2 * heartbeat - 1)
    expect(isOpen()).toBe(true)
    await harness.pass(1)
    isGivenUp()
    await harness.pass(500)
    harness.welcome({ resumed: true, received: 1 })
    harness.answer(1, { a: 1 })
    expect(await answer).toEqual({ a: 1 })
  })

  it.each(['{"ack":0}', '{"ack":0,"echo":true}', notification('x'), '{}', 'nonsense'])(
    'is one on which nothing comes: %s puts it off',
    async (frame) => {
      await harness.pass(2 * heartbeat - 1000)
      harness.says(frame)
      await harness.pass(2 * heartbeat - 1)
      expect(isOpen()).toBe(true)
      await harness.pass(1)
      isGivenUp()
    },
  )

  it('is not one because nothing is sent, nor kept up by what is', async () => {
    await harness.pass(heartbeat)
    peer.notify('x')
    await harness.pass(heartbeat)
    isGivenUp()
  })

  it('is watched after each resume', async () => {
    await harness.pass(2 * heartbeat - 1)
    harness.last().breaks()
    await harness.pass(500)
    harness.welcome({ resumed: true, received: 0 })
    await harness.pass(2 * heartbeat - 1)
    expect(isOpen()).toBe(true)
    await harness.pass(1)
    isGivenUp()
  })
})

describe('while open', () => {
  it.each<WakeEvent>(['wake', 'online', 'offline'])('%s asks whether the server is there', async (event) => {
    harness.last().sent.length = 0
    wake.ring(event)
    expect(harness.sent()).toEqual([echo])
    await harness.pass(4999)
    expect(isOpen()).toBe(true)
    await harness.pass(1)
    isGivenUp()
  })

  it('any frame is an answer', async () => {
    wake.ring('wake')
    await harness.pass(4999)
    harness.says(notification('x'))
    await harness.pass(2 * heartbeat - 1)
    expect(isOpen()).toBe(true)
  })

  it('waking again and again does not put off the end of a dead connection', async () => {
    harness.last().sent.length = 0
    wake.ring('wake')
    await harness.pass(3000)
    wake.ring('wake')
    await harness.pass(2000)
    isGivenUp()
    expect(harness.sent()).toEqual([echo])
  })

  it('waking does nothing when the silent server was asked already', async () => {
    await harness.pass(2 * heartbeat - doubt)
    harness.last().sent.length = 0
    wake.ring('wake')
    await harness.pass(doubt)
    isGivenUp()
    expect(harness.sent()).toEqual([])
  })

  it('a server that is asked while a long message goes out is not taken for dead', async () => {
    harness.last().bufferedAmount = 900_000
    wake.ring('wake')
    harness.last().bufferedAmount = 500_000
    await harness.pass(5000)
    expect(isOpen()).toBe(true)
    harness.last().bufferedAmount = 100_000
    await harness.pass(5000)
    expect(isOpen()).toBe(true)
    await harness.pass(5000)
    isGivenUp()
  })

  it('nor is it when more was handed to the socket meanwhile', async () => {
    const socket = harness.last()
    socket.bufferedAmount = 900_000
    wake.ring('wake')
    socket.bufferedAmount = 400_000
    const send = socket.send.bind(socket)
    socket.send = (text) => {
      send(text)
      // As much as before.
      socket.bufferedAmount = 900_000
    }
    void peer.notify('more')
    await harness.pass(5000)
    expect(isOpen()).toBe(true)
  })

  it('one that takes nothing is', async () => {
    harness.last().bufferedAmount = 900_000
    wake.ring('wake')
    await harness.pass(5000)
    isGivenUp()
  })
})

describe('while waiting', () => {
  it.each<WakeEvent>(['wake', 'online'])('%s dials at once, to resume', async (event) => {
    harness.last().breaks()
    expect(peer.status.state).toBe('waiting')
    wake.ring(event)
    await settled()
    expect(harness.sockets).toHaveLength(2)
    expect(harness.offered).toBeDefined()
    wake.ring(event)
    await settled()
    expect(harness.sockets).toHaveLength(2)
    expect(harness.sent()).toEqual([])
    harness.welcome({ resumed: true, received: 0 })
    expect(isOpen()).toBe(true)
  })
})

describe('no timer is left after close()', () => {
  it('while open, with requests, acks and questions pending', async () => {
    peer.request('x').catch(() => {})
    harness.says(notification('x'))
    harness.says(notification('x'))
    wake.ring('wake')
    harness.last().bufferedAmount = 2 ** 20
    peer.notify('x')
    peer.close()
    expect(harness.clock.pending).toBe(0)
  })

  it.each([
    ['while waiting', 0],
    ['while connecting', 500],
  ])('%s, with messages that wait', async (_, ms) => {
    harness.last().breaks()
    await harness.pass(ms)
    peer.request('x').catch(() => {})
    peer.notify('x')
    peer.close()
    expect(harness.clock.pending).toBe(0)
  })

  it('after a session was lost', async () => {
    harness.last().breaks(1002)
    await harness.pass(500)
    harness.last().opens('protoo')
    expect(harness.clock.pending).toBe(0)
    peer.close()
    expect(harness.clock.pending).toBe(0)
  })
})
