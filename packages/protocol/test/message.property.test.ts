import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ProtocolError } from '../src/errors.js'
import { encode, type Message } from '../src/message.js'
import { parse } from '../src/parse.js'
import { frame, message, text } from './arbitraries.js'
import { createConnectedEnd } from './ends.js'

/** Whether all fields are there, of the right type, and none else. */
function isMessage(value: Message): boolean {
  const { data, ...rest } = { data: undefined, ...value }
  const fields = Object.keys(rest).join()
  if ('request' in value)
    return (
      fields === 'request,id,method' &&
      value.request === true &&
      Number.isFinite(value.id) &&
      typeof value.method === 'string' &&
      !!data
    )
  if ('notification' in value)
    return (
      fields === 'notification,method' &&
      value.notification === true &&
      typeof value.method === 'string' &&
      !!data
    )
  if (value.response !== true || !Number.isFinite(value.id)) return false
  if (value.ok) return fields === 'response,id,ok' && value.ok === true && !!data
  return (
    /^response,id,ok,errorCode,errorReason(,errorData)?$/.test(fields) &&
    value.ok === false &&
    typeof value.errorCode === 'number' &&
    typeof value.errorReason === 'string'
  )
}

function check(input: unknown): void {
  const result = parse(input)
  if (result instanceof ProtocolError) {
    expect(['BINARY_FRAME', 'INVALID_JSON', 'INVALID_MESSAGE']).toContain(result.code)
    expect(result.code === 'BINARY_FRAME').toBe(typeof input !== 'string')
    expect(result.excerpt).toBe(typeof input === 'string' ? input.slice(0, 200) : '')
  } else expect(isMessage(result)).toBe(true)
}

it('C17 reads any text as a message or a ProtocolError', () => {
  fc.assert(
    fc.property(frame, (input) => check(input)),
    { numRuns: 2000 },
  )
})

it('C18 reads anything else as a ProtocolError', () => {
  fc.assert(fc.property(fc.oneof(fc.uint8Array(), fc.anything()), (input) => check(input)))
})

it('takes any text in, on a connection, without a throw', () => {
  const { rpc, listeners } = createConnectedEnd()
  listeners.push(({ data }, accept) => accept(data))
  rpc.handle('a', (data) => data)
  fc.assert(
    fc.property(frame, (input) => {
      rpc.request('ask', {}, { timeout: Infinity }).catch(() => {})
      rpc.receive(input)
    }),
    { numRuns: 500 },
  )
})

it('reads back every message that was written', () => {
  fc.assert(
    fc.property(message, (written) => {
      const read = parse(encode(written))
      expect(read).toStrictEqual(written)
    }),
    { numRuns: 1000 },
  )
})

it('keeps what was read as it is, however often it is written and read', () => {
  const readBack = (written: string) => {
    const read = parse(written)
    return read instanceof ProtocolError ? expect.fail(`${read.code}: ${written}`) : encode(read)
  }
  fc.assert(
    fc.property(frame, (input) => {
      const read = parse(input)
      fc.pre(!(read instanceof ProtocolError))
      let written: string
      try {
        written = encode(read)
      } catch (error) {
        // Nested deeper than JSON.stringify goes.
        expect(error).toBeInstanceOf(RangeError)
        return
      }
      // The first time, 1e999 has become null, and data that is null becomes {}.
      const again = readBack(written)
      expect(readBack(again)).toBe(again)
    }),
    { numRuns: 500 },
  )
})

it('hands an error reason on as it came, if it is text', () => {
  fc.assert(
    fc.property(text, (errorReason) => {
      const answer = JSON.stringify({ response: true, id: 1, errorCode: 400, errorReason })
      expect(parse(answer)).toMatchObject({ errorReason })
    }),
  )
})
