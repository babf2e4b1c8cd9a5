import { describe, expect, it } from 'vitest'
import { FRAGMENTATION_THRESHOLD, fragments } from './fragment.js'

const bytes = (length: number) => Uint8Array.from({ length }, (_, index) => index % 251)

describe('fragments()', () => {
  it.each([
    [0, 4, [0]],
    [1, 4, [1]],
    [4, 4, [4]],
    [5, 4, [4, 1]],
    [8, 4, [4, 4]],
    [9, 4, [4, 4, 1]],
    [3, 1, [1, 1, 1]],
    [10, Infinity, [10]],
  ])('cuts %i bytes at %d into %j', (length, threshold, sizes) => {
    const parts = [...fragments(bytes(length), threshold)]
    expect(parts.map(({ data }) => data.length)).toEqual(sizes)
  })

  it.each([0, 1, 4, 5, 8, 100])('says of the last one, and of no other, that it is: %i bytes', (length) => {
    const parts = [...fragments(bytes(length), 4)]
    expect(parts.filter(({ fin }) => fin)).toHaveLength(1)
    expect(parts.at(-1)?.fin).toBe(true)
  })

  it('loses and adds nothing', () => {
    const message = bytes(100_000)
    const parts = [...fragments(message, FRAGMENTATION_THRESHOLD)]
    expect(parts).toHaveLength(7)
    expect(Buffer.concat(parts.map(({ data }) => data)).equals(message)).toBe(true)
  })

  it('S2 stays far below the 64 KiB frames that a stock server takes', () => {
    expect(FRAGMENTATION_THRESHOLD).toBe(16_384)
  })

  it.each([0, -1, Number.NaN])('throws a RangeError for a threshold of %s', (threshold) => {
    expect(() => [...fragments(new Uint8Array(3), threshold)]).toThrow(RangeError)
  })
})
