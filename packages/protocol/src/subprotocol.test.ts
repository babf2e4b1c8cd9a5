import { describe, expect, it } from 'vitest'
import {
  decodeAuthToken,
  decodeResume,
  encodeAuthToken,
  encodeResume,
  isCredential,
  SESSION_SUBPROTOCOL,
  SUBPROTOCOL,
} from './subprotocol.js'

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

  it('finds the credentials of a client that resumes a session', () => {
    const resume = encodeResume('0'.repeat(32), 1, 2)
    expect(decodeAuthToken([SUBPROTOCOL, encodeAuthToken('a'), resume])).toBe('a')
    expect(decodeAuthToken([SUBPROTOCOL, resume, encodeAuthToken('a')])).toBe('a')
    expect(decodeAuthToken([SUBPROTOCOL, resume])).toBeUndefined()
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

const token = '0123456789abcdef0123456789abcdef'

describe('SESSION_SUBPROTOCOL', () => {
  it('is protoo-session.v1', () => {
    expect(SESSION_SUBPROTOCOL).toBe('protoo-session.v1')
  })
})

describe('encodeResume()', () => {
  it('writes the token, the messages received and the attempt', () => {
    expect(encodeResume(token, 12, 5)).toBe(`protoo-resume.${token}.12.5`)
    expect(encodeResume(token, 12, 5, '1-0_7_a')).toBe(`protoo-resume.${token}.12.5.1-0_7_a`)
  })
})

describe('decodeResume()', () => {
  it.each([
    [0, 1],
    [12, 5],
    [999_999_999_999_999, 999_999_999_999_999],
  ])('reads back %i received at attempt %i', (received, attempt) => {
    const names = [SESSION_SUBPROTOCOL, SUBPROTOCOL, encodeResume(token, received, attempt)]
    expect(decodeResume(names)).toEqual({ token, received, attempt })
  })

  it('reads back what was seen last', () => {
    const seq = `1790000000000-0_12_${'x-_Y'.repeat(8)}`
    expect(decodeResume([encodeResume(token, 1, 2, seq)])).toEqual({ token, received: 1, attempt: 2, seq })
  })

  it('takes the first of several, whatever is offered beside', () => {
    const other = token.replaceAll('0', 'f')
    const names = ['chat', encodeAuthToken('a'), encodeResume(token, 1, 2), encodeResume(other, 3, 4)]
    expect(decodeResume(new Set(names))).toEqual({ token, received: 1, attempt: 2 })
  })

  it('is undefined when there is none', () => {
    expect(decodeResume([])).toBeUndefined()
    expect(decodeResume([SESSION_SUBPROTOCOL, SUBPROTOCOL, encodeAuthToken(token)])).toBeUndefined()
    expect(
      decodeResume([`${token}.1.2`, `Protoo-Resume.${token}.1.2`, `x-protoo-resume.${token}.1.2`]),
    ).toBeUndefined()
  })

  it.each([
    ['nothing', ''],
    ['a token alone', token],
    ['no attempt', `${token}.1`],
    ['an empty attempt', `${token}.1.`],
    ['an empty count', `${token}..2`],
    ['an empty fourth part', `${token}.1.2.`],
    ['a fourth part of other characters', `${token}.1.2.3+4`],
    ['a fourth part that is too long', `${token}.1.2.${'x'.repeat(100)}`],
    ['a fifth part', `${token}.1.2.3.4`],
    ['a token that is too short', `${token.slice(1)}.1.2`],
    ['a token that is too long', `${token}0.1.2`],
    ['a token in upper case', `${token.toUpperCase()}.1.2`],
    ['a token with one upper-case digit', `${token.slice(1)}A.1.2`],
    ['a token of other characters', `${token.slice(1)}g.1.2`],
    ['no token', '.1.2'],
    ['a negative count', `${token}.-1.2`],
    ['a sign', `${token}.+1.2`],
    ['a fraction', `${token}.1e3.2`],
    ['hexadecimal digits', `${token}.0x1.2`],
    ['digits of another script', `${token}.١.2`],
    ['a count of 16 digits', `${token}.${'1'.repeat(16)}.2`],
    ['an attempt of 16 digits', `${token}.1.${'1'.repeat(16)}`],
    ['white space', ` ${token}.1.2`],
    ['white space at the end', `${token}.1.2 `],
    ['a line break at the end', `${token}.1.2\n`],
    ['two in one', `${token}.1.2,protoo-resume.${token}.1.2`],
  ])('is undefined for %s', (_, rest) => {
    expect(decodeResume([`protoo-resume.${rest}`])).toBeUndefined()
  })

  it('does not go on to a second name when the first is garbage', () => {
    expect(decodeResume(['protoo-resume.x', encodeResume(token, 1, 2)])).toBeUndefined()
  })
})

describe('isCredential()', () => {
  it('tells names that carry a secret', () => {
    expect(isCredential('protoo-auth.YQ')).toBe(true)
    expect(isCredential('protoo-auth.')).toBe(true)
    expect(isCredential(encodeResume(token, 1, 2))).toBe(true)
    // No valid one, but the token in it may be.
    expect(isCredential(`protoo-resume.${token}`)).toBe(true)
    expect(isCredential('protoo')).toBe(false)
    expect(isCredential(SESSION_SUBPROTOCOL)).toBe(false)
    expect(isCredential('')).toBe(false)
  })
})
