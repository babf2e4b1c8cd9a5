import { describe, expect, it } from 'vitest'
import { decodeAuthToken, encodeAuthToken, isCredential, SUBPROTOCOL } from './subprotocol.js'

describe('SUBPROTOCOL', () => {
  it('C2 is protoo', () => {
    expect(SUBPROTOCOL).toBe('protoo')
  })
})

describe('encodeAuthToken()', () => {
  it.each([
    ['', 'protoo-auth.'],
    ['a', 'protoo-auth.YQ'],
    ['ab', 'protoo-auth.YWI'],
    ['abc', 'protoo-auth.YWJj'],
    ['Ünïcode ✓', 'protoo-auth.w5xuw69jb2RlIOKckw'],
    ['100%25', 'protoo-auth.MTAwJTI1'],
    // Their base64 has both characters that base64url writes otherwise.
    ['~~~???', 'protoo-auth.fn5-Pz8_'],
  ])('writes %o', (token, name) => {
    expect(encodeAuthToken(token)).toBe(name)
  })

  it('writes what may stand in a header as a subprotocol', () => {
    const token = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).join('')
    expect(encodeAuthToken(token)).toMatch(/^protoo-auth\.[\w-]+$/)
  })

  it('writes up to 4096 characters, and throws beyond', () => {
    expect(encodeAuthToken('x'.repeat(3072))).toHaveLength('protoo-auth.'.length + 4096)
    expect(() => encodeAuthToken('x'.repeat(3073))).toThrow(TypeError)
    expect(() => encodeAuthToken('é'.repeat(1537))).toThrow('authToken over 4 KiB')
  })

  it('throws for half a surrogate pair, which has no UTF-8', () => {
    expect(() => encodeAuthToken('\ud800')).toThrow(URIError)
  })
})

describe('decodeAuthToken()', () => {
  it.each([
    '',
    'secret',
    'a b+c/d=e',
    'Ünïcode ✓ 😀',
    '\u0000\n',
    '\ufeffstarts with a mark',
    'x'.repeat(3072),
  ])('reads back %o', (token) => {
    expect(decodeAuthToken([SUBPROTOCOL, encodeAuthToken(token)])).toBe(token)
  })

  it('finds the credentials anywhere among the names, and takes the first', () => {
    expect(decodeAuthToken(['protoo-auth.YQ', 'protoo', 'protoo-auth.Yg'])).toBe('a')
    expect(decodeAuthToken(new Set(['chat', 'protoo-auth.Yg']))).toBe('b')
  })

  it('is undefined without credentials', () => {
    expect(decodeAuthToken([])).toBeUndefined()
    expect(decodeAuthToken(['protoo', 'protoo-authYQ', 'xprotoo-auth.YQ'])).toBeUndefined()
  })

  it.each([
    ['padding', 'YQ=='],
    ['the other alphabet', 'fn5+Pz8/'],
    ['white space', 'YQ '],
    ['a line break at the end', 'YQ\n'],
    ['a length that base64 does not have', 'YWJjZ'],
    ['what is no UTF-8', '_w'],
    ['half a surrogate pair', '7aCA'],
    ['a character beyond ASCII', 'YQé'],
    ['over 4096 characters', 'A'.repeat(4100)],
  ])('is undefined for %s', (_, encoded) => {
    expect(decodeAuthToken([`protoo-auth.${encoded}`])).toBeUndefined()
  })

  it('does not go on to a second name when the first is garbage', () => {
    expect(decodeAuthToken(['protoo-auth.!', 'protoo-auth.YQ'])).toBeUndefined()
  })
})

describe('isCredential()', () => {
  it('tells names that carry a secret', () => {
    expect(isCredential('protoo-auth.YQ')).toBe(true)
    expect(isCredential('protoo-auth.')).toBe(true)
    expect(isCredential('protoo')).toBe(false)
    expect(isCredential('')).toBe(false)
  })
})
