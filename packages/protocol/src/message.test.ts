import { describe, expect, it } from 'vitest'
import {
  createErrorResponse,
  createNotification,
  createRequest,
  createSuccessResponse,
  encode,
} from './message.js'

describe('encode()', () => {
  it('C10 writes a request in the order of v4', () => {
    expect(encode(createRequest(7, 'join', { name: 'Ann' }))).toBe(
      '{"request":true,"id":7,"method":"join","data":{"name":"Ann"}}',
    )
  })

  it('C16 writes a success response', () => {
    expect(encode(createSuccessResponse(7, { members: [] }))).toBe(
      '{"response":true,"id":7,"ok":true,"data":{"members":[]}}',
    )
  })

  it('S17 writes an error response with ok:false', () => {
    expect(encode(createErrorResponse(7, 409, 'name taken'))).toBe(
      '{"response":true,"id":7,"ok":false,"errorCode":409,"errorReason":"name taken"}',
    )
  })

  it('writes the data of an error, null too', () => {
    expect(encode(createErrorResponse(7, 409, '', { name: 'Ann' }))).toBe(
      '{"response":true,"id":7,"ok":false,"errorCode":409,"errorReason":"","errorData":{"name":"Ann"}}',
    )
    expect(encode(createErrorResponse(7, 409, '', null))).toMatch(/,"errorData":null}$/)
  })

  it('writes a notification', () => {
    expect(encode(createNotification('typing', { on: true }))).toBe(
      '{"notification":true,"method":"typing","data":{"on":true}}',
    )
  })

  it.each([undefined, null, 0, '', false, Number.NaN])('C10 writes data %o as {}', (data) => {
    expect(encode(createRequest(1, 'm', data))).toBe('{"request":true,"id":1,"method":"m","data":{}}')
    expect(encode(createSuccessResponse(1, data))).toBe('{"response":true,"id":1,"ok":true,"data":{}}')
    expect(encode(createNotification('m', data))).toBe('{"notification":true,"method":"m","data":{}}')
  })

  it('writes any other data as it is', () => {
    expect(encode(createNotification('m', ['x', 1]))).toBe(
      '{"notification":true,"method":"m","data":["x",1]}',
    )
    expect(encode(createNotification('m', 'text'))).toBe('{"notification":true,"method":"m","data":"text"}')
  })

  it('throws a TypeError for what JSON cannot carry', () => {
    const cycle: Record<string, unknown> = {}
    cycle.self = cycle
    expect(() => encode(createRequest(1, 'm', cycle))).toThrow(TypeError)
    expect(() => encode(createRequest(1, 'm', { big: 1n }))).toThrow(TypeError)
  })
})
