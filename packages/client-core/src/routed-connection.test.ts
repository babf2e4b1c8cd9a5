import { describe, expect, it, vi } from 'vitest'
import { settled } from '../test/harness.js'
import { RoutedHarness } from '../test/routed-harness.js'
import { connectionStatus } from './status.js'

describe('its connection', () => {
  it.each([
    [1000, 'kicked'],
    [4000, 'kicked'],
    [3000, 'replaced'],
  ] as const)('closed with %i is %s, and not dialled again', async (code, cause) => {
    const harness = new RoutedHarness()
    const peer = await harness.opened()
    const closed = vi.fn()
    peer.on('close', closed)
    harness.last().breaks(code, 'online elsewhere')
    expect(peer.status).toMatchObject({ state: 'closed', cause, code, reason: 'online elsewhere' })
    expect(closed.mock.calls).toEqual([[peer.status]])
    await harness.pass(60_000)
    expect(harness.sockets).toHaveLength(1)
    if (cause === 'kicked') expect(() => peer.reconnect()).toThrow('peer closed')
    else {
      peer.reconnect()
      await settled()
      harness.last().opens('protoo')
      expect(peer.connected).toBe(true)
    }
  })

  it.each([1001, 1006, 1012, 3001])('closed with %i comes back', async (code) => {
    const harness = new RoutedHarness()
    const peer = await harness.opened()
    const events: string[] = []
    for (const event of ['open', 'disconnected', 'close', 'failed'] as const)
      peer.on(event, () => events.push(event))
    harness.last().breaks(code)
    await harness.pass(5000)
    harness.last().breaks()
    await harness.pass(5000)
    harness.last().opens('protoo')
    expect(events).toEqual(['disconnected', 'failed', 'open'])
  })

  it('asks for no session, and with createRoutedPeer tries without end', async () => {
    const harness = new RoutedHarness()
    await harness.dialled({ session: true, random: () => 0.5 }, true)
    expect(harness.last().protocols).toEqual(['protoo'])
    for (let attempt = 0; attempt < 30; attempt++) {
      harness.last().breaks()
      await harness.pass(harness.clock.next ?? 0)
    }
    expect(harness.sockets).toHaveLength(31)
  })

  it('is shown by the same status as a Peer’s', async () => {
    const harness = new RoutedHarness()
    const peer = await harness.opened()
    const status = connectionStatus(peer, { clock: harness.clock })
    const stop = status.subscribe(() => {})
    expect(status.get()).toMatchObject({ phase: 'connected', visible: false })
    harness.last().breaks()
    await harness.pass(2000)
    expect(status.get()).toMatchObject({ phase: 'reconnecting', visible: true, cause: 'network' })
    harness.last().opens('protoo')
    harness.last().breaks(3000)
    expect(status.get()).toMatchObject({ phase: 'closed', cause: 'replaced', visible: true })
    status.get().retryNow()
    await settled()
    expect(peer.status.state).toBe('connecting')
    stop()
  })

  it('that was there before the peer is told to it', async () => {
    const harness = new RoutedHarness()
    const { RoutedTransport, RoutedPeer } = await import('./routed.js')
    const transport = new RoutedTransport('ws://example.test', {
      clock: harness.clock,
      WebSocket: harness.fake.WebSocket,
    })
    await settled()
    harness.last().opens('protoo')
    const peer = new RoutedPeer(transport)
    const opened = vi.fn()
    peer.on('open', opened)
    peer.request('get', '/').catch(() => {})
    await settled()
    expect(opened).toHaveBeenCalledTimes(1)
    expect(harness.sent()).toHaveLength(1)
  })

  it('waits for connect() if told to', async () => {
    const harness = new RoutedHarness()
    const peer = await harness.dialled({ autoConnect: false })
    expect([peer.status.state, peer.connected, peer.closed]).toEqual(['idle', false, false])
    peer.connect()
    await settled()
    harness.last().opens('protoo')
    expect(peer.connected).toBe(true)
    peer.close()
    expect(peer.closed).toBe(true)
  })
})
