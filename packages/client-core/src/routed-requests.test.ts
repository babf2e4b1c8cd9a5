import { RequestError } from '@protoo-kit/protocol'
import { describe, expect, it } from 'vitest'
import { RoutedHarness } from '../test/routed-harness.js'

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
