import { beforeEach, describe, expect, it, vi } from 'vitest'
import { notification, SessionHarness, welcomeFrame } from '../test/session-harness.js'
import type { Peer } from './peer.js'

let harness: SessionHarness
let peer: Peer

beforeEach(async () => {
  harness = new SessionHarness()
  peer = await harness.confirmed()
})

function hears(count: number): void {
  for (let n = 0; n < count; n++) harness.says(notification('x'))
}

/** What was acked last, and on this connection. */
function acked(): number | undefined {
  return harness.acks().at(-1)?.ack
}

describe('messages received are acked', () => {
  it('after 64 of them, without a timer', () => {
    hears(1)
    const before = acked() ?? 0
    hears(63 - (1 - before))
    expect(acked() ?? 0).toBe(before)
    hears(1)
    expect(acked()).toBe(before + 64)
  })

  it('within 1 s otherwise, together', async () => {
    hears(1)
    await harness.pass(1000)
    const { length } = harness.acks()
    hears(10)
    await harness.pass(999)
    hears(10)
    await harness.pass(1)
    expect(acked()).toBeGreaterThanOrEqual(11)
    await harness.pass(1000)
    expect(acked()).toBe(21)
    expect(harness.acks().length - length).toBeLessThanOrEqual(3)
  })

  it('by a message once 1 s has passed, although no timer ran', () => {
    // The 4th since the last ack is the next at which it looks at the clock.
    hears(3)
    harness.clock.sleep(1000)
    hears(1)
    expect(acked()).toBe(4)
    harness.clock.sleep(1000)
    hears(1)
    expect(acked()).toBe(5)
  })

  it('though messages come all the time and no timer runs, within twice the time', () => {
    for (let sent = 1; sent <= 200; sent++) {
      harness.clock.sleep(100)
      hears(1)
      expect(sent - (acked() ?? 0)).toBeLessThan(20)
    }
  })

  it('not at all when there are none', async () => {
    harness.says({ ack: 0 })
    await harness.pass(10_000)
    expect(harness.sent()).toEqual([])
  })

  it('by what the next dial says, and then no more', async () => {
    hears(3)
    await harness.resume(0)
    expect(harness.offered).toContain('.3.')
    await harness.pass(5000)
    expect(harness.acks()).toEqual([])
    hears(1)
    await harness.pass(1000)
    expect(acked()).toBe(4)
  })

  it('before they are dispatched: a listener may take its time', () => {
    peer.on('notification', () => harness.clock.sleep(5000))
    hears(2)
    expect(acked()).toBe(2)
  })
})

describe('an ack of the server', () => {
  it('is answered at once when it asks for that, with a plain one', () => {
    hears(2)
    harness.last().sent.length = 0
    harness.says({ ack: 0, echo: true })
    expect(harness.last().sent).toEqual(['{"ack":2}'])
  })

  it('is not answered otherwise', () => {
    harness.last().sent.length = 0
    harness.says({ ack: 0 })
    expect(harness.sent()).toEqual([])
  })

  it('that is lower than before is ignored', async () => {
    for (const method of ['a', 'b', 'c']) peer.notify(method)
    harness.says({ ack: 2 })
    for (const ack of [1, 0, -1]) harness.says({ ack })
    expect(peer.connected).toBe(true)
    await harness.resume(2)
    expect(harness.methods()).toEqual(['c'])
  })

  it.each([
    '{"ack":3}',
    '{"ack":9007199254740993}',
    '{"ack":1.5}',
    '{"ack":"1"}',
    '{"ack":{}}',
    '{"ack":1e999}',
  ])('of what cannot have been received (%s) ends the session', async (frame) => {
    const lost = expect(peer.request('x')).rejects.toMatchObject({ name: 'SessionLostError' })
    peer.notify('a')
    harness.last().receives(frame)
    await lost
    expect(harness.last().closedWith?.[0]).toBe(4000)
    expect(peer.status).toMatchObject({ state: 'waiting', error: { name: 'SessionLostError' } })
    await harness.pass(0)
    expect(harness.last().protocols).toEqual(['protoo-session.v1', 'protoo'])
    harness.welcome()
    expect(peer.status).toMatchObject({ state: 'open', resumed: false, lost: 1 })
  })

  it('of what was not handed over yet ends the session', async () => {
    harness.last().bufferedAmount = 2 ** 20
    peer.notify('a')
    harness.says({ ack: 1 })
    expect(peer.status.state).toBe('waiting')
    await harness.pass(0)
    expect(harness.offered).toBeUndefined()
  })
})

describe('a frame of the server', () => {
  const heard = vi.fn()
  const errors = vi.fn()

  beforeEach(() => {
    heard.mockClear()
    errors.mockClear()
    peer.on('notification', heard).on('protocolerror', errors)
  })

  async function counted(): Promise<number> {
    await harness.drop()
    return harness.received
  }

  it('that is {} is counted, and means nothing', async () => {
    harness.says('{}')
    expect(await counted()).toBe(1)
    expect(heard).not.toHaveBeenCalled()
    expect(errors).not.toHaveBeenCalled()
  })

  it.each<[unknown, string]>([
    ['nonsense', 'INVALID_JSON'],
    ['', 'INVALID_JSON'],
    ['null', 'INVALID_MESSAGE'],
    ['1', 'INVALID_MESSAGE'],
    ['[]', 'INVALID_MESSAGE'],
    ['{"x":1}', 'INVALID_MESSAGE'],
    ['{"request":true}', 'INVALID_MESSAGE'],
    [new ArrayBuffer(2), 'BINARY_FRAME'],
  ])('that is no message (%s) is counted and reported', async (frame, code) => {
    harness.last().receives(frame)
    expect(errors.mock.calls).toMatchObject([[{ name: 'ProtocolError', code }]])
    expect(peer.connected).toBe(true)
    expect(await counted()).toBe(1)
  })

  it.each([
    '{"ack":0}',
    '{"ack":0,"echo":true}',
    welcomeFrame(),
    '{"ack":0,"request":false,"notification":null}',
  ])('that is about the session (%s) is not counted', async (frame) => {
    harness.says(frame)
    expect(errors).not.toHaveBeenCalled()
    expect(await counted()).toBe(0)
  })

  it('that is a message is one whatever else is in it', async () => {
    harness.says({ notification: true, ack: 99, session: {}, method: 'x', data: {} })
    expect(heard).toHaveBeenCalledTimes(1)
    expect(await counted()).toBe(1)
  })

  it('that a listener fails over is counted', async () => {
    peer.on('notification', () => {
      throw new Error('failed')
    })
    harness.says(notification('x'))
    expect(await counted()).toBe(1)
  })

  it('that answers nothing is counted', async () => {
    harness.answer(99)
    expect(await counted()).toBe(1)
  })
})
