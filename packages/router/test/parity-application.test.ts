import { once } from 'node:events'
import { createRequire } from 'node:module'
import { expect, it, vi } from 'vitest'
import { Application, protoo, RequestError, version } from '../src/index.js'
import { connect, dial, listen, refused, serve } from './support.js'

const manifest = createRequire(import.meta.url)('../package.json')

it('L1: protoo() makes an application, and has version, request, middleware and addMethod', () => {
  expect(protoo()).toBeInstanceOf(Application)
  expect(protoo()).not.toBe(protoo())
  expect(protoo.version).toBe(manifest.version)
  expect(version).toBe(manifest.version)
  expect(Object.keys(protoo.middleware)).toEqual([
    'messenger',
    'p2pMessenger',
    'sessionHandler',
    'roomHandler',
  ])
  expect(protoo.request({ method: 'message' }).method).toBe('message')
})

it('L1: addMethod adds to applications, routers and routes, and throws for what is there', async () => {
  protoo.addMethod('publish')
  const { app, client } = await serve()
  // biome-ignore lint/suspicious/noExplicitAny: a method that the types do not know
  const dynamic = app as any
  dynamic.publish('/news', (req: { reply(status: number): void }) => req.reply(201))
  const router = app.Router()
  // biome-ignore lint/suspicious/noExplicitAny: likewise
  ;(router.route('/x') as any).publish((req: { reply(status: number): void }) => req.reply(202))
  // biome-ignore lint/suspicious/noExplicitAny: likewise
  ;(router as any).publish('/y', (req: { reply(status: number): void }) => req.reply(203))
  app.use('/below', router)
  const ann = await client('ann')
  expect((await ann.ask('publish', '/news')).status).toBe(201)
  expect((await ann.ask('publish', '/below/x')).status).toBe(202)
  expect((await ann.ask('publish', '/below/y')).status).toBe(203)
  for (const taken of ['publish', 'message', 'use', 'on', 'constructor', '__proto__', 'handle', 'call'])
    expect(() => protoo.addMethod(taken)).toThrow(`protoo.addMethod() | method "${taken}" already exists in `)
  expect(() => protoo.addMethod('')).toThrow(TypeError)
})

it('L2: set, get, enable, disable, enabled and disabled; set chains', () => {
  const app = protoo()
  expect(app.get('env')).toBe(process.env.NODE_ENV || 'development')
  expect(app.set('title', 'Chat')).toBe(app)
  expect(app.get('title')).toBe('Chat')
  expect(app.enable('strict routing').enabled('strict routing')).toBe(true)
  expect(app.disabled('strict routing')).toBe(false)
  expect(app.disable('strict routing').disabled('strict routing')).toBe(true)
  expect(app.enabled('never heard of')).toBe(false)
})

it('L2: env is development without NODE_ENV', () => {
  vi.stubEnv('NODE_ENV', '')
  expect(protoo().get('env')).toBe('development')
  vi.stubEnv('NODE_ENV', 'production')
  expect(protoo().get('env')).toBe('production')
  vi.unstubAllEnvs()
})

it('L2: both names of the grace period are one setting', () => {
  const app = protoo().set('disconnect grace period', 500)
  expect(app.get('disconnection grace period')).toBe(500)
  expect(app.set('disconnection grace period', 700).get('disconnect grace period')).toBe(700)
})

it('L2: get with handlers is a route', async () => {
  const { app, client } = await serve()
  expect(app.get('/thing', (req) => req.reply(200, 'a route'))).toBe(app)
  expect(app.get('/thing')).toBeUndefined()
  expect((await (await client('ann')).ask('get', '/thing')).reason).toBe('a route')
})

it('L3: websocket chains, and says what its arguments have to be', async () => {
  const app = protoo()
  const { http } = await listen()
  expect(app.websocket(http, () => {})).toBe(app)
  expect(app.websocket(http, { keepaliveInterval: 1000 }, () => {})).toBe(app)
  // @ts-expect-error no server
  expect(() => app.websocket({}, () => {})).toThrow(TypeError)
  // @ts-expect-error nothing
  expect(() => app.websocket(undefined, () => {})).toThrow(TypeError)
  // @ts-expect-error no listener
  expect(() => app.websocket(http)).toThrow(TypeError)
  // @ts-expect-error no function
  expect(() => app.websocket(http, {}, 'listener')).toThrow(TypeError)
})

it('L3: takes clients of the subprotocol protoo in on any path, and tells the listener of them', async () => {
  const app = protoo()
  const { http, port } = await listen()
  const listener = vi.fn((_info, accept) => accept('ann', 'phone'))
  app.websocket(http, listener)
  const client = await connect(port, '/any/path?x=1', { origin: 'http://127.0.0.1' })
  expect(client.ws.protocol).toBe('protoo')
  const [info] = listener.mock.calls[0] ?? []
  expect(info).toMatchObject({ origin: 'http://127.0.0.1', req: { url: '/any/path?x=1' } })
  expect(info.socket).toBe(info.req.socket)
  const without = await refused(dial(port, '/', {}, []))
  expect(without).toMatchObject({
    status: 403,
    reason: expect.stringMatching(/invalid.*Sec-WebSocket-Protocol/),
  })
  expect(listener).toHaveBeenCalledTimes(1)
  app.close()
})

it('L3: reject answers 403 Rejected, or what it is told; the first answer counts, now or later', async () => {
  const app = protoo().set('env', 'test')
  const { http, port } = await listen()
  const online = vi.fn()
  app.on('online', online)
  app.websocket(http, async ({ req }, accept, reject) => {
    const name = req.url?.slice(1)
    if (name === 'plain') reject()
    else if (name === 'told') reject(404, 'nobody of that name')
    else if (name === 'text') reject('403', 'Invalid Origin')
    else if (name === 'throws') throw new Error('no database')
    else if (name === 'twice') {
      await null
      accept('ann', 'phone')
      accept('ben', 'phone')
      reject()
    } else {
      reject(401)
      accept('ann', 'phone')
    }
  })
  expect(await refused(dial(port, '/plain'))).toEqual({ status: 403, reason: 'Rejected' })
  expect(await refused(dial(port, '/told'))).toEqual({ status: 404, reason: 'nobody of that name' })
  expect(await refused(dial(port, '/text'))).toEqual({ status: 403, reason: 'Invalid Origin' })
  expect(await refused(dial(port, '/throws'))).toEqual({ status: 500, reason: 'Error: no database' })
  expect(await refused(dial(port, '/rejected'))).toMatchObject({ status: 401 })
  expect(online).not.toHaveBeenCalled()
  await connect(port, '/twice')
  expect(app.peers()).toBe(1)
  expect(app.peer('ann', 'phone')?.data).toEqual({})
  app.close()
})

it('L3: pages of other sites are refused unless allowed', async () => {
  const app = protoo()
  const { http, port } = await listen()
  const log = vi.spyOn(console, 'warn').mockReturnValue()
  app.websocket(http, (_, accept) => accept('ann', 'phone'))
  expect(await refused(dial(port, '/', { origin: 'https://evil.example' }))).toMatchObject({ status: 403 })
  expect(log).toHaveBeenCalledTimes(1)
  const other = await listen()
  app.websocket(other.http, { allowedOrigins: '*' }, (_, accept) => accept('ben', 'phone'))
  await connect(other.port, '/', { origin: 'https://evil.example' })
  app.close()
})

it('L4: names that are no strings, or empty, and data that is no object are rejected; null data is {}', async () => {
  const app = protoo()
  const { http, port } = await listen()
  const cases: unknown[][] = [
    [undefined, 'x'],
    ['ann', undefined],
    ['', 'x'],
    ['ann', ''],
    [1, 'x'],
    ['ann', 'x', 'data'],
  ]
  app.websocket(http, ({ req }, accept) => {
    const index = Number(req.url?.slice(1))
    const [username, uuid, data] = cases[index] ?? ['ann', 'phone', null]
    accept(username as string, uuid as string, data as null)
  })
  for (const index of cases.keys()) {
    const { status, reason } = await refused(dial(port, `/${index}`))
    expect(status).toBe(400)
    expect(reason).toMatch(/^(username|uuid|data) must be/)
  }
  expect(app.peers()).toBe(0)
  await connect(port, '/99')
  expect(app.peer('ann', 'phone')?.data).toEqual({})
  app.close()
})

it('L7: close disconnects everybody with 1001, takes nobody in any more, and closes servers if told to', async () => {
  const { app, http, port, client, peer } = await serve()
  const ann = await client('ann')
  const offline = vi.fn()
  app.on('offline', offline)
  app.set('disconnection grace period', 10_000)
  const annPeer = peer('ann')
  app.close()
  expect(await ann.closed).toEqual({ code: 1001, reason: 'shutting down' })
  expect(offline.mock.calls).toEqual([[annPeer]])
  expect(app.peers()).toBe(0)
  expect(http.listening).toBe(true)
  expect(http.listenerCount('upgrade')).toBe(0)
  app.websocket(http, () => {})
  const closed = once(http, 'close')
  app.close(true)
  await closed
  await expect(connect(port)).rejects.toThrow()
})

it('L7: who was asked for before the end and is accepted after it is rejected', async () => {
  const app = protoo()
  const { http, port } = await listen()
  let accept = (_username: string, _uuid: string): void => {}
  const asked = new Promise<void>((resolve) => {
    app.websocket(http, (_, take) => {
      accept = take
      resolve()
    })
  })
  const late = refused(dial(port))
  await asked
  app.close()
  accept('ann', 'phone')
  expect(await late).toEqual({ status: 503, reason: 'shutting down' })
})

it('the errors of the other packages are exported for handlers to throw', () => {
  expect(new RequestError(403, 'no').code).toBe(403)
})
