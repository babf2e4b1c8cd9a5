import { describe, expect, it } from 'vitest'
import {
  createConnectedEnd,
  drop,
  type End,
  idsSent,
  listenersOf,
  open,
  outcome,
  pair,
  settled,
} from '../test/ends.js'
import { ConnectionLostError, PeerClosedError, RequestError, RequestTimeoutError } from './errors.js'
import { createErrorResponse, createSuccessResponse, encode } from './message.js'

describe('request()', () => {
  it('resolves to the data of the answer, both ways', async () => {
    const { one, other } = pair()
    one.rpc.handle('greet', ({ name }) => ({ text: `hello ${name}, from one` }))
    other.rpc.handle('greet', ({ name }) => ({ text: `hello ${name}, from other` }))
    await expect(one.rpc.request('greet', { name: 'Ann' })).resolves.toEqual({
      text: 'hello Ann, from other',
    })
    await expect(other.rpc.request('greet', { name: 'Bob' })).resolves.toEqual({
      text: 'hello Bob, from one',
    })
  })

  it('C10 sends the frame of v4, and {} for absent data', () => {
    const { rpc, sent } = createConnectedEnd()
    rpc.request('join', { name: 'Ann' })
    rpc.request('leave')
    expect(sent).toEqual([
      '{"request":true,"id":1,"method":"join","data":{"name":"Ann"}}',
      '{"request":true,"id":2,"method":"leave","data":{}}',
    ])
  })

  it('C14 rejects with what the other end answered', async () => {
    const { rpc } = createConnectedEnd()
    const request = outcome(rpc.request('join'))
    rpc.receive(encode(createErrorResponse(1, 409, 'name taken', { name: 'Ann' })))
    const error = await request
    expect(error).toBeInstanceOf(RequestError)
    expect(error).toMatchObject({ code: 409, message: 'name taken', data: { name: 'Ann' } })
  })

  it('C14 S17 understands an answer that lacks ok, and one that lacks data', async () => {
    const { rpc } = createConnectedEnd()
    const refused = outcome(rpc.request('a'))
    const accepted = rpc.request('b')
    rpc.receive('{"response":true,"id":1,"errorCode":403,"errorReason":"no"}')
    rpc.receive('{"response":true,"id":2,"ok":true}')
    expect(await refused).toMatchObject({ name: 'RequestError', code: 403, message: 'no' })
    expect(await accepted).toEqual({})
  })

  it('gives each request its own answer, in whatever order they come', async () => {
    const { rpc } = createConnectedEnd()
    const requests = ['a', 'b', 'c'].map((method) => rpc.request(method))
    for (const id of [3, 1, 2]) rpc.receive(encode(createSuccessResponse(id, { id })))
    expect(await Promise.all(requests)).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }])
  })

  it('C10 counts ids up, and goes on counting on the next connection', async () => {
    const end = createConnectedEnd()
    const lost = [end.rpc.request('a'), end.rpc.request('b')].map(outcome)
    drop(end)
    open(end)
    end.rpc.request('c')
    expect(idsSent(end)).toEqual([1, 2, 3])
    await Promise.all(lost)
  })

  it('C15 ignores an answer to nothing, and a second one', async () => {
    const { rpc, errors } = createConnectedEnd()
    const request = rpc.request('a')
    rpc.receive(encode(createSuccessResponse(99, { wrong: true })))
    rpc.receive(encode(createErrorResponse(-1, 500, 'wrong')))
    rpc.receive(encode(createSuccessResponse(1, { right: true })))
    rpc.receive(encode(createSuccessResponse(1, { wrong: true })))
    expect(await request).toEqual({ right: true })
    expect(errors).toEqual([])
  })

  it('rejects when the frame cannot be sent, and holds nothing', async () => {
    const broken = new Error('broken pipe')
    const end = createConnectedEnd({
      send() {
        throw broken
      },
    })
    const { signal } = new AbortController()
    expect(await outcome(end.rpc.request('a', {}, { signal }))).toBe(broken)
    expect(listenersOf(signal)).toBe(0)
    end.clock.advance(1e6)
    expect(end.clock.pending).toBe(0)
  })

  it('takes an answer that comes while it is being sent', async () => {
    const end: End = createConnectedEnd({
      send(_owner, text) {
        end.rpc.receive(encode(createSuccessResponse(JSON.parse(text).id, { quick: true })))
        return undefined
      },
    })
    expect(await end.rpc.request('a')).toEqual({ quick: true })
  })

  it('rejects when sending is what ends the connection', async () => {
    const lost = new ConnectionLostError()
    const end: End = createConnectedEnd({ send: () => void end.rpc.disconnected(() => lost) })
    const request = outcome(end.rpc.request('a'))
    expect(await Promise.race([request, settled()])).toBe(lost)
  })

  it('rejects when sending is what ends the connection for good, and leaves no timer', async () => {
    const closed = new PeerClosedError()
    const end: End = createConnectedEnd({ send: () => void end.rpc.disconnected(() => closed, true) })
    const request = outcome(end.rpc.request('a'))
    expect(await Promise.race([request, settled()])).toBe(closed)
    expect(end.clock.pending).toBe(0)
  })

  it('rejects for data that JSON cannot carry', async () => {
    const { rpc, sent, clock } = createConnectedEnd()
    expect(await outcome(rpc.request('a', { big: 1n }))).toBeInstanceOf(TypeError)
    expect(sent).toEqual([])
    expect(clock.pending).toBe(0)
  })

  it.each([undefined, null, 1, {}])('rejects for a method that is no string: %o', async (method) => {
    const { rpc, sent } = createConnectedEnd()
    const error = await outcome(rpc.request(method as never))
    expect(error).toBeInstanceOf(TypeError)
    expect(error).toHaveProperty('message', 'method must be a string')
    expect(sent).toEqual([])
  })
})

describe('the timeout of a request', () => {
  it('C11 is by default what the owner says for the number in flight', async () => {
    const { rpc, clock } = createConnectedEnd()
    const log: string[] = []
    for (const name of ['first', 'second']) rpc.request(name).catch(() => log.push(name))
    // 1000 ms for the first one, and 10 more for the second.
    clock.advance(999)
    await settled()
    expect(log).toEqual([])
    clock.advance(1)
    await settled()
    expect(log).toEqual(['first'])
    clock.advance(10)
    await settled()
    expect(log).toEqual(['first', 'second'])
    expect(clock.pending).toBe(0)
  })

  it('C11 rejects with RequestTimeoutError, whose message is that of v4', async () => {
    const { rpc, clock } = createConnectedEnd()
    const request = outcome(rpc.request('a', {}, { timeout: 50 }))
    clock.advance(50)
    const error = await request
    expect(error).toBeInstanceOf(RequestTimeoutError)
    expect(error).toMatchObject({ code: 408, message: 'request timeout' })
  })

  it('overrides the default, either way', async () => {
    const { rpc, clock } = createConnectedEnd()
    const log: string[] = []
    rpc.request('long', {}, { timeout: 5000 }).catch(() => log.push('long'))
    rpc.request('short', {}, { timeout: 20 }).catch(() => log.push('short'))
    clock.advance(20)
    await settled()
    expect(log).toEqual(['short'])
    clock.advance(4979)
    await settled()
    expect(log).toEqual(['short'])
    clock.advance(1)
    await settled()
    expect(log).toEqual(['short', 'long'])
  })

  it('can be Infinity, which sets no timer', async () => {
    const { rpc, clock } = createConnectedEnd()
    const request = rpc.request('a', {}, { timeout: Infinity })
    expect(clock.pending).toBe(0)
    clock.advance(1e9)
    rpc.receive(encode(createSuccessResponse(1, { at: 'last' })))
    expect(await request).toEqual({ at: 'last' })
  })

  it('of Infinity leaves the timeouts of the others alone', async () => {
    const { rpc, clock } = createConnectedEnd()
    const request = outcome(rpc.request('a', {}, { timeout: 100 }))
    rpc.request('b', {}, { timeout: Infinity }).catch(() => {})
    clock.advance(100)
    expect(await Promise.race([request, settled()])).toBeInstanceOf(RequestTimeoutError)
  })

  it.each([0, -1, Number.NaN])('of %d is a TypeError', async (timeout) => {
    const { rpc, sent } = createConnectedEnd()
    expect(await outcome(rpc.request('a', {}, { timeout }))).toBeInstanceOf(TypeError)
    expect(sent).toEqual([])
  })

  it('ignores the answer that comes after it', async () => {
    const { rpc, clock, errors } = createConnectedEnd()
    const request = outcome(rpc.request('a', {}, { timeout: 10 }))
    clock.advance(10)
    rpc.receive(encode(createSuccessResponse(1)))
    expect(await request).toBeInstanceOf(RequestTimeoutError)
    expect(errors).toEqual([])
  })

  it('is one timer for 10,000 requests', async () => {
    const { rpc, clock } = createConnectedEnd({ timeout: () => 1000 })
    const requests = Array.from({ length: 10_000 }, () => outcome(rpc.request('a')))
    expect(clock.pending).toBe(1)
    clock.advance(1000)
    const errors = await Promise.all(requests)
    expect(errors.every((error) => error instanceof RequestTimeoutError)).toBe(true)
    expect(clock.pending).toBe(0)
  })
})
