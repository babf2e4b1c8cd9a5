import { describe, expect, it } from 'vitest'
import { resolveOptions } from './options.js'

const resolve = (limits: unknown) => resolveOptions(JSON.parse('{}', () => ({ limits }))).limits

describe('limits', () => {
  it('are on by default', () => {
    expect(resolve(undefined)).toEqual({
      messageStep: 16,
      messageCost: 2,
      messageDebt: 2000,
      requestsInFlight: 1000,
      depth: 100,
      methodLength: 256,
      totalBufferedBytes: 256 * 1024 * 1024,
      connections: 20_000,
      connectionsPerAddress: 1000,
      privateExempt: true,
      decisionTime: 10_000,
    })
  })

  it.each([
    ['messagesPerSecond', 0],
    ['messagesPerSecond', Number.NaN],
    ['messagesPerSecond', '100'],
    ['messageBurst', 1.5],
    ['messageBurst', -1],
    ['requestsInFlight', 0],
    ['depth', '5'],
    ['methodLength', null],
    ['totalBufferedBytes', true],
    ['connections', {}],
    ['connectionsPerAddress', 0],
    ['decisionTime', 2 ** 31],
    ['decisionTime', -1],
  ])('of which %s is %j are a TypeError that says what it must be', (name, value) => {
    const limits = { [name]: value ?? 'null' }
    expect(() => resolve(limits)).toThrow(TypeError)
    expect(() => resolve(limits)).toThrow(`limits.${name} must be`)
  })

  it.each([[null], [5], [[]], [false]])('%j are a TypeError', (limits) => {
    if (limits === null) expect(() => resolve('null')).toThrow('limits must be an object')
    else expect(() => resolve(limits)).toThrow('limits must be an object')
  })

  it('may each be off', () => {
    const { messageStep, connections, decisionTime } = resolve({
      messagesPerSecond: Infinity,
      connections: Infinity,
      decisionTime: Infinity,
    })
    expect([messageStep, connections, decisionTime]).toEqual([Infinity, Infinity, Infinity])
  })
})
