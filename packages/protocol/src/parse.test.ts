import { describe, expect, it } from 'vitest'
import { ProtocolError, type ProtocolErrorCode } from './errors.js'
import { parse } from './parse.js'

const messages: [name: string, frame: string, message: object][] = [
  [
    'a request',
    '{"request":true,"id":1,"method":"join","data":{"name":"Ann"}}',
    { request: true, id: 1, method: 'join', data: { name: 'Ann' } },
  ],
  [
    'a request without data',
    '{"request":true,"id":1,"method":"join"}',
    { request: true, id: 1, method: 'join', data: {} },
  ],
  [
    'falsy data as {}',
    '{"request":true,"id":1,"method":"join","data":0}',
    { request: true, id: 1, method: 'join', data: {} },
  ],
  [
    'data of any other type as it is',
    '{"request":true,"id":1,"method":"join","data":["x"]}',
    { request: true, id: 1, method: 'join', data: ['x'] },
  ],
  [
    'an empty method and any number as id',
    '{"request":1,"id":-1.5,"method":""}',
    { request: true, id: -1.5, method: '', data: {} },
  ],
  [
    'a success response',
    '{"response":true,"id":2,"ok":true,"data":{"a":1}}',
    { response: true, id: 2, ok: true, data: { a: 1 } },
  ],
  [
    'a success response without data',
    '{"response":true,"id":2,"ok":1}',
    { response: true, id: 2, ok: true, data: {} },
  ],
  [
    'an error response',
    '{"response":true,"id":2,"ok":false,"errorCode":404,"errorReason":"no room"}',
    { response: true, id: 2, ok: false, errorCode: 404, errorReason: 'no room' },
  ],
  [
    'S17 the error response of a stock server, which has no ok',
    '{"response":true,"id":2,"errorCode":404,"errorReason":"no room"}',
    { response: true, id: 2, ok: false, errorCode: 404, errorReason: 'no room' },
  ],
  [
    'the data of an error, null too',
    '{"response":true,"id":2,"ok":false,"errorCode":409,"errorReason":"","errorData":null}',
    { response: true, id: 2, ok: false, errorCode: 409, errorReason: '', errorData: null },
  ],
  [
    'an error response without code and reason as 500, empty',
    '{"response":true,"id":2}',
    { response: true, id: 2, ok: false, errorCode: 500, errorReason: '' },
  ],
  [
    'an error code that is no number as 500',
    '{"response":true,"id":2,"errorCode":"404","errorReason":"x"}',
    { response: true, id: 2, ok: false, errorCode: 500, errorReason: 'x' },
  ],
  [
    'an infinite error code as 500',
    '{"response":true,"id":2,"errorCode":1e999,"errorReason":"x"}',
    { response: true, id: 2, ok: false, errorCode: 500, errorReason: 'x' },
  ],
  [
    'an error reason that is no string as empty',
    '{"response":true,"id":2,"errorCode":404,"errorReason":{"a":1}}',
    { response: true, id: 2, ok: false, errorCode: 404, errorReason: '' },
  ],
  [
    'a notification',
    '{"notification":true,"method":"typing","data":{"on":true}}',
    { notification: true, method: 'typing', data: { on: true } },
  ],
  [
    'a notification, leaving its id behind',
    '{"notification":true,"id":7,"method":"typing"}',
    { notification: true, method: 'typing', data: {} },
  ],
  [
    'what is unknown out of it',
    '{"request":true,"id":1,"method":"m","ok":true,"sender":"x","__proto__":{"a":1}}',
    { request: true, id: 1, method: 'm', data: {} },
  ],
  [
    'a request before a response and a notification',
    '{"notification":true,"response":true,"request":true,"id":1,"method":"m"}',
    { request: true, id: 1, method: 'm', data: {} },
  ],
  [
    'a response before a notification',
    '{"notification":true,"response":true,"id":1,"method":"m","ok":true}',
    { response: true, id: 1, ok: true, data: {} },
  ],
  [
    'a kind that is falsy as absent',
    '{"request":0,"response":"","notification":"yes","method":"m"}',
    { notification: true, method: 'm', data: {} },
  ],
  [
    'white space around it',
    ' \n{"notification":true,"method":"m"}\t',
    { notification: true, method: 'm', data: {} },
  ],
]

const invalid: [name: string, frame: string, code: ProtocolErrorCode][] = [
  ['nothing', '', 'INVALID_JSON'],
  ['no JSON', '{"request":true', 'INVALID_JSON'],
  ['JSON and more', '{"notification":true,"method":"m"}{}', 'INVALID_JSON'],
  ['null (S18: it ends a stock server)', 'null', 'INVALID_MESSAGE'],
  ['a number', '1', 'INVALID_MESSAGE'],
  ['a string', '"request"', 'INVALID_MESSAGE'],
  ['true', 'true', 'INVALID_MESSAGE'],
  ['an array', '[{"request":true,"id":1,"method":"m"}]', 'INVALID_MESSAGE'],
  ['an object of no kind', '{}', 'INVALID_MESSAGE'],
  ['a kind named by the prototype', '{"__proto__":{"request":true,"id":1,"method":"m"}}', 'INVALID_MESSAGE'],
  ['a request without an id', '{"request":true,"method":"m"}', 'INVALID_MESSAGE'],
  ['a request whose id is a string', '{"request":true,"id":"1","method":"m"}', 'INVALID_MESSAGE'],
  ['a request whose id is infinite', '{"request":true,"id":1e999,"method":"m"}', 'INVALID_MESSAGE'],
  ['a request without a method', '{"request":true,"id":1}', 'INVALID_MESSAGE'],
  ['a request whose method is no string', '{"request":true,"id":1,"method":1}', 'INVALID_MESSAGE'],
  ['an invalid request that is a valid response', '{"request":1,"response":1,"id":1}', 'INVALID_MESSAGE'],
  [
    'an invalid request that is a valid notification',
    '{"request":1,"notification":1,"method":"m"}',
    'INVALID_MESSAGE',
  ],
  ['a response without an id', '{"response":true,"ok":true}', 'INVALID_MESSAGE'],
  ['a response whose id is null', '{"response":true,"ok":true,"id":null}', 'INVALID_MESSAGE'],
  ['a notification without a method', '{"notification":true}', 'INVALID_MESSAGE'],
  ['a notification whose method is null', '{"notification":true,"method":null}', 'INVALID_MESSAGE'],
]

describe('parse()', () => {
  it.each(messages)('C17 reads %s', (_, frame, message) => {
    expect(parse(frame)).toEqual(message)
  })

  it.each(invalid)('C17 refuses %s', (_, frame, code) => {
    expect(parse(frame)).toMatchObject({ name: 'ProtocolError', code, excerpt: frame })
  })

  it.each([
    new Uint8Array([123, 125]),
    new ArrayBuffer(2),
    Buffer.from('{"notification":true,"method":"m"}'),
    [Buffer.from('x')],
    undefined,
    null,
    1,
    // Only a primitive is text.
    Object('{"notification":true,"method":"m"}'),
  ])('C18 refuses what is no text: %o', (frame) => {
    expect(parse(frame)).toMatchObject({ code: 'BINARY_FRAME', excerpt: '' })
  })

  it('shows the first 200 characters of what it refused', () => {
    const error = parse(`x${'y'.repeat(300)}`)
    expect(error).toBeInstanceOf(ProtocolError)
    expect(error).toMatchObject({ excerpt: `x${'y'.repeat(199)}` })
  })

  it.each([
    ['has no text', '{"toString":1,"valueOf":1}'],
    ['is nested too deep to be one', '['.repeat(100_000) + ']'.repeat(100_000)],
  ])('does not throw for an error reason that %s', (_, reason) => {
    const frame = `{"response":true,"id":1,"errorCode":400,"errorReason":${reason}}`
    expect(parse(frame)).toMatchObject({ ok: false, errorCode: 400, errorReason: '' })
  })

  it('touches nobody else’s prototype', () => {
    const message = parse('{"notification":true,"method":"m","data":{"__proto__":{"polluted":true}}}')
    expect(message).toHaveProperty('data')
    expect({}).not.toHaveProperty('polluted')
    expect(message).not.toHaveProperty('data.polluted')
  })
})
