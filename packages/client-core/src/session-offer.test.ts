import { encodeResume } from '@protoo-kit/protocol'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { Harness, settled, url } from '../test/harness.js'
import { notification, SessionHarness, token, welcomeFrame } from '../test/session-harness.js'

let harness: SessionHarness

beforeEach(() => {
  harness = new SessionHarness()
})

describe('the subprotocols offered', () => {
  it('are protoo alone by default', async () => {
    const plain = new Harness()
    await plain.dial()
    expect(plain.last().protocols).toEqual(['protoo'])
  })

  it('are the one with sessions and then protoo, when asked for', async () => {
    await harness.dialled()
    expect(harness.last().protocols).toEqual(['protoo-session.v1', 'protoo'])
  })

  it('ask to resume the session, with how much of it was received', async () => {
    await harness.opened()
    harness.says(notification('a'))
    harness.says(notification('b'))
    await harness.drop()
    expect(harness.last().protocols).toEqual(['protoo-session.v1', 'protoo', `protoo-resume.${token}.2.2`])
    expect(harness.last().url).toBe(url)
  })

  it('count what came over all connections of the session', async () => {
    await harness.opened()
    harness.says(notification('a'))
    await harness.resume(0)
    harness.says(notification('b'))
    harness.says(notification('c'))
    await harness.drop()
    expect(harness.received).toBe(3)
  })

  it('carry a number that rises with every dial, failed ones included', async () => {
    const authToken = vi.fn(() => 'x')
    await harness.opened({ authToken })
    await harness.drop()
    harness.last().breaks()
    authToken.mockImplementationOnce(() => {
      throw new Error('no token')
    })
    await harness.pass(1000)
    await harness.pass(2000)
    harness.welcome({ resumed: true })
    await harness.drop()
    const attempts = harness.sockets.slice(1).map(({ protocols }) => Number(protocols[2]?.split('.')[3]))
    expect(attempts).toHaveLength(3)
    expect(attempts).toEqual([...new Set(attempts)].sort((a, b) => a - b))
    expect(attempts[0]).toBeGreaterThan(1)
  })

  it('carry the credentials besides', async () => {
    await harness.opened({ authToken: 'ann' })
    expect(harness.last().protocols).toEqual(['protoo-session.v1', 'protoo', 'protoo-auth.YW5u'])
    await harness.drop()
    expect(harness.last().protocols).toEqual([
      'protoo-session.v1',
      'protoo',
      `protoo-resume.${token}.0.2`,
      'protoo-auth.YW5u',
    ])
  })
})

describe('a dial to resume', () => {
  it('awaits url and authToken before it reads the count', async () => {
    const gates: (() => void)[] = []
    const gate = (value: string) => new Promise<string>((resolve) => gates.push(() => resolve(value)))
    const transport = await harness.dial({ session: true, authToken: () => gate('ann') }, () => gate(url))
    const pass = async () => {
      gates.shift()?.()
      await settled()
    }
    await pass()
    await pass()
    harness.welcome()
    await harness.drop()
    await harness.pass(1000)
    // Nothing can come meanwhile: a count of the test's stands in for what was counted late.
    let received = 5
    if (transport.session) transport.session.resume = (attempt) => encodeResume(token, received, attempt)
    await pass()
    received = 6
    expect(harness.sockets).toHaveLength(1)
    await pass()
    expect(harness.received).toBe(6)
  })

  it('asks url and authToken anew', async () => {
    let count = 0
    await harness.dial({ session: true, authToken: async () => `${count}` }, () => `${url}/${++count}`)
    harness.last().opens('protoo-session.v1')
    harness.last().receives(welcomeFrame())
    await harness.drop()
    await harness.pass(1000)
    expect(harness.last()).toMatchObject({ url: `${url}/2` })
    expect(harness.last().protocols.slice(2)).toEqual([`protoo-resume.${token}.0.2`, 'protoo-auth.Mg'])
  })
})
