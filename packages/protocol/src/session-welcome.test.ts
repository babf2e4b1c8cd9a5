import { describe, expect, it } from 'vitest'
import { readWelcome } from './session.js'

const welcome = {
  token: '0123456789abcdef0123456789abcdef',
  resumed: true,
  received: 7,
  window: 120_000,
  heartbeat: 15_000,
  maxMessageBytes: 262_144,
  maxRequests: 1000,
}
const read = (session: unknown, others: object = {}) => readWelcome(JSON.stringify({ session, ...others }))

describe('readWelcome()', () => {
  it('reads the first frame of a session', () => {
    expect(read(welcome)).toEqual(welcome)
    expect(read({ ...welcome, resumed: false, received: 0 })).toEqual({
      ...welcome,
      resumed: false,
      received: 0,
    })
  })

  it('takes fields that are not known yet', () => {
    expect(read({ ...welcome, colour: 'red' }, { version: 2 })).toMatchObject(welcome)
  })

  it.each<[what: string, frame: unknown]>([
    ['an ack', '{"ack":1}'],
    ['a notification', '{"notification":true,"method":"session","data":{}}'],
    ['a session that is a request, too', JSON.stringify({ request: true, id: 1, session: welcome })],
    ['no object', '7'],
    ['null', 'null'],
    ['an array', JSON.stringify([{ session: welcome }])],
    ['malformed JSON', JSON.stringify({ session: welcome }).slice(0, -1)],
    ['an empty text', ''],
    ['a session that is null', '{"session":null}'],
    ['a session that is a text', `{"session":"${welcome.token}"}`],
    ['a session that is true', '{"session":true}'],
    ['an empty session', '{"session":{}}'],
    [
      'what a prototype would have',
      JSON.stringify({ session: {} }).replace('{}', `{"__proto__":${JSON.stringify(welcome)}}`),
    ],
    ['binary data', new TextEncoder().encode(JSON.stringify({ session: welcome }))],
    ['nothing', undefined],
  ])('is undefined for %s', (_, frame) => {
    expect(readWelcome(frame)).toBeUndefined()
  })

  it.each<[field: string, value: unknown]>([
    ['token', undefined],
    ['token', null],
    ['token', ''],
    ['token', 1],
    ['token', welcome.token.slice(1)],
    ['token', `${welcome.token}0`],
    ['token', welcome.token.toUpperCase()],
    ['token', `${welcome.token}\n`],
    ['token', `\n${welcome.token}`],
    ['received', undefined],
    ['received', '7'],
    ['received', null],
    ['received', 7.5],
    ['heartbeat', undefined],
    ['heartbeat', '15000'],
    ['heartbeat', {}],
    ['maxMessageBytes', undefined],
    ['maxMessageBytes', null],
    ['maxMessageBytes', [1]],
    ['maxRequests', undefined],
    ['maxRequests', null],
    ['maxRequests', '8'],
  ])('is undefined when its %s is %j', (field, value) => {
    expect(read({ ...welcome, [field]: value })).toBeUndefined()
  })

  it.each(['received', 'heartbeat', 'maxMessageBytes', 'maxRequests'])(
    'is undefined when its %s is beyond all numbers',
    (field) => {
      const frame = JSON.stringify({ session: { ...welcome, [field]: 'X' } }).replace('"X"', '1e999')
      expect(readWelcome(frame)).toBeUndefined()
    },
  )
})
