import { describe, expect, it, vi } from 'vitest'
import { type ClientMetrics, observePeer } from '../src/metrics.js'
import type { Peer } from '../src/peer.js'
import { notification, SessionHarness } from './session-harness.js'

function record(peer: Peer, more: ClientMetrics = {}) {
  const lines: string[] = []
  const stop = observePeer(peer, {
    opened: () => lines.push('opened'),
    closed: (reason) => lines.push(`closed ${reason}`),
    failed: (attempt) => lines.push(`failed ${attempt}`),
    reconnected: (seconds, attempts, resumed) => lines.push(`reconnected ${seconds} ${attempts} ${resumed}`),
    ended: (cause) => lines.push(`ended ${cause}`),
    notification: (direction) => lines.push(`notification ${direction}`),
    request(direction, method, outcome, seconds) {
      expect(seconds).toBeGreaterThanOrEqual(0)
      lines.push(`request ${direction} ${method} ${outcome}`)
    },
    ...more,
  })
  return { lines, stop }
}

describe('observePeer', () => {
  it('tells of failed attempts, of how long it took to come back, and of the end', async () => {
    const harness = new SessionHarness()
    const peer = await harness.dialled({ retry: [1000, 2000] })
    const { lines } = record(peer)
    harness.welcome()
    await harness.drop(1006)
    await harness.pass(1000)
    await harness.drop(1006)
    await harness.pass(2000)
    harness.welcome({ resumed: true })
    expect(lines).toEqual(['opened', 'closed 1006', 'failed 1', 'opened', 'reconnected 3 2 true'])
    lines.length = 0
    await harness.drop(4777)
    peer.close()
    expect(lines).toEqual(['closed other', 'ended local'])
  })

  it('tells when the server said that it is over', async () => {
    const harness = new SessionHarness()
    const peer = await harness.opened()
    const { lines } = record(peer)
    await harness.drop(4000)
    expect(lines).toEqual(['closed 4000', 'ended kicked'])
  })

  it('tells of round trips by what became of them, and of what comes in', async () => {
    const harness = new SessionHarness()
    const peer = await harness.opened()
    const { lines } = record(peer)
    const ok = peer.request('echo')
    harness.last().receives('{"response":true,"id":1,"ok":true,"data":{"n":1}}')
    expect(await ok).toEqual({ n: 1 })
    const refused = peer.request('echo')
    harness.last().receives('{"response":true,"id":2,"ok":false,"errorCode":404,"errorReason":"no"}')
    await expect(refused).rejects.toThrow('no')
    const late = peer.request('slow', {}, { timeout: 100 })
    const rejected = expect(late).rejects.toThrow()
    await harness.pass(100)
    await rejected
    await expect(peer.request('stopped', {}, { signal: AbortSignal.abort() })).rejects.toThrow()
    harness.last().receives(notification('news'))
    const lost = peer.request('last')
    peer.close()
    await expect(lost).rejects.toThrow()
    expect(lines.filter((line) => line.startsWith('request') || line.startsWith('notification'))).toEqual([
      'request out echo ok',
      'request out echo refused',
      'request out slow timeout',
      'request out stopped aborted',
      'notification in',
      'request out last lost',
    ])
  })

  it('leaves everything as it was', async () => {
    const harness = new SessionHarness()
    const peer = await harness.opened()
    const { request } = peer
    const { lines, stop } = record(peer)
    expect(peer.request).not.toBe(request)
    stop()
    stop()
    expect(peer.request).toBe(request)
    expect(Object.hasOwn(peer, 'request')).toBe(false)
    peer.close()
    expect(lines).toEqual([])
  })

  it('lets what somebody else has put in its place be', async () => {
    const harness = new SessionHarness()
    const peer = await harness.opened()
    const { stop } = record(peer)
    const theirs = vi.fn()
    Object.assign(peer, { request: theirs })
    stop()
    expect(peer.request).toBe(theirs)
  })

  it('is not stopped by a function that throws', async () => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => {})
    const harness = new SessionHarness()
    const peer = await harness.dialled()
    const { lines } = record(peer, {
      opened() {
        throw new Error('no network')
      },
    })
    harness.welcome()
    expect(peer.connected).toBe(true)
    await harness.drop(1006)
    expect(lines).toEqual(['closed 1006'])
    expect(error).toHaveBeenCalledOnce()
  })

  it('takes a bound for the names of methods', async () => {
    const harness = new SessionHarness()
    const peer = await harness.opened()
    expect(() => observePeer(peer, { maxMethods: -1 })).toThrow(
      new TypeError('maxMethods must be a whole number of names'),
    )
    const { lines } = record(peer, { maxMethods: 1 })
    const sent = [peer.request('a'), peer.request('b')]
    peer.close()
    await Promise.allSettled(sent)
    expect(lines.slice(2)).toEqual(['request out a lost', 'request out other lost'])
  })
})
