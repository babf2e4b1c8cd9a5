import { describe, expect, it, vi } from 'vitest'
import { settled } from '../test/harness.js'
import { RoutedHarness } from '../test/routed-harness.js'
import type { RoutedRequest } from './routed.js'

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
