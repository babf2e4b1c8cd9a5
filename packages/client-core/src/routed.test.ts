import { RequestError } from '@protoo-kit/protocol'
import { describe, expect, it, vi } from 'vitest'
import { settled } from '../test/harness.js'
import { RoutedHarness } from '../test/routed-harness.js'
import type { RoutedRequest } from './routed.js'
import { connectionStatus } from './status.js'

describe('its requests', () => {
  it('resolve to the final answer, after the provisional ones', async () => {
    const harness = new RoutedHarness()
    const peer = await harness.opened()
    const progress: unknown[] = []
    const answer = peer.request(
      'session',
      '/users/bob/phone',
      { sdp: 'x' },
      { onProgress: (response) => progress.push(response) },
    )
    const [{ id }] = harness.sent()
    expect(harness.sent()).toEqual([{ method: 'session', path: '/users/bob/phone', id, data: { sdp: 'x' } }])
    expect(Number.isSafeInteger(id) && id > 0).toBe(true)
    harness.receives({ id, status: 100, reason: 'connecting', data: { sessionPath: '/s/1' } })
    harness.receives({ id, status: 180 })
    harness.receives({ id, status: 200, reason: 'OK', data: { sdp: 'y' } })
    expect(await answer).toEqual({ status: 200, reason: 'OK', data: { sdp: 'y' } })
    expect(progress).toEqual([
      { status: 100, reason: 'connecting', data: { sessionPath: '/s/1' } },
      { status: 180, reason: '', data: {} },
    ])
  })

  it('reject with the status, reason and data of a refusal', async () => {
    const harness = new RoutedHarness()
    const peer = await harness.opened()
    const refused = peer.request('message', '/users/nobody').catch((error) => error)
    harness.receives({ id: harness.sent()[0].id, status: 404, reason: 'peer not found', data: { a: 1 } })
    const error = await refused
    expect(error).toBeInstanceOf(RequestError)
    expect(error).toMatchObject({ code: 404, message: 'peer not found', data: { a: 1 } })
  })

  it('have ids of their own, which count up from anywhere', async () => {
    const harness = new RoutedHarness()
    const peer = await harness.opened()
    const other = new RoutedHarness()
    const otherPeer = await other.opened()
    for (const each of [peer, otherPeer])
      for (let index = 0; index < 3; index++) each.request('get', '/').catch(() => {})
    const [first, second, third] = harness.sent().map(({ id }) => id)
    expect([second - first, third - second]).toEqual([1, 1])
    expect(other.sent()[0].id).not.toBe(first)
  })

  it('time out, anew after each provisional answer; a session may ring', async () => {
    const harness = new RoutedHarness()
    const peer = await harness.opened()
    const settledAs: string[] = []
    const watch = (name: string, promise: Promise<unknown>) =>
      promise.catch(({ name: error }) => settledAs.push(`${name} ${error}`))
    watch('plain', peer.request('message', '/x', {}, { timeout: 1000 }))
    watch('progress', peer.request('message', '/x', {}, { timeout: 1000 }))
    watch('session', peer.request('session', '/x'))
    const [, { id }] = harness.sent()
    await harness.pass(600)
    harness.receives({ id, status: 100 })
    await harness.pass(600)
    expect(settledAs).toEqual(['plain RequestTimeoutError'])
    await harness.pass(600)
    expect(settledAs.at(-1)).toBe('progress RequestTimeoutError')
    await harness.pass(127_000)
    expect(settledAs).toHaveLength(2)
    await harness.pass(2000)
    expect(settledAs.at(-1)).toBe('session RequestTimeoutError')
    expect(harness.clock.pending).toBe(0)
  })

  it('outlive a reconnection; with `retry` they are sent again', async () => {
    const harness = new RoutedHarness()
    const peer = await harness.opened()
    const kept = peer.request('message', '/kept')
    const again = peer.request('message', '/again', {}, { retry: true })
    const ids = harness.sent().map(({ id }) => id)
    await harness.reopen()
    expect(harness.sent().map(({ path }) => path)).toEqual(['/again'])
    harness.receives({ id: ids[0], status: 200, reason: 'held for you' })
    harness.receives({ id: ids[1], status: 200 })
    expect((await kept).reason).toBe('held for you')
    expect((await again).status).toBe(200)
  })

  it('without a connection reject at once, or wait for it', async () => {
    const harness = new RoutedHarness()
    const peer = await harness.dialled()
    await expect(peer.request('get', '/')).rejects.toMatchObject({ name: 'NotConnectedError' })
    const order: string[] = []
    peer.on('open', () => {
      peer.request('get', '/from-open').catch(() => {})
      order.push('open')
    })
    const waiting = peer.request('get', '/waiting', {}, { whenOpen: true })
    harness.last().opens('protoo')
    expect(harness.sent().map(({ path }) => path)).toEqual(['/from-open', '/waiting'])
    harness.receives({ id: harness.sent()[1].id, status: 204 })
    expect((await waiting).status).toBe(204)
  })

  it('can be aborted, and reject when the peer is closed', async () => {
    const harness = new RoutedHarness()
    const peer = await harness.opened()
    const controller = new AbortController()
    const aborted = peer.request('get', '/', {}, { signal: controller.signal })
    const closed = peer.request('get', '/')
    controller.abort(new Error('enough'))
    await expect(aborted).rejects.toThrow('enough')
    peer.close()
    await expect(closed).rejects.toMatchObject({ name: 'PeerClosedError' })
    await expect(peer.request('get', '/')).rejects.toMatchObject({ name: 'PeerClosedError' })
    expect(harness.clock.pending).toBe(0)
  })

  it('say what their arguments have to be', async () => {
    const peer = await new RoutedHarness().opened()
    await expect(peer.request('', '/')).rejects.toThrow('method must be')
    await expect(peer.request('get', 'users')).rejects.toThrow('path must begin with "/"')
    await expect(peer.request('get', '/', {}, { timeout: 0 })).rejects.toThrow('timeout')
  })
})

describe('requests to it', () => {
  const request = { method: 'message', id: 7, data: { text: 'hi' }, sender: { username: 'bob', uuid: 'x' } }

  it('are answered provisionally and once finally', async () => {
    const harness = new RoutedHarness()
    const peer = await harness.opened()
    const seen: RoutedRequest[] = []
    peer.on('request', (incoming) => {
      seen.push(incoming)
      incoming.reply(180, 'reading')
      expect(incoming.ended).toBe(false)
      incoming.reply(200, 'read', { a: 1 })
      incoming.reply(500)
      expect(() => incoming.reply(42)).toThrow(RangeError)
    })
    harness.receives(request)
    expect(seen[0]).toMatchObject({
      method: 'message',
      data: { text: 'hi' },
      sender: { username: 'bob', uuid: 'x' },
      ended: true,
    })
    expect(harness.sent()).toEqual([
      { id: 7, status: 180, reason: 'reading', data: {} },
      { id: 7, status: 200, reason: 'read', data: { a: 1 } },
    ])
  })

  it('are answered 501 without a listener, 500 by one that fails', async () => {
    const harness = new RoutedHarness()
    const error = vi.spyOn(console, 'error').mockReturnValue()
    const peer = await harness.opened()
    harness.receives(request)
    peer.once('request', () => {
      throw new Error('mine')
    })
    harness.receives({ ...request, id: 8 })
    peer.once('request', async () => {
      throw new Error('later')
    })
    harness.receives({ ...request, id: 9 })
    await settled()
    expect(harness.sent().map(({ status, reason }) => [status, reason])).toEqual([
      [501, 'no request listener'],
      [500, 'Error: mine'],
      [500, 'Error: later'],
    ])
    expect(error).toHaveBeenCalledTimes(2)
  })

  it('are told once though the server sends them again, and the answer is sent again', async () => {
    const harness = new RoutedHarness()
    const peer = await harness.opened()
    const seen: RoutedRequest[] = []
    peer.on('request', (incoming) => seen.push(incoming))
    harness.receives(request)
    await harness.reopen()
    harness.receives(request)
    expect(seen).toHaveLength(1)
    expect(harness.sent()).toEqual([])
    seen[0]?.reply(200, 'read')
    await harness.reopen()
    harness.receives(request)
    expect(seen).toHaveLength(1)
    expect(harness.sent()).toEqual([{ id: 7, status: 200, reason: 'read', data: {} }])
    // Another one of the same id is another one.
    harness.receives({ ...request, data: { text: 'bye' } })
    expect(seen).toHaveLength(2)
  })

  it('that are answered without a connection are answered when the server asks again', async () => {
    const harness = new RoutedHarness()
    const peer = await harness.opened()
    const seen: RoutedRequest[] = []
    peer.on('request', (incoming) => seen.push(incoming))
    harness.receives(request)
    harness.last().breaks()
    seen[0]?.reply(200)
    await harness.pass(5000)
    harness.last().opens('protoo')
    harness.receives(request)
    expect(harness.sent()).toMatchObject([{ id: 7, status: 200 }])
  })

  it('keep no more of them than a bound', async () => {
    const harness = new RoutedHarness()
    const peer = await harness.opened()
    let count = 0
    peer.on('request', (incoming) => {
      count++
      incoming.reply(200)
    })
    for (let id = 1; id <= 1001; id++) harness.receives({ ...request, id })
    harness.receives({ ...request, id: 1 })
    harness.receives({ ...request, id: 1001 })
    expect(count).toBe(1002)
    // One that is too long to be kept at all is told all the same.
    harness.receives({ ...request, id: 2000, data: { text: 'x'.repeat(2 ** 20) } })
    expect(count).toBe(1003)
  })

  it('and frames that are no messages are dropped, and told', async () => {
    const harness = new RoutedHarness()
    const peer = await harness.opened()
    const codes: string[] = []
    peer.on('protocolerror', ({ code }) => codes.push(code))
    for (const frame of [
      '{',
      'null',
      '1',
      '[]',
      '{}',
      '{"id":1}',
      '{"id":{},"method":"x"}',
      '{"id":1,"status":"200"}',
    ])
      harness.receives(frame)
    harness.last().receives(new ArrayBuffer(1))
    expect(codes).toEqual(['INVALID_JSON', ...Array(7).fill('INVALID_MESSAGE'), 'BINARY_FRAME'])
    harness.receives({ id: 12345, status: 200 })
    peer.on('request', ({ sender, data }) => expect([sender, data]).toEqual([undefined, {}]))
    harness.receives({ id: 1, method: 'x', sender: { username: 1 }, data: 'text' })
    expect.assertions(2)
  })
})

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
      await harness.pass(8000)
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
