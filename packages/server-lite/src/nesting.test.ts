import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isDeeper } from './nesting.js'

const nested = (depth: number, inner = '0'): string => '['.repeat(depth) + inner + ']'.repeat(depth)

const objects = (depth: number): string => `${'{"a":'.repeat(depth)}0${'}'.repeat(depth)}`

/** What it is to find out, by way of the parsed value. */
function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  return 1 + Math.max(0, ...Object.values(value).map(depthOf))
}

describe('isDeeper()', () => {
  it.each([
    [nested(100), false],
    [nested(101), true],
    [objects(100), false],
    [objects(101), true],
    [`[${objects(99)}]`, false],
    [`[${objects(100)}]`, true],
    // Wide is not deep.
    [`[${'[],'.repeat(500)}0]`, false],
    [JSON.stringify(Array.from({ length: 500 }, (_, index) => ({ index, tags: [] }))), false],
    // Nor is a text.
    [JSON.stringify({ text: '['.repeat(5000) }), false],
    [JSON.stringify({ text: '"[{\\"'.repeat(500) }), false],
    [JSON.stringify({ text: `\\${'['.repeat(5000)}\\\\` }), false],
    [`{"a":"\\\\","b":${nested(100)}}`, true],
    [`{"a":"\\\\","b":${nested(99)}}`, false],
  ])('%# with a limit of 100', (text, deeper) => {
    expect(isDeeper(text, 100)).toBe(deeper)
  })

  it('says of any JSON what its value says', () => {
    fc.assert(
      fc.property(
        fc.json({ maxDepth: 12, noUnicodeString: false }),
        fc.integer({ min: 1, max: 12 }),
        (text, limit) => {
          expect(isDeeper(text, limit)).toBe(depthOf(JSON.parse(text)) > limit)
        },
      ),
      { numRuns: 2000 },
    )
  })

  it('comes to an end with whatever is no JSON', () => {
    for (const text of [
      '"'.repeat(1000),
      '\\'.repeat(1000),
      '["'.repeat(1000),
      ']'.repeat(1000),
      '[\\"'.repeat(1000),
    ])
      expect(typeof isDeeper(text, 3)).toBe('boolean')
  })
})
