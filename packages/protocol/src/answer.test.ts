import { describe, expect, it } from 'vitest'
import { createAnswer, type RejectRequest } from './answer.js'
import { MessageTooLargeError, RequestError } from './errors.js'

function answer(id = 7) {
  const sent: string[] = []
  return { ...createAnswer(id, (text) => sent.push(text)), sent }
}

/** What has neither a text nor can be made one. */
const textless: object = Object.create(null)

const cycle: Record<string, unknown> = {}
cycle.self = cycle

it('is one answer even when writing it as JSON answers', () => {
  const sent: string[] = []
  const { accept } = createAnswer(1, (text) => sent.push(text))
  accept({ toJSON: () => accept({ first: true }) })
  expect(sent).toEqual(['{"response":true,"id":1,"ok":true,"data":{"first":true}}'])
})

describe('accept()', () => {
  it('C16 answers with data', () => {
    const { accept, sent } = answer()
    accept({ members: ['ann'] })
    expect(sent).toEqual(['{"response":true,"id":7,"ok":true,"data":{"members":["ann"]}}'])
  })

  it.each([undefined, null, 0, '', false])('C16 answers %o with {}', (data) => {
    const { accept, sent } = answer()
    accept(data)
    expect(sent).toEqual(['{"response":true,"id":7,"ok":true,"data":{}}'])
  })

  it.each([
    ['a cycle', cycle],
    ['a bigint', { big: 1n }],
    [
      'what throws while it is read',
      {
        get secret() {
          throw new Error('no')
        },
      },
    ],
    [
      'what throws something without a text',
      {
        toJSON() {
          throw textless
        },
      },
    ],
  ])('answers 500 instead of %s', (_, data) => {
    const { accept, sent } = answer()
    accept(data)
    expect(sent).toHaveLength(1)
    expect(JSON.parse(sent[0] as string)).toMatchObject({ response: true, id: 7, ok: false, errorCode: 500 })
  })
})

describe('reject()', () => {
  const cases: [name: string, args: Parameters<RejectRequest>, code: number, reason: string][] = [
    ['(code, reason)', [403, 'go away'], 403, 'go away'],
    ['(code)', [403], 403, ''],
    ['(code, error)', [403, new TypeError('go away')], 403, 'go away'],
    ['(error)', [new TypeError('BOOM')], 500, 'BOOM'],
    ['(RequestError)', [new RequestError(409, 'name taken')], 409, 'name taken'],
    ['()', [], 500, ''],
  ]

  it.each(cases)('C16 %s', (_, args, errorCode, errorReason) => {
    const { reject, sent } = answer()
    reject(...args)
    expect(sent.map((text) => JSON.parse(text))).toStrictEqual([
      { response: true, id: 7, ok: false, errorCode, errorReason },
    ])
  })

  it('sends the data of a RequestError', () => {
    const { reject, sent } = answer()
    reject(new RequestError(409, 'name taken', { name: 'Ann' }))
    expect(JSON.parse(sent[0] as string)).toHaveProperty('errorData', { name: 'Ann' })
  })

  it('answers 500 when the data of a RequestError cannot be sent', () => {
    const { reject, sent } = answer()
    reject(new RequestError(409, 'name taken', cycle))
    expect(sent).toHaveLength(1)
    expect(JSON.parse(sent[0] as string)).toMatchObject({ errorCode: 500 })
  })

  it.each([
    ['a code that is no number', '403', 500, '403'],
    ['what has no text', textless, 500, expect.any(String)],
  ])('does not throw for %s', (_, wrong, errorCode, errorReason) => {
    const { reject, sent } = answer()
    reject(wrong as never)
    expect(sent.map((text) => JSON.parse(text))).toMatchObject([{ ok: false, errorCode, errorReason }])
  })

  it('does not throw for a reason without a text', () => {
    const { reject, sent } = answer()
    reject(403, textless as never)
    expect(sent.map((text) => JSON.parse(text))).toMatchObject([{ ok: false, id: 7 }])
  })
})

describe('fail()', () => {
  it.each([
    ['an Error', new Error('BOOM'), 'Error: BOOM'],
    ['an Error of a kind', new RangeError('too far'), 'RangeError: too far'],
    ['a string', 'BOOM', 'BOOM'],
    ['nothing', undefined, 'undefined'],
    ['a symbol', Symbol('x'), 'Symbol(x)'],
    ['what has no text', textless, expect.any(String)],
  ])('C16 answers 500 with the text of %s', (_, error, errorReason) => {
    const { fail, sent } = answer()
    fail(error)
    expect(sent.map((text) => JSON.parse(text))).toMatchObject([{ errorCode: 500, errorReason }])
  })

  it('answers as a RequestError says', () => {
    const { fail, sent } = answer()
    fail(new RequestError(404, 'no such room', { room: 'x' }))
    expect(sent.map((text) => JSON.parse(text))).toStrictEqual([
      {
        response: true,
        id: 7,
        ok: false,
        errorCode: 404,
        errorReason: 'no such room',
        errorData: { room: 'x' },
      },
    ])
  })
})

describe('one request', () => {
  it('C16 gets the first answer alone', () => {
    const { accept, reject, fail, sent } = answer()
    accept({ first: true })
    accept({ second: true })
    reject(403, 'third')
    fail(new Error('fourth'))
    expect(sent).toEqual(['{"response":true,"id":7,"ok":true,"data":{"first":true}}'])
  })

  it('C16 stays refused', () => {
    const { accept, reject, sent } = answer()
    reject(403, 'no')
    accept({})
    expect(sent).toHaveLength(1)
  })

  it('has had its answer even if that could not be sent', () => {
    let attempts = 0
    const { accept } = createAnswer(7, () => {
      attempts++
      throw new Error('the connection broke')
    })
    expect(() => accept({})).not.toThrow()
    accept({})
    expect(attempts).toBe(1)
  })
})

describe('an answer that is too large', () => {
  /** Sends what is shorter than `limit`. */
  function narrow(limit: number) {
    const sent: string[] = []
    let attempts = 0
    const answer = createAnswer(7, (text) => {
      attempts++
      if (text.length > limit) throw new MessageTooLargeError(`message over ${limit} bytes`)
      sent.push(text)
    })
    return { ...answer, sent, attempts: () => attempts }
  }

  it('is answered 500 instead, once', () => {
    const { accept, reject, sent } = narrow(200)
    accept({ text: 'x'.repeat(200) })
    accept({})
    reject(400)
    expect(sent.map((text) => JSON.parse(text))).toEqual([
      {
        response: true,
        id: 7,
        ok: false,
        errorCode: 500,
        errorReason: 'MessageTooLargeError: message over 200 bytes',
      },
    ])
  })

  it('is answered 500 when it was a refusal', () => {
    const { fail, sent } = narrow(200)
    fail(new RequestError(409, 'name taken', { names: 'x'.repeat(200) }))
    expect(sent.map((text) => JSON.parse(text))).toMatchObject([{ id: 7, errorCode: 500 }])
  })

  it('is left at that when the 500 is too large as well', () => {
    const { accept, reject, fail, sent, attempts } = narrow(10)
    expect(() => accept({ text: 'x' })).not.toThrow()
    expect(attempts()).toBe(2)
    accept({})
    reject(400)
    fail(new Error('BOOM'))
    expect(sent).toEqual([])
    expect(attempts()).toBe(2)
  })
})
