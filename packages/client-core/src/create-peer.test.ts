// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fakeWake, settled, url } from '../test/harness.js'
import { SessionHarness } from '../test/session-harness.js'
import { createPeer } from './create-peer.js'
import type { Peer } from './peer.js'
import type { TransportOptions } from './transport-options.js'

let harness: SessionHarness
const peers: Peer[] = []

beforeEach(() => {
  harness = new SessionHarness()
})

afterEach(() => {
  for (const peer of peers.splice(0)) peer.close()
})

async function create(options: TransportOptions = {}): Promise<Peer> {
  const { clock, fake } = harness
  const peer = createPeer(url, { clock, WebSocket: fake.WebSocket, random: () => 0.5, ...options })
  peers.push(peer)
  await settled()
  return peer
}

function leave(persisted: boolean): void {
  window.dispatchEvent(Object.assign(new Event('pagehide'), { persisted }))
}

describe('createPeer', () => {
  it('asks for a session', async () => {
    const peer = await create()
    expect(harness.last().protocols).toEqual(['protoo-session.v1', 'protoo'])
    harness.welcome()
    expect(peer.status).toMatchObject({ state: 'open', resumed: false, lost: 0 })
  })

  it('asks for none with session: false', async () => {
    await create({ session: false })
    expect(harness.last().protocols).toEqual(['protoo'])
  })

  it('jitters the first dial after a drop, and resumes', async () => {
    const peer = await create()
    harness.welcome()
    await harness.pass(10_000)
    harness.last().breaks()
    expect(peer.status).toMatchObject({ state: 'waiting', retryAt: harness.clock.now() + 862.5 })
    await harness.pass(863)
    expect(harness.offered).toBeDefined()
  })

  it('never gives up', async () => {
    const peer = await create()
    for (let attempt = 1; attempt <= 50; attempt++) {
      harness.last().breaks()
      await harness.pass(harness.clock.next ?? 0)
    }
    expect(peer.status).toMatchObject({ state: 'connecting', attempt: 51 })
  })

  it('tells the server when the page is left for good', async () => {
    const peer = await create()
    harness.welcome()
    leave(true)
    expect(peer.connected).toBe(true)
    leave(false)
    expect(harness.last().closedWith).toEqual([4000, undefined])
    expect(peer.status).toMatchObject({ state: 'closed', cause: 'local' })
  })

  it('takes another wake source', async () => {
    const wake = fakeWake()
    const peer = await create({ wake })
    harness.welcome()
    leave(false)
    expect(peer.connected).toBe(true)
    wake.ring('leave')
    expect(peer.closed).toBe(true)
  })
})
