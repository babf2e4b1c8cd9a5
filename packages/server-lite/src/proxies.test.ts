import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { isPrivate, networkOf, Proxies, type TrustProxy } from './proxies.js'

function request(remote: string, headers: Record<string, string> = {}): IncomingMessage {
  const socket = new Socket()
  Object.defineProperty(socket, 'remoteAddress', { value: remote })
  const message = new IncomingMessage(socket)
  Object.assign(message.headers, headers)
  return message
}

const forwarded = (list: string) => ({ 'x-forwarded-for': list })

describe('addressOf()', () => {
  it.each<[TrustProxy | undefined, string, string, string]>([
    // Nobody is believed by default.
    [undefined, '203.0.113.9', '1.1.1.1', '203.0.113.9'],
    [0, '203.0.113.9', '1.1.1.1', '203.0.113.9'],
    // From the right: what stands before that, clients may have written.
    [1, '10.0.0.1', '1.1.1.1', '1.1.1.1'],
    [1, '10.0.0.1', '6.6.6.6, 1.1.1.1', '1.1.1.1'],
    [2, '10.0.0.1', '6.6.6.6, 1.1.1.1, 10.0.0.2', '1.1.1.1'],
    [2, '10.0.0.1', '10.0.0.2', '10.0.0.2'],
    [1, '10.0.0.1', '', '10.0.0.1'],
    [1, '10.0.0.1', 'unknown', '10.0.0.1'],
    [1, '10.0.0.1', '1.1.1.1, \u0000', '10.0.0.1'],
    [1, '10.0.0.1', '1.1.1.1:5678', '1.1.1.1'],
    [1, '::1', '[2001:db8::1]:443', '2001:db8::1'],
    [1, '::ffff:10.0.0.1', '::ffff:1.1.1.1', '1.1.1.1'],
    [['10.0.0.0/8'], '10.0.0.1', '6.6.6.6, 1.1.1.1', '1.1.1.1'],
    [['10.0.0.0/8'], '10.0.0.1', '6.6.6.6, 1.1.1.1, 10.9.9.9', '1.1.1.1'],
    [['10.0.0.0/8'], '::ffff:10.0.0.1', '1.1.1.1', '1.1.1.1'],
    [['10.0.0.0/8'], '203.0.113.9', '1.1.1.1', '203.0.113.9'],
    [['10.0.0.0/8'], '10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
    [['::1', '2001:db8::/32'], '::1', '1.1.1.1, 2001:db8::7', '1.1.1.1'],
  ])('trustProxy %j, %s with %j: %s', (trust, remote, list, address) => {
    expect(new Proxies(trust).addressOf(request(remote, forwarded(list)))).toBe(address)
  })
})

describe('hostOf() and isSecure()', () => {
  const headers = {
    host: 'inner:8080',
    'x-forwarded-host': 'app.example',
    'x-forwarded-proto': 'https',
  }

  it('go by what a trusted proxy says', () => {
    for (const trust of [1, ['10.0.0.1']]) {
      const proxies = new Proxies(trust)
      expect(proxies.hostOf(request('10.0.0.1', headers))).toBe('app.example')
      expect(proxies.isSecure(request('10.0.0.1', headers))).toBe(true)
      expect(proxies.isSecure(request('10.0.0.1', { ...headers, 'x-forwarded-proto': 'http' }))).toBe(false)
      expect(proxies.hostOf(request('10.0.0.1', { host: 'inner' }))).toBe('inner')
    }
    const list = { ...headers, 'x-forwarded-host': 'evil.example, app.example, inner' }
    expect(new Proxies(1).hostOf(request('10.0.0.1', list))).toBe('inner')
    expect(new Proxies(2).hostOf(request('10.0.0.1', list))).toBe('app.example')
  })

  it('and by the request itself otherwise', () => {
    for (const proxies of [new Proxies(), new Proxies(['10.0.0.2'])]) {
      expect(proxies.hostOf(request('10.0.0.1', headers))).toBe('inner:8080')
      expect(proxies.isSecure(request('10.0.0.1', headers))).toBe(false)
    }
  })
})

describe('trustProxy', () => {
  it.each([[-1], [1.5], [true], ['loopback'], [{}]])('%j is a TypeError', (trust) => {
    expect(() => new Proxies(JSON.parse(JSON.stringify(trust)))).toThrow('trustProxy must be')
  })

  it.each(['10.0.0', 'nginx', '10.0.0.0/33', '::/129', '10.0.0.0/', '10.0.0.0/x', ''])(
    '[%j] is one, too',
    (entry) => {
      expect(() => new Proxies([entry])).toThrow('which is no address')
    },
  )
})

it('an IPv6 host has its /64, an IPv4 host its address', () => {
  expect(networkOf('2001:db8:1:2:3:4:5:6')).toBe(networkOf('2001:db8:1:2:ffff::1'))
  expect(networkOf('2001:db8:1:2::1')).not.toBe(networkOf('2001:db8:1:3::1'))
  expect(networkOf('::ffff:1.2.3.4')).toBe('1.2.3.4')
})

it.each([
  ['127.0.0.1', true],
  ['::ffff:192.168.1.1', true],
  ['172.31.0.1', true],
  ['172.32.0.1', false],
  ['::1', true],
  ['fd00::1', true],
  ['2001:db8::1', false],
  ['1.1.1.1', false],
  ['', false],
])('%j is private: %s', (address, expected) => expect(isPrivate(address)).toBe(expected))
