import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { closing, dial, drop, enter, resume, type SessionClient, serveSessions } from './session-client.js'

const other = (token: string) => token.replace(/./, (digit) => (digit === 'a' ? 'b' : 'a'))

describe('a token that is none', () => {
  it.each<[string, (token: string) => string]>([
    ['another', (token) => `${other(token)}.0.1`],
    ['truncated', (token) => `${token.slice(1)}.0.1`],
    ['longer', (token) => `${token}0.0.1`],
    ['in upper case', (token) => `${token.toUpperCase()}.0.1`],
    ['empty', () => '.0.1'],
    ['without counts', (token) => token],
    ['without an attempt', (token) => `${token}.0`],
    ['with a negative count', (token) => `${token}.-1.1`],
    ['with a count in hexadecimal', (token) => `${token}.0x0.1`],
    ['with too many parts', (token) => `${token}.0.1.5.6`],
    ['with a fraction', (token) => `${token}.0.5.1.x.y`],
    ['with an exponent', (token) => `${token}.0.1e3`],
    ['with an empty count', (token) => `${token}..1`],
    ['with a count beyond 15 digits', (token) => `${token}.0.1000000000000000`],
    ['a name of Object.prototype', () => '__proto__.0.1'],
  ])('begins a new session, and says nothing of any other: %s', async (_what, name) => {
    const bed = await serveSessions()
    const { client, peer } = await enter(bed)
    await drop(client, peer)
    const asked = once(bed.server, 'connectionrequest')
    const thief = await dial(bed.port, {
      path: '/?peerId=thief',
      resume: `protoo-resume.${name(client.token)}`,
    })
    await asked
    expectNew(thief, client)
    // The rightful one is not harmed.
    expect(peer.closed).toBe(false)
    expect((await resume(bed.port, client)).welcome?.resumed).toBe(true)
  })

  it('is what was asked for first: of several resume names, the others are not tried', async () => {
    const bed = await serveSessions()
    const { client, peer } = await enter(bed)
    await drop(client, peer)
    const names = [`protoo-resume.${client.token}.0.1`]
    const resumeName = `protoo-resume.${other(client.token)}.0.1`
    const thief = await dial(bed.port, { path: '/?peerId=thief', resume: resumeName, names })
    expectNew(thief, client)
    expect(peer.closed).toBe(false)
  })
})

describe('a token of a session that has ended', () => {
  it.each<[string, (client: SessionClient) => void]>([
    ['closed by its client', (client) => client.ws.close(4000)],
    ['a violation', (client) => client.send({ ack: 1 })],
  ])('begins a new one: %s', async (_what, end) => {
    const bed = await serveSessions()
    const { client, peer } = await enter(bed)
    const closed = closing(peer)
    end(client)
    await closed
    expectNew(await resume(bed.port, client), client)
    expect(await bed.joined()).not.toBe(peer)
  })

  it('begins a new one: the window has passed', async () => {
    const bed = await serveSessions({ window: 50 })
    const { client, peer } = await enter(bed)
    const closed = closing(peer)
    await drop(client, peer)
    await closed
    expectNew(await resume(bed.port, client), client)
  })
})

/** As the first frame of somebody who never had a session. */
function expectNew(client: SessionClient, before: SessionClient): void {
  expect(JSON.parse(client.frames[0] ?? '')).toEqual({
    session: {
      ...before.welcome,
      token: expect.stringMatching(/^[0-9a-f]{32}$/),
      resumed: false,
      received: 0,
    },
  })
  expect(client.token).not.toBe(before.token)
  expect(client.frames).toHaveLength(1)
}
