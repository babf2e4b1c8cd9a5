import { describe, expect, it } from 'vitest'
import { resolveLimits } from './limits.js'
import { everybody } from './logger.js'
import { resolveOptions } from './options.js'
import { Proxies } from './proxies.js'

describe('resolveOptions()', () => {
  it('has the defaults of v4 (S2)', () => {
    expect(resolveOptions({})).toEqual({
      maxReceivedMessageSize: 1024 * 1024,
      frames: { threshold: 16 * 1024, masked: false },
      maxBufferedBytes: 16 * 1024 * 1024,
      keepalive: true,
      keepaliveInterval: 60_000,
      dropConnectionOnKeepaliveTimeout: true,
      keepaliveGracePeriod: 10_000,
      useNativeKeepalive: false,
      closeTimeout: 5_000,
      disableNagleAlgorithm: true,
      allowedOrigins: undefined,
      logger: everybody,
      session: undefined,
      limits: resolveLimits(),
      proxies: new Proxies(),
    })
  })

  it('takes undefined for the default and ignores what it does not know', () => {
    const options = { keepaliveInterval: undefined, logger: undefined, httpServer: 'x', colour: 'green' }
    expect(resolveOptions(options)).toEqual(resolveOptions({}))
  })

  it('never fragments when told not to', () => {
    const options = { fragmentOutgoingMessages: false, fragmentationThreshold: 10 }
    expect(resolveOptions(options).frames.threshold).toBe(Number.POSITIVE_INFINITY)
  })

  it.each([
    ['maxReceivedMessageSize', '1MB'],
    ['maxReceivedMessageSize', 0],
    ['maxReceivedMessageSize', Number.POSITIVE_INFINITY],
    ['maxReceivedFrameSize', 1.5],
    ['fragmentationThreshold', -1],
    ['maxBufferedBytes', 0],
    ['keepalive', 'yes'],
    ['keepaliveInterval', '60000'],
    ['keepaliveInterval', 0],
    ['keepaliveInterval', Number.NaN],
    ['keepaliveGracePeriod', 2 ** 31],
    ['closeTimeout', -5],
    ['disableNagleAlgorithm', 1],
    ['logger', {}],
    ['logger', () => {}],
  ])('throws a TypeError that names %s when it is %j', (name, value) => {
    const resolve = () => resolveOptions({ [name]: value })
    expect(resolve).toThrow(TypeError)
    expect(resolve).toThrow(name)
  })
})
