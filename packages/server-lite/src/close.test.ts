import { describe, expect, it } from 'vitest'
import { assertCloseArguments, truncateReason } from './close.js'

describe('assertCloseArguments()', () => {
  it.each([1000, 1001, 1002, 1003, 1007, 1011, 1012, 1014, 3000, 4000, 4999])('lets %i through', (code) => {
    expect(() => assertCloseArguments(code, '')).not.toThrow()
  })

  it.each([0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 4000.5, -1, Number.NaN])(
    'refuses %d',
    (code) => {
      expect(() => assertCloseArguments(code, '')).toThrow(RangeError)
    },
  )

  it('counts the bytes of the reason, not its characters', () => {
    expect(() => assertCloseArguments(4000, 'x'.repeat(123))).not.toThrow()
    expect(() => assertCloseArguments(4000, 'x'.repeat(124))).toThrow('124 bytes')
    expect(() => assertCloseArguments(4000, 'é'.repeat(62))).toThrow(RangeError)
  })

  it('refuses other types', () => {
    expect(() => assertCloseArguments('4000', '')).toThrow(TypeError)
    expect(() => assertCloseArguments(4000, 7)).toThrow(TypeError)
  })
})

describe('truncateReason()', () => {
  it('leaves alone what fits', () => {
    for (const reason of ['', 'no', 'x'.repeat(123), 'é'.repeat(61)])
      expect(truncateReason(reason)).toBe(reason)
  })

  it('cuts off between characters, so that a close frame can carry it', () => {
    for (const character of ['x', 'é', '✓', '😀'])
      for (let before = 0; before < 4; before++) {
        const cut = truncateReason('y'.repeat(before) + character.repeat(200))
        expect(() => assertCloseArguments(4003, cut)).not.toThrow()
        expect(Buffer.byteLength(cut)).toBeGreaterThan(123 - Buffer.byteLength(character))
        expect(cut).not.toContain('\ufffd')
      }
  })
})
