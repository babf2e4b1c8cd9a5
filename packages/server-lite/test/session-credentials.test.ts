import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { format } from 'node:util'
import { encodeAuthToken } from '@protoo-kit/protocol'
import debug from 'debug'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  closing,
  dial,
  drop,
  enter,
  resume,
  resumption,
  SessionClient,
  serveSessions,
} from './session-client.js'
import { answer, handshake } from './support.js'

const SECRET = 'a secret'
const AUTH = encodeAuthToken(SECRET)

/** Everything that a listener could read of a request's headers. */
function shown({ headers, headersDistinct, rawHeaders }: IncomingMessage): string {
  return JSON.stringify([headers, headersDistinct, rawHeaders])
}

describe('the request that the application is shown', () => {
  it.each([
    ['after the others', (resume: string) => `protoo-session.v1, protoo, ${resume}, ${AUTH}`],
    ['before them', (resume: string) => `${AUTH},${resume},protoo-session.v1,protoo`],
    ['several times', (resume: string) => `${resume}, protoo-session.v1, ${resume}, ${AUTH}, ${AUTH}`],
  ])('holds neither of the names, offered %s', async (_where, names) => {
    const bed = await serveSessions()
    const token = '0123456789abcdef'.repeat(2)
    const asked = once(bed.server, 'connectionrequest')
    handshake(bed.port, { 'Sec-WebSocket-Protocol': names(`protoo-resume.${token}.0.1`) })
    const [{ request, authToken }] = await asked
    expect(authToken).toBe(SECRET)
    expect(shown(request)).not.toMatch(/protoo-resume|protoo-auth/)
    expect(shown(request)).not.toContain(token)
    expect(request.headers['sec-websocket-protocol']).toContain('protoo-session.v1')
    expect(request.headersDistinct['sec-websocket-protocol'].join()).toContain('protoo-session.v1')
  })

  it('holds neither when they are not well formed', async () => {
    const bed = await serveSessions()
    const asked = once(bed.server, 'connectionrequest')
    await dial(bed.port, { resume: 'protoo-resume.TOKEN', names: ['protoo-auth.~~~'] })
    const [{ request, authToken }] = await asked
    expect(authToken).toBeUndefined()
    expect(shown(request)).not.toMatch(/protoo-resume|protoo-auth/)
  })

  it('holds neither in a header that was sent twice', async () => {
    const bed = await serveSessions()
    const asked = once(bed.server, 'connectionrequest')
    handshake(bed.port, {
      'Sec-WebSocket-Protocol': `protoo-session.v1, protoo-resume.${'a'.repeat(32)}.0.1`,
      'sec-websocket-protocol': `protoo, ${AUTH}`,
    })
    const [{ request, authToken }] = await asked
    expect(authToken).toBe(SECRET)
    expect(shown(request)).not.toMatch(/protoo-resume|protoo-auth/)
  })
})

describe('the answer to the upgrade', () => {
  it('echoes neither', async () => {
    const bed = await serveSessions()
    const names = `${AUTH}, protoo-resume.${'a'.repeat(32)}.0.1, protoo-session.v1, protoo`
    const { text } = await answer(handshake(bed.port, { 'Sec-WebSocket-Protocol': names }))
    expect(text).not.toMatch(/protoo-resume|protoo-auth/)
  })
})

/** What is written to the console and by `debug` from now on. */
function listenToLogs(): string[] {
  const lines: string[] = []
  const write = (...args: unknown[]) => void lines.push(format(...args))
  const { log } = debug
  debug.log = write
  debug.enable('*')
  const spies = (['log', 'warn', 'error', 'info', 'debug'] as const).map((method) =>
    vi.spyOn(console, method).mockImplementation(write),
  )
  onTestFinished(() => {
    debug.disable()
    debug.log = log
    for (const spy of spies) spy.mockRestore()
  })
  return lines
}

describe('the log', () => {
  it('never holds a token or credentials, whatever happens', async () => {
    const lines = listenToLogs()
    let decide: () => boolean = () => true
    const bed = await serveSessions({ authorize: () => decide() })
    const names = [AUTH]
    const { client, peer } = await enter(bed, 'ann', { names })
    await drop(client, peer)
    const second = await resume(bed.port, client, { names })
    // A delayed attempt; a refused one; a failing one; with a count that cannot be; a taken-over socket.
    expect(await new SessionClient(bed.port, resumption(client, { names })).refused).toBe(409)
    decide = () => false
    const refused = new SessionClient(bed.port, resumption(second, { names, attempt: 5 }))
    expect(await refused.closed).toMatchObject({ code: 4003 })
    decide = () => {
      throw new Error('no database')
    }
    expect(await new SessionClient(bed.port, resumption(second, { names, attempt: 6 })).refused).toBe(500)
    decide = () => true
    const third = await resume(bed.port, second, { names, attempt: 7 })
    await second.closed
    const ended = closing(peer)
    const fresh = await resume(bed.port, third, { names, attempt: 8, received: 99 })
    await ended
    expect(fresh.welcome?.resumed).toBe(false)
    await fresh.sync()
    fresh.ws.close(4000)
    await fresh.closed
    const kicked = await enter(bed, 'bob', { names })
    await drop(kicked.client, kicked.peer)
    kicked.peer.close()
    const told = new SessionClient(bed.port, resumption(kicked.client, { names }))
    expect(await told.closed).toMatchObject({ code: 4000 })
    const violator = await enter(bed, 'eve', { names })
    violator.client.send({ ack: 77 })
    await violator.client.closed

    const log = lines.join('\n')
    for (const line of ['resumed [', 'disconnected [', '409', 'no database']) expect(log).toContain(line)
    for (const { token } of [client, fresh, kicked.client, violator.client]) {
      expect(token).toMatch(/^[0-9a-f]{32}$/)
      expect(log).not.toContain(token)
    }
    for (const secret of [SECRET, AUTH, AUTH.split('.')[1] ?? '', 'protoo-resume', 'protoo-auth'])
      expect(log).not.toContain(secret)
  })
})
