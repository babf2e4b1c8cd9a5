import { ConnectionLostError, NotConnectedError, type Peer, RequestError } from '@protoo-kit/client-core'
import { act, cleanup, renderHook } from '@testing-library/react'
import { StrictMode } from 'react'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { useRequest } from '../src/index.js'
import { Harness, settled } from './harness.js'

afterEach(cleanup)

let harness: Harness
let peer: Peer
beforeEach(async () => {
  harness = new Harness()
  peer = await harness.openPeer()
})

function request(method = 'join') {
  const rendered = renderHook(({ method }) => useRequest(method, { peer }), {
    initialProps: { method },
    wrapper: StrictMode,
  })
  const run = async (data: object) => {
    let outcome: Promise<unknown> = Promise.resolve()
    await act(async () => {
      outcome = rendered.result.current.run(data)
      await settled()
    })
    // A promise in a promise would be awaited.
    return { outcome }
  }
  return { ...rendered, run, now: () => rendered.result.current }
}

describe('useRequest', () => {
  it('goes from idle over pending to success, and answers to run as well', async () => {
    const { run, now } = request()
    expect(now()).toMatchObject({ status: 'idle', data: undefined, error: undefined })
    const { outcome } = await run({ name: 'ann' })
    expect(now()).toMatchObject({ status: 'pending', data: undefined })
    expect(harness.sent()).toMatchObject([{ request: true, method: 'join', data: { name: 'ann' } }])
    await harness.answers({ members: ['ann'] })
    expect(now()).toMatchObject({ status: 'success', data: { members: ['ann'] }, error: undefined })
    expect(await outcome).toEqual({ members: ['ann'] })
  })

  it('has the error that it is told, by its class, and keeps the data of before', async () => {
    const { run, now } = request()
    await run({})
    await harness.answers({ n: 1 })
    await run({})
    expect(now()).toMatchObject({ status: 'pending', data: { n: 1 } })
    await harness.refuses(403, 'not now')
    expect(now()).toMatchObject({ status: 'error', data: { n: 1 } })
    const { error } = now()
    expect(error).toBeInstanceOf(RequestError)
    expect(error).toMatchObject({ code: 403, message: 'not now' })
  })

  it('tells a lost connection from one that never was', async () => {
    const { run, now } = request()
    await run({})
    await harness.do((socket) => socket.breaks())
    expect(now().error).toBeInstanceOf(ConnectionLostError)
    await run({})
    expect(now().error).toBeInstanceOf(NotConnectedError)
  })

  it('never shows the answer to an earlier run', async () => {
    const { run, now } = request()
    const { outcome } = await run({ n: 1 })
    await run({ n: 2 })
    await expect(outcome).rejects.toMatchObject({ name: 'AbortError' })
    const [first] = harness.sent()
    expect(now().status).toBe('pending')
    await harness.answers({ n: 2 })
    await harness.receives({
      ...(first as object),
      request: undefined,
      response: true,
      ok: true,
      data: { n: 1 },
    })
    expect(now()).toMatchObject({ status: 'success', data: { n: 2 } })
  })

  it('is idle again after abort', async () => {
    const { run, now } = request()
    await run({})
    act(() => now().abort())
    expect(now().status).toBe('idle')
    await harness.answers({ late: true })
    expect(now()).toMatchObject({ status: 'idle', data: undefined })
  })

  it('aborts what waits at the unmount', async () => {
    const { run, unmount } = request()
    const { outcome } = await run({})
    unmount()
    await expect(outcome).rejects.toMatchObject({ name: 'AbortError' })
  })

  it('aborts, and begins anew, for another method', async () => {
    const { run, now, rerender } = request()
    const { outcome } = await run({})
    rerender({ method: 'leave' })
    await expect(outcome).rejects.toMatchObject({ name: 'AbortError' })
    expect(now().status).toBe('idle')
    await run({})
    expect(harness.sent()).toMatchObject([{ method: 'join' }, { method: 'leave' }])
  })

  it('hands out the same run and abort each time', async () => {
    const { run, now, rerender } = request()
    const { run: first, abort } = now()
    rerender({ method: 'join' })
    await run({})
    expect(now().run).toBe(first)
    expect(now().abort).toBe(abort)
  })
})
