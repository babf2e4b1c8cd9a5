import type { IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import { type AllowedOrigins, OriginPolicy } from './origin.js'

function request(host: string | undefined): IncomingMessage {
  return Object.create(null, { headers: { value: { host } } })
}

function policy(allowed: AllowedOrigins | undefined) {
  const warnings: string[] = []
  const origins = new OriginPolicy(allowed, { warn: (message) => warnings.push(message) })
  const allows = (origin: string | undefined, host = 'app.example:4443') =>
    origins.refusal(origin, request(host)) === undefined
  return { allows, warnings }
}

describe('the default policy', () => {
  it.each<[boolean, string | undefined, string | undefined]>([
    [true, undefined, 'app.example'],
    [true, 'https://app.example', 'app.example'],
    [true, 'https://app.example', 'app.example:4443'],
    [true, 'http://app.example:5173', 'app.example:4443'],
    [true, 'https://APP.Example', 'app.EXAMPLE:443'],
    [true, 'http://127.0.0.1:1', '127.0.0.1:2'],
    [true, 'http://[::1]:5173', '[::1]:4443'],
    [true, 'http://[0:0:0:0:0:0:0:1]', '[::1]'],
    [true, 'https://xn--bcher-kva.example', 'xn--bcher-kva.example'],
    [false, 'null', 'app.example'],
    [false, '', 'app.example'],
    [false, 'file://', 'app.example'],
    [false, 'https://evil.example', 'app.example'],
    [false, 'https://app.example.evil', 'app.example'],
    [false, 'https://evilapp.example', 'app.example'],
    [false, 'https://sub.app.example', 'app.example'],
    [false, 'https://example', 'app.example'],
    [false, 'http://localhost', '127.0.0.1'],
    [false, 'http://[::2]', '[::1]'],
    [false, 'app.example', 'app.example'],
    [false, 'https://app.example', undefined],
    [false, 'https://app.example', ''],
    [false, 'https://app.example', 'evil.example/@app.example'],
    [false, 'https://app.example', 'x@app.example'],
    [false, 'not an origin', 'not an origin'],
  ])('%s: %j at %j', (allowed, origin, host) => {
    const origins = new OriginPolicy(undefined, { warn() {} })
    expect(origins.refusal(origin, request(host)) === undefined).toBe(allowed)
  })
})

describe('allowedOrigins', () => {
  it("'*' allows any origin", () => {
    const { allows } = policy('*')
    expect(allows('https://evil.example')).toBe(true)
    expect(allows('null')).toBe(true)
  })

  it('a list allows what it holds, whatever its case, default port or final slash, and nothing else', () => {
    const { allows } = policy(['https://one.example', 'HTTP://Two.example:80/', 'capacitor://localhost'])
    expect(allows('https://one.example')).toBe(true)
    expect(allows('http://two.example')).toBe(true)
    expect(allows('capacitor://localhost')).toBe(true)
    expect(allows(undefined)).toBe(true)
    expect(allows('ionic://localhost')).toBe(false)
    expect(allows('http://one.example')).toBe(false)
    expect(allows('https://one.example:8443')).toBe(false)
    expect(allows('https://app.example')).toBe(false)
    expect(allows('null')).toBe(false)
    expect(policy(['null']).allows('null')).toBe(true)
    expect(policy([]).allows('https://app.example')).toBe(false)
  })

  it.each(['example.com', 'https://example.com/path', 'https://', '*', '', 'localhost:3000'])(
    'refuses %j in a list, and says how to write it',
    (entry) => {
      expect(() => policy([entry])).toThrow('https://example.com')
    },
  )

  it('a function decides, with the request in hand', () => {
    const { allows } = policy((origin, { headers }) => origin === `https://${headers.host}`)
    expect(allows('https://a.example', 'a.example')).toBe(true)
    expect(allows('https://b.example', 'a.example')).toBe(false)
  })

  it('a function that throws, or returns no boolean, refuses and the log says why', () => {
    const throwing = policy(() => {
      throw new Error('no list')
    })
    expect(throwing.allows('https://a.example')).toBe(false)
    expect(throwing.warnings[0]).toContain('no list')
    const answer: unknown = Promise.resolve(true)
    const asynchronous = policy(() => answer as boolean)
    expect(asynchronous.allows('https://a.example')).toBe(false)
    expect(asynchronous.warnings[0]).toContain('must return a boolean')
  })

  it.each([
    ['without a prototype', Object.create(null)],
    ['with a toString that is none', { toString: 1 }],
  ])('a function that throws an object %s refuses', (_what, thrown) => {
    const { allows, warnings } = policy(() => {
      throw thrown
    })
    expect(allows('https://a.example')).toBe(false)
    expect(warnings[0]).toContain('(unprintable)')
  })

  it('anything else is a TypeError', () => {
    expect(() => Reflect.construct(OriginPolicy, ['https://example.com', console])).toThrow(TypeError)
    expect(() => Reflect.construct(OriginPolicy, [[7], console])).toThrow(TypeError)
  })
})

describe('the log of refusals', () => {
  it('has each origin once, and no more than 100', () => {
    const { allows, warnings } = policy(undefined)
    for (let round = 0; round < 3; round++)
      for (let index = 0; index < 150; index++) allows(`https://${index}.example`)
    expect(warnings).toHaveLength(100)
    expect(new Set(warnings).size).toBe(100)
  })

  it('may fail', async () => {
    const failing = { warn: () => Promise.reject(new Error('disk full')) }
    const throwing = {
      warn() {
        throw new Error('disk full')
      },
    }
    for (const logger of [failing, throwing]) {
      const origins = new OriginPolicy([], logger)
      expect(origins.refusal('https://a.example', request('a.example'))).toContain('allowedOrigins')
    }
    await new Promise((resolve) => setImmediate(resolve))
  })

  it('shows no control character, and not more than the beginning of a long origin', () => {
    const { allows, warnings } = policy(undefined)
    allows(`https://x\u001b[31m${'y'.repeat(10_000)}`)
    expect(warnings[0]).not.toContain('\u001b')
    expect(warnings[0]?.length).toBeLessThan(1000)
  })
})
