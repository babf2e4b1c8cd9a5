import { beforeEach, describe, expect, it } from 'vitest'
import { heartbeat, notification, SessionHarness } from '../test/session-harness.js'
import type { Peer } from './peer.js'

let harness: SessionHarness
let peer: Peer

const echo = { ack: 0, echo: true }
/** ms that a server which was asked has to answer. */
const doubt = 5000

beforeEach(async () => {
  harness = new SessionHarness()
  // Half a second from a drop to the next dial.
  peer = await harness.confirmed({ retry: { jitter: true, minTimeout: 500, minUptime: 0 }, random: () => 1 })
})

function isOpen(): boolean {
  return peer.status.state === 'open'
}

function isGivenUp(): void {
  expect(peer.status).toMatchObject({ state: 'waiting', error: { message: 'no sign of life' } })
}

describe('a timer that fires late', () => {
  /** The machine sleeps for a minute, and wakes to the timer. */
  async function oversleep(): Promise<void> {
    harness.last().sent.length = 0
    harness.clock.sleep(60_000)
    await harness.pass(harness.clock.next ?? 0)
  }

  it('asks the server first, which may answer', async () => {
    await oversleep()
    expect(isOpen()).toBe(true)
    expect(harness.sent()).toEqual([echo])
    await harness.pass(4999)
    harness.says({ ack: 0 })
    await harness.pass(2 * heartbeat - 1)
    expect(isOpen()).toBe(true)
    await harness.pass(1)
    isGivenUp()
  })

  it('gives the connection up 5 s later if nothing came', async () => {
    await oversleep()
    await harness.pass(4999)
    expect(isOpen()).toBe(true)
    await harness.pass(1)
    isGivenUp()
  })

  it('asks once more when the machine slept again meanwhile, and then no more', async () => {
    await oversleep()
    await oversleep()
    expect(isOpen()).toBe(true)
    expect(harness.sent()).toEqual([echo])
    await oversleep()
    isGivenUp()
  })

  it('proves nothing when something came since', async () => {
    await harness.pass(1000)
    harness.clock.sleep(60_000)
    harness.says(notification('x'))
    harness.last().sent.length = 0
    // It is due, a second before the deadline that the message set.
    await harness.pass(2 * heartbeat - doubt - 1)
    expect(isOpen()).toBe(true)
    expect(harness.sent()).toEqual([])
    await harness.pass(1)
    expect(harness.sent()).toEqual([{ ack: 1, echo: true }])
  })

  it('asks first too when the deadline was put off until just before it fires', async () => {
    await harness.pass(9000)
    harness.says({ ack: 0 })
    // The timer is due at 25 s, and runs at 35.5 s, half a second after the deadline.
    harness.clock.sleep(10_500)
    harness.last().sent.length = 0
    await harness.pass(15_000)
    expect(harness.sent()).toEqual([echo])
    await harness.pass(doubt - 1)
    expect(isOpen()).toBe(true)
    await harness.pass(1)
    isGivenUp()
  })

  it.each([
    [1000, false],
    [1001, true],
  ])('by %i ms once the server was asked, asks again: %s', async (late, asks) => {
    await harness.pass(2 * heartbeat - doubt)
    harness.last().sent.length = 0
    harness.clock.sleep(late)
    await harness.pass(doubt)
    expect(harness.sent()).toEqual(asks ? [echo] : [])
    expect(isOpen()).toBe(asks)
    await harness.pass(asks ? doubt : 0)
    isGivenUp()
  })
})
