import { describe, expect, it, vi } from 'vitest'
import { createConnectedEnd, createEnd, drop, type End, open, outcome, pair, settled } from '../test/ends.js'
import { RequestError } from './errors.js'
import { createRequest, createSuccessResponse, encode } from './message.js'

describe('a request of the other end', () => {
  const ask = (end: End, method: string, id = 5, data: unknown = {}) =>
    end.rpc.receive(encode(createRequest(id, method, data)))
  const answers = ({ sent }: End) => sent.map((text) => JSON.parse(text))

  it('C16 is answered 501 when nobody listens', () => {
    const end = createConnectedEnd()
    ask(end, 'join')
    expect(end.sent).toEqual([
      '{"response":true,"id":5,"ok":false,"errorCode":501,"errorReason":"no request listener"}',
    ])
  })

  it('C16 goes to every listener, with the owner as `this`; the first answer counts', () => {
    const end = createConnectedEnd()
    const owners: unknown[] = []
    end.listeners.push(
      function (this: unknown, _, accept) {
        owners.push(this)
        accept({ by: 'first' })
      },
      function (this: unknown, { method, data }, _, reject) {
        owners.push(this)
        expect([method, data]).toEqual(['join', { name: 'Ann' }])
        reject(403, 'second')
      },
    )
    ask(end, 'join', 5, { name: 'Ann' })
    expect(owners).toEqual([end.owner, end.owner])
    expect(answers(end)).toEqual([{ response: true, id: 5, ok: true, data: { by: 'first' } }])
  })

  it('C16 is answered 500 when a listener throws, or its promise rejects', async () => {
    const end = createConnectedEnd()
    end.listeners.push(({ method }) => {
      if (method === 'sync') throw new Error('BOOM')
      return Promise.reject(new Error('later'))
    })
    ask(end, 'sync', 1)
    ask(end, 'async', 2)
    await settled()
    expect(answers(end)).toMatchObject([
      { id: 1, ok: false, errorCode: 500, errorReason: 'Error: BOOM' },
      { id: 2, ok: false, errorCode: 500, errorReason: 'Error: later' },
    ])
  })

  it('C16 may be answered later, out of order', async () => {
    const { one, other } = pair()
    const accepts: ((data: object) => void)[] = []
    other.listeners.push((_, accept) => accepts.push(accept))
    const requests = [one.rpc.request('a'), one.rpc.request('b')]
    await settled()
    accepts[1]?.({ second: true })
    accepts[0]?.({ first: true })
    expect(await Promise.all(requests)).toEqual([{ first: true }, { second: true }])
  })

  it('goes to the handler of its method, before and instead of the listeners', async () => {
    const end = createConnectedEnd()
    const listener = vi.fn()
    end.listeners.push(listener)
    const handler = vi.fn(() => ({ ok: 'sync' }))
    end.rpc.handle('sync', handler)
    end.rpc.handle('async', async () => ({ ok: 'async' }))
    end.rpc.handle('nothing', () => undefined)
    ask(end, 'sync', 1, { a: 1 })
    ask(end, 'async', 2)
    ask(end, 'nothing', 3)
    await settled()
    expect(handler.mock.calls).toEqual([[{ a: 1 }, { request: true, id: 1, method: 'sync', data: { a: 1 } }]])
    expect(listener).not.toHaveBeenCalled()
    expect(answers(end).sort((a, b) => a.id - b.id)).toEqual([
      { response: true, id: 1, ok: true, data: { ok: 'sync' } },
      { response: true, id: 2, ok: true, data: { ok: 'async' } },
      { response: true, id: 3, ok: true, data: {} },
    ])
  })

  it('is answered as the handler’s RequestError says, and 500 for any other error', async () => {
    const end = createConnectedEnd()
    end.rpc.handle('taken', () => {
      throw new RequestError(409, 'name taken', { name: 'Ann' })
    })
    end.rpc.handle('later', () => Promise.reject(new RequestError(404, 'no room')))
    end.rpc.handle('bug', async () => {
      throw new TypeError('x is not a function')
    })
    end.rpc.handle('textless', () => {
      throw Object.create(null)
    })
    for (const [id, method] of ['taken', 'later', 'bug', 'textless'].entries()) ask(end, method, id)
    await settled()
    expect(answers(end).sort((a, b) => a.id - b.id)).toMatchObject([
      { id: 0, errorCode: 409, errorReason: 'name taken', errorData: { name: 'Ann' } },
      { id: 1, errorCode: 404, errorReason: 'no room' },
      { id: 2, errorCode: 500, errorReason: 'TypeError: x is not a function' },
      { id: 3, errorCode: 500 },
    ])
  })

  it.each(['constructor', '__proto__', 'toString', ''])('may be of the method %o', (method) => {
    const end = createConnectedEnd()
    ask(end, method, 1)
    end.rpc.handle(method, () => ({ handled: true }))
    ask(end, method, 2)
    expect(answers(end)).toMatchObject([
      { id: 1, errorCode: 501 },
      { id: 2, ok: true, data: { handled: true } },
    ])
  })

  it('gets no late answer on the next connection, where another request may have its id', async () => {
    const end = createConnectedEnd()
    const accepts: ((data: object) => void)[] = []
    end.listeners.push((_, accept) => accepts.push(accept))
    ask(end, 'slow', 1)
    drop(end)
    open(end)
    ask(end, 'other', 1)
    accepts[0]?.({ late: true })
    expect(end.sent).toEqual([])
    accepts[1]?.({ right: true })
    expect(answers(end)).toEqual([{ response: true, id: 1, ok: true, data: { right: true } }])
  })

  it('gets a late answer when the connection that it came on goes on', () => {
    const end = createConnectedEnd()
    const accepts: ((data: object) => void)[] = []
    end.listeners.push((_, accept) => accepts.push(accept))
    ask(end, 'slow', 1)
    open(end)
    accepts[0]?.({ late: true })
    expect(answers(end)).toEqual([{ response: true, id: 1, ok: true, data: { late: true } }])
  })

  it('gets no answer once the connection is gone, and `accept` does not throw', () => {
    const end = createConnectedEnd()
    const accepts: ((data: object) => void)[] = []
    end.listeners.push((_, accept) => accepts.push(accept))
    ask(end, 'slow', 1)
    ask(end, 'slow', 2)
    // The connection is broken before anybody has noticed.
    end.link = undefined
    expect(() => accepts[0]?.({})).not.toThrow()
    drop(end)
    expect(() => accepts[1]?.({})).not.toThrow()
    expect(end.sent).toEqual([])
  })
})

describe('handle()', () => {
  it('throws for a method that has a handler', () => {
    const { rpc } = createEnd()
    rpc.handle('a', () => {})
    expect(() => rpc.handle('a', () => {})).toThrow('"a" has a handler already')
  })

  it('returns its undo, which leaves a successor alone', () => {
    const end = createConnectedEnd()
    const undo = end.rpc.handle('a', () => ({ by: 'first' }))
    undo()
    end.rpc.handle('a', () => ({ by: 'second' }))
    undo()
    end.rpc.receive(encode(createRequest(1, 'a')))
    expect(JSON.parse(end.sent[0] as string)).toMatchObject({ data: { by: 'second' } })
  })

  it('leaves requests to the listeners, and 501, once undone', () => {
    const end = createConnectedEnd()
    end.rpc.handle('a', () => {})()
    end.rpc.receive(encode(createRequest(1, 'a')))
    expect(JSON.parse(end.sent[0] as string)).toMatchObject({ errorCode: 501 })
  })

  it('is undone once: an old undo leaves a later registration alone', () => {
    const { rpc, sent } = createConnectedEnd()
    const handler = () => ({ here: true })
    const undo = rpc.handle('x', handler)
    undo()
    rpc.handle('x', handler)
    undo()
    rpc.receive(encode(createRequest(1, 'x')))
    expect(sent).toEqual([encode(createSuccessResponse(1, { here: true }))])
  })
})

describe('receive()', () => {
  it('C17 C18 reports what is no message, and goes on', () => {
    const { rpc, errors, notifications } = createConnectedEnd()
    rpc.receive('null')
    rpc.receive('{')
    rpc.receive(new Uint8Array(3))
    rpc.receive('{"notification":true,"method":"m"}')
    expect(errors.map(({ code }) => code)).toEqual(['INVALID_MESSAGE', 'INVALID_JSON', 'BINARY_FRAME'])
    expect(notifications).toHaveLength(1)
  })

  it('does not throw for an answer whose reason has no text', async () => {
    const { rpc } = createConnectedEnd()
    const request = outcome(rpc.request('a'))
    rpc.receive('{"response":true,"id":1,"errorCode":400,"errorReason":{"toString":1,"valueOf":1}}')
    expect(await request).toMatchObject({ name: 'RequestError', code: 400 })
  })
})
