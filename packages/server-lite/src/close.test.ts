import { describe, expect, it } from 'vitest'
import { assertCloseArguments } from './close.js'

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
