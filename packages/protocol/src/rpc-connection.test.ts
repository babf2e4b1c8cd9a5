import { describe, expect, it } from 'vitest'
import { createConnectedEnd, createEnd, drop, methodsSent, open, outcome } from '../test/ends.js'
import { ConnectionLostError, NotConnectedError, PeerClosedError, RequestTimeoutError } from './errors.js'
import { createSuccessResponse, encode } from './message.js'

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
      send(text) {
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
      send(text) {
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
    open(end, () => end.rpc.disconnected(new PeerClosedError(), true))
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
