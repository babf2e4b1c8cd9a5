import { describe, expect, it } from 'vitest'
import {
  createConnectedEnd,
  createEnd,
  drop,
  type End,
  idsSent,
  listenersOf,
  open,
  outcome,
  pair,
  settled,
} from '../test/ends.js'
import { NotConnectedError, PeerClosedError } from './errors.js'
import { createErrorResponse, createSuccessResponse, encode } from './message.js'

describe('the signal of a request', () => {
  it('rejects at once when aborted already, and sends nothing', async () => {
    const { rpc, sent, clock } = createConnectedEnd()
    const reason = new Error('not any more')
    const signal = AbortSignal.abort(reason)
    expect(await outcome(rpc.request('a', {}, { signal }))).toBe(reason)
    expect(sent).toEqual([])
    expect(clock.pending).toBe(0)
  })

  it('rejects with its reason when aborted later, and the answer is ignored', async () => {
    const { rpc } = createConnectedEnd()
    const controller = new AbortController()
    const { signal } = controller
    const request = outcome(rpc.request('a', {}, { signal }))
    expect(listenersOf(signal)).toBe(1)
    controller.abort()
    rpc.receive(encode(createSuccessResponse(1)))
    expect(await request).toBe(signal.reason)
    expect(signal.reason).toMatchObject({ name: 'AbortError' })
    expect(listenersOf(signal)).toBe(0)
  })

  it('tells the other end nothing', () => {
    const { rpc, sent } = createConnectedEnd()
    const controller = new AbortController()
    rpc.request('a', {}, { signal: controller.signal }).catch(() => {})
    controller.abort()
    expect(sent).toHaveLength(1)
  })

  it.each<[name: string, settle: (end: End) => void]>([
    ['answered', ({ rpc }) => rpc.receive(encode(createSuccessResponse(1)))],
    ['refused', ({ rpc }) => rpc.receive(encode(createErrorResponse(1, 400, 'no')))],
    ['timed out', ({ clock }) => clock.advance(100)],
    ['lost', (end) => drop(end)],
    ['closed', ({ rpc }) => rpc.disconnected(() => new PeerClosedError(), true)],
  ])('is let go of once the request is %s', async (_, settle) => {
    const end = createConnectedEnd()
    const { signal } = new AbortController()
    const request = outcome(end.rpc.request('a', {}, { signal, timeout: 100 }))
    expect(listenersOf(signal)).toBe(1)
    settle(end)
    expect(listenersOf(signal)).toBe(0)
    await request
  })

  it('takes a request back that waits for a connection', async () => {
    const end = createEnd()
    const controller = new AbortController()
    const request = outcome(end.rpc.request('a', {}, { signal: controller.signal, whenOpen: true }))
    controller.abort('changed my mind')
    expect(await request).toBe('changed my mind')
    open(end)
    expect(end.sent).toEqual([])
  })
})

describe('disconnected() for good', () => {
  it('C8 rejects what is pending with what it was given, sent or not, and leaves no timer', async () => {
    const end = createConnectedEnd()
    const requests = [
      end.rpc.request('a'),
      end.rpc.request('b', {}, { retry: true }),
      end.rpc.request('c', {}, { timeout: Infinity }),
    ].map(outcome)
    drop(end)
    requests.push(outcome(end.rpc.request('d', {}, { whenOpen: true })))
    end.rpc.disconnected(() => new PeerClosedError(), true)
    expect(await Promise.all(requests)).toMatchObject([
      { name: 'ConnectionLostError' },
      { name: 'PeerClosedError', message: 'peer closed' },
      { name: 'ConnectionLostError' },
      { name: 'PeerClosedError', message: 'peer closed' },
    ])
    expect(end.clock.pending).toBe(0)
  })

  it.each([undefined, { whenOpen: true }, { retry: true }])(
    'C12 S14 rejects any later request with `transport closed`: %o',
    async (options) => {
      const end = createConnectedEnd()
      end.rpc.disconnected(() => new PeerClosedError(), true)
      const error = await outcome(end.rpc.request('a', {}, options))
      expect(error).toBeInstanceOf(PeerClosedError)
      expect(error).toHaveProperty('message', 'transport closed')
      expect(await outcome(end.rpc.notify('a'))).toEqual(error)
      expect(end.sent).toEqual([])
      expect(end.clock.pending).toBe(0)
    },
  )

  it('can be followed by another connection', async () => {
    const end = createConnectedEnd()
    end.rpc.disconnected(() => new PeerClosedError(), true)
    drop(end)
    expect(await outcome(end.rpc.request('a'))).toBeInstanceOf(NotConnectedError)
    open(end)
    const request = end.rpc.request('b')
    // The one that could not be sent had a number too.
    expect(idsSent(end)).toEqual([2])
    end.rpc.receive(encode(createSuccessResponse(2, { again: true })))
    expect(await request).toEqual({ again: true })
  })
})

describe('notify()', () => {
  it('reaches the other end, and resolves when it was handed over', async () => {
    const { one, other } = pair()
    await expect(one.rpc.notify('typing', { on: true })).resolves.toBeUndefined()
    await settled()
    expect(other.notifications).toEqual([{ notification: true, method: 'typing', data: { on: true } }])
  })

  it('S14 waits for the network, and rejects with what went wrong', async () => {
    const done: ((error?: Error | null) => void)[] = []
    const { rpc } = createConnectedEnd({
      send: (_owner, _text, callback) => void done.push(callback ?? (() => {})),
    })
    const first = rpc.notify('a')
    const second = outcome(rpc.notify('b'))
    expect(await Promise.race([first, settled().then(() => 'waits')])).toBe('waits')
    const error = new Error('EPIPE')
    done[0]?.(null)
    done[1]?.(error)
    await expect(first).resolves.toBeUndefined()
    expect(await second).toBe(error)
  })

  it('rejects when sending throws, without a connection, and for a method that is no string', async () => {
    const broken = createEnd()
    broken.rpc.connected(() => {})
    expect(await outcome(broken.rpc.notify('a'))).toMatchObject({ message: 'no link' })
    expect(await outcome(createEnd().rpc.notify('a'))).toBeInstanceOf(NotConnectedError)
    expect(await outcome(createConnectedEnd().rpc.notify(7 as never))).toBeInstanceOf(TypeError)
  })
})
