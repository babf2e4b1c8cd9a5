/** The servers of docs/credentials.md, as they stand, with clients that are who they say and others. */
import { once } from 'node:events'
import { inspect } from 'node:util'
import { createPeer, type Peer, type TransportOptions } from '@protoo-kit/client-core'
import { SignJWT } from 'jose'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { Programs, type Running, sampleOf } from './sample-programs.js'

const programs = new Programs()
afterAll(() => programs.stop())

const SECRET = 'a secret of 32 bytes, for HS256!'

/** The server whose sample holds `mark`. It says all that it has to say. */
const serve = (mark: string, replaced: Record<string, string> = {}): Promise<Running> =>
  programs.node(programs.write(sampleOf('docs/credentials.md', 'js', mark, replaced)), {
    DEBUG: '*',
    JWT_SECRET: SECRET,
  })

const cookie = (replaced?: Record<string, string>) => serve('Set-Cookie', replaced)
const jwt = () => serve('jwtVerify')
const ticket = (replaced?: Record<string, string>) => serve('/ticket', replaced)

/** A client, and how to cut its connection. */
function join({ port }: Running, options: TransportOptions) {
  const sockets: WebSocket[] = []
  class Line extends WebSocket {
    constructor(url: string, protocols: string[], { headers }: TransportOptions) {
      super(url, protocols, { headers })
      this.on('error', () => {})
      sockets.push(this)
    }
  }
  const peer = createPeer(`ws://127.0.0.1:${port}`, {
    retry: { minTimeout: 10 },
    // Each attempt asks for a token: none is to be lost to a busy machine.
    connectTimeout: 120_000,
    ...options,
    WebSocket: Line,
  })
  onTestFinished(() => peer.close())
  return { peer, cut: () => sockets.at(-1)?.terminate(), dials: () => sockets.length }
}

const opened = (peer: Peer): Promise<{ resumed: boolean }> =>
  new Promise((resolve) => peer.once('open', resolve))
const closed = (
  peer: Peer,
): Promise<{ cause: string; code?: number | undefined; reason?: string | undefined }> =>
  new Promise((resolve) => peer.once('close', resolve))

const post = async (
  { port }: Running,
  path: string,
  headers: Record<string, string> = {},
): Promise<Response> => {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', headers })
  expect(response.status).toBe(200)
  return response
}

describe('a cookie', () => {
  const login = async (server: Running): Promise<string> => {
    const [set] = (await post(server, '/login')).headers.getSetCookie()
    expect(set).toMatch(/; HttpOnly; Secure; SameSite=Lax/)
    return set?.split(';')[0] ?? ''
  }

  it('lets its user in, and back into the session', async () => {
    const server = await cookie()
    const { peer, cut } = join(server, { headers: { cookie: `other=1; ${await login(server)}` } })
    await opened(peer)
    expect(await peer.request('whoami')).toEqual({ user: 'ann' })
    const back = opened(peer)
    cut()
    expect(await back).toMatchObject({ resumed: true })
  })

  it('that is missing or made up is refused', async () => {
    const server = await cookie()
    for (const headers of [{}, { cookie: 'login=00000000-0000-4000-8000-000000000000' }]) {
      const { peer, dials } = join(server, { headers })
      expect(await closed(peer)).toMatchObject({ cause: 'refused', code: 4003, reason: 'sign in' })
      expect(dials()).toBe(2)
    }
  })

  it('is of no use to a page of another site', async () => {
    const server = await cookie()
    const headers = { cookie: await login(server) }
    const page = new WebSocket(`ws://127.0.0.1:${server.port}`, ['protoo'], {
      headers,
      origin: 'https://evil.example',
    })
    page.on('error', () => {})
    const [request, response] = await once(page, 'unexpected-response')
    request.destroy()
    expect(response.statusCode).toBe(403)
  })

  it('that is signed out closes what it had opened, for good', async () => {
    const server = await cookie()
    const headers = { cookie: await login(server) }
    const { peer, dials } = join(server, { headers })
    await opened(peer)
    const end = closed(peer)
    await post(server, '/logout', headers)
    expect(await end).toMatchObject({ cause: 'refused' })
    // Once more, in case there was a fresh one by then.
    expect(dials()).toBe(2)
  })

  it('that expires closes it, too', async () => {
    const server = await cookie({ '8 * 3_600_000': '1000' })
    const { peer } = join(server, { headers: { cookie: await login(server) } })
    expect(await closed(peer)).toMatchObject({ cause: 'refused' })
  })

  it('of somebody else does not get the session', async () => {
    const server = await cookie({ "user: 'ann'": "user: 'user' + logins.size" })
    const headers = { cookie: await login(server) }
    const { peer, cut } = join(server, { headers })
    await opened(peer)
    expect(await peer.request('whoami')).toEqual({ user: 'user0' })
    headers.cookie = await login(server)
    const end = closed(peer)
    cut()
    expect(await end).toMatchObject({ cause: 'refused', reason: 'not authorized' })
  })
})

describe('a JWT', () => {
  const token = (changed: { secret?: string; audience?: string; expires?: Date; subject?: string } = {}) => {
    const { secret = SECRET, audience = 'chat', expires = new Date(Date.now() + 3_600_000) } = changed
    return new SignJWT({})
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject(changed.subject ?? 'ann')
      .setIssuer('https://login.example.com')
      .setAudience(audience)
      .setExpirationTime(expires)
      .sign(new TextEncoder().encode(secret))
  }
  const past = new Date(Date.now() - 60_000)

  it('lets its user in, and back into the session', async () => {
    const server = await jwt()
    const { peer, cut } = join(server, { authToken: () => token() })
    await opened(peer)
    expect(await peer.request('whoami')).toEqual({ user: 'ann' })
    const back = opened(peer)
    cut()
    expect(await back).toMatchObject({ resumed: true })
  })

  it.each([
    ['expired', () => token({ expires: past })],
    ['for others', () => token({ audience: 'shop' })],
    ['signed by others', () => token({ secret: SECRET.toUpperCase() })],
    ['not signed', async () => `${btoa('{"alg":"none"}')}.${(await token()).split('.')[1]}.`],
    ['none', () => 'hello'],
    ['missing', () => ''],
  ])('that is %s is refused, after it was asked for once more', async (_name, authToken) => {
    const server = await jwt()
    let asked = 0
    const { peer } = join(server, {
      authToken: () => {
        asked++
        return authToken()
      },
    })
    expect(await closed(peer)).toMatchObject({ cause: 'refused', code: 4003, reason: 'sign in' })
    expect(asked).toBe(2)
  })

  it('that was too old is asked for anew, once, and then all is well', async () => {
    const server = await jwt()
    const tokens = [await token({ expires: past }), await token()]
    const given: string[] = []
    const { peer } = join(server, {
      authToken: () => {
        const next = tokens[given.length] ?? ''
        given.push(next)
        return next
      },
    })
    await opened(peer)
    expect(given).toEqual(tokens)
    expect(await peer.request('whoami')).toEqual({ user: 'ann' })
  })

  it('that expires meanwhile is followed by a fresh one, and no further attempt', async () => {
    const server = await jwt()
    const tokens = [await token({ expires: new Date(Date.now() + 5000) }), await token()]
    let asked = 0
    const { peer } = join(server, { authToken: () => tokens[asked++] ?? '' })
    await opened(peer)
    const reason = new Promise((resolve) => {
      peer.once('disconnected', () => resolve('error' in peer.status && peer.status.error?.message))
    })
    const back = opened(peer)
    expect(await reason).toBe('closed with 4003 token expired')
    await back
    expect(asked).toBe(2)
    expect(await peer.request('whoami')).toEqual({ user: 'ann' })
  })

  it('that is renewed by a resume lets the session go on beyond the first one', async () => {
    const server = await jwt()
    const first = new Date(Date.now() + 5000)
    const tokens = [await token({ expires: first }), await token()]
    let asked = 0
    const { peer, cut, dials } = join(server, { authToken: () => tokens[asked++] ?? '' })
    await opened(peer)
    const back = opened(peer)
    cut()
    expect(await back).toMatchObject({ resumed: true })
    // Whole seconds, as a token has them.
    while (Date.now() < first.getTime() + 1000) await new Promise((resolve) => setTimeout(resolve, 100))
    expect(await peer.request('whoami')).toEqual({ user: 'ann' })
    expect(dials()).toBe(2)
  })

  it('of somebody else does not get the session', async () => {
    const server = await jwt()
    let subject = 'ann'
    const { peer, cut } = join(server, { authToken: () => token({ subject }) })
    await opened(peer)
    subject = 'eve'
    const end = closed(peer)
    cut()
    expect(await end).toMatchObject({ cause: 'refused', reason: 'not authorized' })
  })

  it('is nowhere in what the server says of itself, nor in what the client is told', async () => {
    const server = await jwt()
    const tokens = [await token({ expires: past }), await token(), await token({ secret: 'x'.repeat(32) })]
    let asked = 0
    const { peer, cut } = join(server, { authToken: () => tokens[Math.min(asked++, 2)] ?? '' })
    const told: string[] = []
    peer.subscribe(() => told.push(inspect(peer.status, { depth: Number.POSITIVE_INFINITY })))
    await opened(peer)
    const end = closed(peer)
    cut()
    await end
    const said = [server.output(), ...told].join('\n')
    for (const line of ['protoo-server:', 'closed with 4003', 'closed with 1006', 'refused'])
      expect(said).toContain(line)
    for (const secret of tokens) {
      // Encoded, a token begins like any other, and ends as no other does.
      expect(said).not.toContain(secret.split('.')[2])
      expect(said).not.toContain(Buffer.from(secret).toString('base64url').slice(-40))
    }
    expect(said).not.toContain('protoo-auth')
  })
})

describe('a ticket', () => {
  const fetched = async (server: Running): Promise<string> => (await post(server, '/ticket')).text()

  it('lets its user in, and a fresh one back into the session', async () => {
    const server = await ticket()
    const { peer, cut } = join(server, { authToken: () => fetched(server) })
    await opened(peer)
    expect(await peer.request('whoami')).toEqual({ user: 'ann' })
    const back = opened(peer)
    cut()
    expect(await back).toMatchObject({ resumed: true })
  })

  it('is good for once', async () => {
    const server = await ticket()
    const authToken = await fetched(server)
    const { peer } = join(server, { authToken })
    await opened(peer)
    const thief = join(server, { authToken })
    expect(await closed(thief.peer)).toMatchObject({ cause: 'refused', reason: 'no such ticket' })
    expect(peer.connected).toBe(true)
  })

  it('is good for a moment', async () => {
    const server = await ticket({ '30_000': '0' })
    const { peer } = join(server, { authToken: () => fetched(server) })
    expect(await closed(peer)).toMatchObject({ cause: 'refused', reason: 'no such ticket' })
  })
})
