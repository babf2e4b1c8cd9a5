import { describe, expect, it } from 'vitest'
import { createConnectedEnd, createEnd, drop, methodsSent, open, outcome } from '../test/ends.js'
import {
  ConnectionLostError,
  MessageTooLargeError,
  NotConnectedError,
  PeerClosedError,
  RequestTimeoutError,
  SessionLostError,
} from './errors.js'
import { createRequest, createSuccessResponse, encode } from './message.js'

describe('a request whose connection drops', () => {
  it('C13 rejects with ConnectionLostError before anything else runs', async () => {
    const end = createConnectedEnd()
    const cause = new Error('ECONNRESET')
    let later = false
    const request = outcome(end.rpc.request('a'))
    setImmediate(() => {
      later = true
    })
    drop(end, new ConnectionLostError('gone', { cause }))
    const error = await request
    expect(later).toBe(false)
    expect(error).toBeInstanceOf(ConnectionLostError)
    expect(error).toMatchObject({ message: 'gone', cause })
  })

  it('C13 is not answered by the next connection', async () => {
    const end = createConnectedEnd()
    const request = outcome(end.rpc.request('a'))
    drop(end)
    open(end)
    end.rpc.receive(encode(createSuccessResponse(1, { late: true })))
    expect(await request).toBeInstanceOf(ConnectionLostError)
  })

  it('is repeated with `retry`, under its id, after what the open listeners send', async () => {
    const end = createConnectedEnd()
    const request = end.rpc.request('list', { page: 2 }, { retry: true })
    drop(end)
    open(end, () => {
      end.rpc.notify('hello')
      end.rpc.request('join').catch(() => {})
    })
    expect(methodsSent(end)).toEqual(['list', 'hello', 'join', 'list'])
    expect(end.sent.at(-1)).toBe(end.sent[0])
    end.rpc.receive(encode(createSuccessResponse(1, { page: 2 })))
    expect(await request).toEqual({ page: 2 })
  })

  it('is repeated with `retry` as often as it takes, in the order of the ids', async () => {
    const end = createConnectedEnd()
    const requests = ['a', 'b'].map((method) => end.rpc.request(method, {}, { retry: true }))
    for (let i = 0; i < 3; i++) {
      drop(end)
      // An attempt that fails is told as well.
      drop(end)
      open(end)
    }
    expect(methodsSent(end)).toEqual(['a', 'b', 'a', 'b', 'a', 'b', 'a', 'b'])
    for (const id of [1, 2]) end.rpc.receive(encode(createSuccessResponse(id, { id })))
    expect(await Promise.all(requests)).toEqual([{ id: 1 }, { id: 2 }])
  })

  it('times out with `retry` while there is no connection', async () => {
    const end = createConnectedEnd()
    const request = outcome(end.rpc.request('a', {}, { retry: true, timeout: 100 }))
    end.clock.advance(60)
    drop(end)
    end.clock.advance(40)
    expect(await request).toBeInstanceOf(RequestTimeoutError)
    open(end)
    expect(end.sent).toHaveLength(1)
  })

  it('rejects when repeating it fails, and the others are repeated all the same', async () => {
    const sent: string[] = []
    const end = createConnectedEnd({
      send(_owner, text) {
        if (sent.includes(text) && text.includes('"bad"')) throw new Error('too large')
        sent.push(text)
      },
    })
    const bad = outcome(end.rpc.request('bad', {}, { retry: true }))
    end.rpc.request('good', {}, { retry: true }).catch(() => {})
    drop(end)
    open(end)
    expect(await bad).toMatchObject({ message: 'too large' })
    expect(sent.map((text) => JSON.parse(text).method)).toEqual(['bad', 'good', 'good'])
  })

  it('waits for the next connection when the socket is closing just then, as with whenOpen', async () => {
    let closing = false
    const sent: string[] = []
    const end = createConnectedEnd({
      send(_owner, text) {
        if (closing) throw new NotConnectedError()
        sent.push(JSON.parse(text).method)
      },
    })
    closing = true
    end.rpc.request('retry', {}, { retry: true }).catch(() => {})
    end.rpc.request('whenOpen', {}, { whenOpen: true }).catch(() => {})
    expect(await outcome(end.rpc.request('neither'))).toBeInstanceOf(NotConnectedError)
    drop(end)
    closing = false
    open(end)
    expect(sent).toEqual(['retry', 'whenOpen'])
  })

  it('is not repeated when an open listener closes', async () => {
    const end = createConnectedEnd()
    const request = outcome(end.rpc.request('a', {}, { retry: true }))
    drop(end)
    open(end, () => end.rpc.disconnected(() => new PeerClosedError(), true))
    expect(end.sent).toHaveLength(1)
    expect(await request).toBeInstanceOf(PeerClosedError)
  })
})

describe('a request without a connection', () => {
  it('C12 rejects at once', async () => {
    const { rpc, sent } = createEnd()
    const error = await outcome(rpc.request('a'))
    expect(error).toBeInstanceOf(NotConnectedError)
    expect(sent).toEqual([])
  })

  it('C12 rejects at once after a drop', async () => {
    const end = createConnectedEnd()
    drop(end)
    expect(await outcome(end.rpc.request('a', {}, { retry: true }))).toBeInstanceOf(NotConnectedError)
  })

  it('waits with `whenOpen`, and goes out after what the open listeners send', async () => {
    const end = createEnd()
    const request = end.rpc.request('a', {}, { whenOpen: true })
    expect(end.sent).toEqual([])
    // Attempts that fail do not end the wait.
    drop(end)
    open(end, () => {
      end.rpc.request('join').catch(() => {})
    })
    expect(methodsSent(end)).toEqual(['join', 'a'])
    end.rpc.receive(encode(createSuccessResponse(1, { done: true })))
    expect(await request).toEqual({ done: true })
  })

  it('goes out at once with `whenOpen` when there is one', () => {
    const end = createConnectedEnd()
    end.rpc.request('a', {}, { whenOpen: true }).catch(() => {})
    expect(methodsSent(end)).toEqual(['a'])
  })

  it('with `whenOpen` is sent once: lost with its connection, it rejects', async () => {
    const end = createEnd()
    const request = outcome(end.rpc.request('a', {}, { whenOpen: true }))
    open(end)
    drop(end)
    open(end)
    expect(await request).toBeInstanceOf(ConnectionLostError)
    expect(end.sent).toHaveLength(1)
  })

  it('times out with `whenOpen`, and is not sent then', async () => {
    const end = createEnd()
    const request = outcome(end.rpc.request('a', {}, { whenOpen: true, timeout: 100 }))
    end.clock.advance(100)
    expect(await request).toBeInstanceOf(RequestTimeoutError)
    open(end)
    expect(end.sent).toEqual([])
  })
})

describe('a request in a session, by its number', () => {
  /** An end that numbers what it sends, and notes what it may forget. */
  function createNumbered() {
    const forgotten: number[] = []
    let last = 0
    const end = createEnd({ send: () => ++last, forget: (_owner, number) => forgotten.push(number) })
    end.rpc.connected(() => {})
    return {
      ...end,
      forgotten,
      /** What the next message is numbered after. */
      restart: (number: number) => {
        last = number
      },
    }
  }

  it('is forgotten when it times out', async () => {
    const { rpc, clock, forgotten } = createNumbered()
    rpc.notify('a')
    const request = outcome(rpc.request('b', {}, { timeout: 100 }))
    rpc.request('c', {}, { timeout: 200 }).catch(() => {})
    clock.advance(99)
    expect(forgotten).toEqual([])
    clock.advance(1)
    expect(await request).toBeInstanceOf(RequestTimeoutError)
    expect(forgotten).toEqual([2])
  })

  it('is forgotten when it is aborted', async () => {
    const { rpc, forgotten } = createNumbered()
    const controller = new AbortController()
    const request = outcome(rpc.request('a', {}, { signal: controller.signal }))
    controller.abort('enough')
    expect(forgotten).toEqual([1])
    expect(await request).toBe('enough')
    controller.abort('again')
    expect(forgotten).toEqual([1])
  })

  it('is not forgotten when it was never sent', async () => {
    const end = createNumbered()
    end.rpc.disconnected(() => new SessionLostError())
    const controller = new AbortController()
    const aborted = outcome(end.rpc.request('a', {}, { whenOpen: true, signal: controller.signal }))
    const late = outcome(end.rpc.request('b', {}, { whenOpen: true, timeout: 100 }))
    controller.abort('enough')
    end.clock.advance(100)
    expect(await aborted).toBe('enough')
    expect(await late).toBeInstanceOf(RequestTimeoutError)
    expect(end.forgotten).toEqual([])
  })

  it('is not forgotten when sending it failed', async () => {
    const forgotten: number[] = []
    const end = createConnectedEnd({
      send() {
        throw new MessageTooLargeError()
      },
      forget: (_owner, number) => forgotten.push(number),
    })
    expect(await outcome(end.rpc.request('a'))).toBeInstanceOf(MessageTooLargeError)
    expect(forgotten).toEqual([])
  })

  it('has no number any more once its session is lost', async () => {
    const { rpc, clock, forgotten } = createNumbered()
    const request = outcome(rpc.request('a', {}, { retry: true, timeout: 100 }))
    rpc.disconnected(() => new SessionLostError())
    clock.advance(100)
    expect(await request).toBeInstanceOf(RequestTimeoutError)
    expect(forgotten).toEqual([])
  })

  it('is forgotten by its number in the new session when it was sent again', async () => {
    const { rpc, forgotten, restart } = createNumbered()
    const controller = new AbortController()
    outcome(rpc.request('a', {}, { retry: true, signal: controller.signal }))
    rpc.disconnected(() => new SessionLostError())
    restart(40)
    rpc.connected(() => {})
    controller.abort()
    expect(forgotten).toEqual([41])
  })

  it('is forgotten by no number on a connection without sessions', async () => {
    const forgotten: number[] = []
    const end = createConnectedEnd({ forget: (_owner, number) => forgotten.push(number) })
    const request = outcome(end.rpc.request('a', {}, { timeout: 100 }))
    end.clock.advance(100)
    expect(await request).toBeInstanceOf(RequestTimeoutError)
    expect(forgotten).toEqual([])
  })

  it('and its answer are told apart for the owner, who may treat them differently', () => {
    const sent: [kind: string, answer: boolean | undefined][] = []
    const end = createConnectedEnd({
      send(_owner, text, _done, answer) {
        sent.push([Object.keys(JSON.parse(text))[0] as string, answer])
        return 1
      },
    })
    end.rpc.handle('echo', (data) => data)
    end.rpc.request('a').catch(() => {})
    end.rpc.notify('a')
    for (const method of ['echo', 'nobody']) end.rpc.receive(encode(createRequest(1, method)))
    expect(sent).toEqual([
      ['request', undefined],
      ['notification', undefined],
      ['response', true],
      ['response', true],
    ])
  })
})
