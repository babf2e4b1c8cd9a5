import { networkOf } from '@protoo-kit/server-lite/parts'
import { describe, expect, it } from 'vitest'
import { newId } from './new-id.js'
import { type PeerServerOptions, resolveOptions } from './options.js'

describe('options (J10)', () => {
  it('default to what they are with the original', () => {
    expect(resolveOptions({})).toMatchObject({
      host: '::',
      port: 9000,
      expire_timeout: 5000,
      alive_timeout: 90_000,
      key: 'peerjs',
      path: '/',
      concurrent_limit: 5000,
      allow_discovery: false,
      proxied: false,
      cleanup_out_msgs: 1000,
      leaveOnDisconnect: false,
      reconnectWindow: 0,
    })
  })

  it('take undefined for the default, and unknown ones without a word', () => {
    const options = { port: undefined, ssl: undefined, corsOptions: undefined, unknown: 1 }
    expect(resolveOptions(options)).toEqual(resolveOptions({}))
  })

  it.each([
    [{ port: Number.NaN }, 'port must be a whole number from 0 to 65535, not NaN'],
    [{ port: '9000' }, 'port must be a whole number from 0 to 65535, not "9000"'],
    [{ expire_timeout: -1 }, 'expire_timeout must be a number of milliseconds from 1 to 2147483647, not -1'],
    [{ alive_timeout: Number.POSITIVE_INFINITY }, /^alive_timeout must be/],
    [{ key: '' }, 'key must be a text that is not empty, not ""'],
    [{ concurrent_limit: 1.5 }, 'concurrent_limit must be a whole number from 0, not 1.5'],
    [{ allow_discovery: 'yes' }, 'allow_discovery must be true or false, not "yes"'],
    [{ proxied: 1 }, 'proxied must be true or false, not 1'],
    [
      { trustProxy: -1 },
      'trustProxy must be how many proxies there are, or a list of their addresses, not -1',
    ],
    [{ trustProxy: ['nginx'] }, 'trustProxy holds "nginx", which is no address'],
    [{ generateClientId: 'x' }, 'generateClientId must be a function, not "x"'],
    [{ authenticate: true }, 'authenticate must be a function, not boolean'],
    [{ ssl: 'key' }, 'ssl must be an object, not "key"'],
    [{ logger: {} }, /^logger must have a method warn/],
    [{ maxBufferedBytes: 0 }, 'maxBufferedBytes must be a whole number from 1, not 0'],
  ])('%j is a TypeError', (options, message) => {
    expect(() => resolveOptions(options as PeerServerOptions)).toThrow(TypeError)
    expect(() => resolveOptions(options as PeerServerOptions)).toThrow(message)
  })

  it.each([
    [false, false],
    [true, true],
    ['false', false],
    ['true', true],
    ['', false],
  ])('proxied %j is %j, as environments say it', (given, expected) => {
    expect(resolveOptions({ proxied: given }).proxied).toBe(expected)
  })

  it('let a path begin without its slash', () => {
    expect(resolveOptions({ path: 'calls' }).path).toBe('/calls')
  })
})

it.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:db8::1', '2001:db8:0:0'],
  ['::1', '0:0:0:0'],
  ['', ''],
])('the network of %s is %s', (address, network) => {
  expect(networkOf(address)).toBe(network)
})

it('an id that is taken is drawn again', () => {
  const ids = ['a', 'b', 'c'].values()
  expect(
    newId(
      () => ids.next().value,
      (id) => id !== 'c',
    ),
  ).toBe('c')
})
