import { describe, expect, it } from 'vitest'
import { sameByValue, shallowEqual } from './compare.js'

const date = new Date(0)
const call = () => {}

describe('shallowEqual', () => {
  it.each([
    [1, 1, true],
    [Number.NaN, Number.NaN, true],
    [1, '1', false],
    [null, undefined, false],
    [null, {}, false],
    [{ a: 1 }, { a: 1 }, true],
    [{ a: 1 }, { a: 1, b: undefined }, true],
    [{ a: 1 }, { a: 2 }, false],
    [{ a: {} }, { a: {} }, false],
    [[1, 2], [1, 2], true],
    [[1], [1, 2], false],
    [[], {}, false],
    [date, date, true],
    [date, new Date(0), false],
    [call, () => {}, false],
    [JSON.parse('{"__proto__":1}'), {}, false],
  ])('%j and %j: %s', (one, other, expected) => {
    expect(shallowEqual(one, other)).toBe(expected)
    expect(shallowEqual(other, one)).toBe(expected)
  })
})

describe('sameByValue', () => {
  it.each([
    [{ a: { b: [1, { c: 2 }] } }, { a: { b: [1, { c: 2 }] } }, true],
    [{ a: { b: [1, { c: 2 }] } }, { a: { b: [1, { c: 3 }] } }, false],
    [{ retry: undefined }, {}, true],
    [call, () => {}, true],
    [{ url: call }, { url: () => {} }, true],
    [{ url: call }, { url: 'ws://x' }, false],
    [{ at: date }, { at: new Date(0) }, false],
  ])('%j and %j: %s', (one, other, expected) => {
    expect(sameByValue(one, other)).toBe(expected)
    expect(sameByValue(other, one)).toBe(expected)
  })
})
