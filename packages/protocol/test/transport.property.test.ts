import fc from 'fast-check'
import { expect, it } from 'vitest'
import { fragments } from '../src/fragment.js'
import { decodeAuthToken, encodeAuthToken, SUBPROTOCOL } from '../src/subprotocol.js'

it('credentials arrive as they were, whatever else is offered', () => {
  const token = fc.string({ unit: 'grapheme', maxLength: 200 })
  fc.assert(
    fc.property(token, fc.array(fc.string()), (token, others) => {
      const names = others.filter((name) => !name.startsWith('protoo-auth.'))
      expect(decodeAuthToken([...names, SUBPROTOCOL, encodeAuthToken(token)])).toBe(token)
    }),
  )
})

it('any offered name decodes to a token or to undefined', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (encoded) => {
      const token = decodeAuthToken([`protoo-auth.${encoded}`])
      expect(['string', 'undefined']).toContain(typeof token)
    }),
  )
})

it('fragments joined are the message, none is above the threshold, and the last alone is final', () => {
  const threshold = fc.oneof(fc.integer({ min: 1, max: 100 }), fc.constant(Infinity))
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 500 }), threshold, (message, threshold) => {
      const parts = [...fragments(message, threshold)]
      expect(new Uint8Array(Buffer.concat(parts.map(({ data }) => data)))).toEqual(message)
      for (const [index, { data, fin }] of parts.entries()) {
        expect(data.length).toBeLessThanOrEqual(threshold)
        expect(fin).toBe(index === parts.length - 1)
        if (!fin) expect(data.length).toBe(threshold)
      }
    }),
  )
})
