import { once } from 'node:events'
import { expect, it, vi } from 'vitest'
import { type Peer, protoo, type Request } from '../src/index.js'
import { serve, turns } from './support.js'

it('a path longer than 2,048 characters is 400, and is not routed', async () => {
  const { app, client } = await serve()
  const routed = vi.fn((req: Request) => req.reply(200))
  app.all('*', routed)
  const ann = await client('ann')
  expect(await ann.ask('get', `/${'x'.repeat(2047)}`)).toMatchObject({ status: 200 })
  expect(await ann.ask('get', `/${'x'.repeat(2048)}`)).toMatchObject({
    status: 400,
    reason: expect.stringContaining('2048'),
  })
  expect(routed).toHaveBeenCalledTimes(1)
})

it('bad escapes are 400, whatever the route', async () => {
  const { app, client } = await serve()
  app.get('/a/:b', (req) => req.reply(200))
  app.use(
    '/sub/:x',
    app.Router().get('/*', (req) => req.reply(200)),
  )
  app.get('*', (req) => req.reply(200))
  const ann = await client('ann')
  for (const path of [
    '/a/%',
    '/a/%2',
    '/a/%zz',
    '/a/%ff',
    '/a/%c0%80',
    '/a/%ed%a0%80',
    '/sub/%f/x',
    '/sub/y/%',
  ])
    expect(await ann.ask('get', path)).toMatchObject({ status: 400 })
})

it('names of an object’s prototype are names like any other: in params, settings, data, methods and names of peers', async () => {
  const { app, client, peer } = await serve()
  const names = ['__proto__', 'constructor', 'hasOwnProperty', 'toString', 'prototype']
  for (const name of names) {
    expect(app.get(name)).toBeUndefined()
    expect(app.enabled(name)).toBe(false)
    app.set(name, 'set')
    expect(app.get(name)).toBe('set')
  }
  app.param('__proto__', (req, next, value) => {
    req.set('seen', value)
    next()
  })
  app.get('/own/:__proto__/:constructor', (req) => {
    expect(Object.getPrototypeOf(req.params)).toBeNull()
    req.reply(200, req.get('seen'), { names: Object.keys(req.params), values: Object.values(req.params) })
  })
  app.message('/echo', (req) => req.reply(200, '', req.data))
  app.use('/users', protoo.middleware.messenger(app), protoo.middleware.sessionHandler(app))
  const ann = await client('ann')
  expect(await ann.ask('get', '/own/x/y')).toMatchObject({
    reason: 'x',
    data: { names: ['__proto__', 'constructor'], values: ['x', 'y'] },
  })
  ann.send(
    '{"method":"message","path":"/echo","id":9,"data":{"__proto__":{"polluted":true},"constructor":1}}',
  )
  expect(Object.keys((await ann.next()).data)).toContain('constructor')
  expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  for (const name of names) {
    expect((await ann.ask(name, '/')).status).toBe(404)
    expect((await ann.ask('message', `/users/${name}/${name}`)).status).toBe(404)
  }
  const odd = await client('__proto__', 'constructor')
  expect(peer('__proto__', 'constructor').username).toBe('__proto__')
  ann.request('message', '/users/__proto__/constructor')
  odd.reply(await odd.next(), 200)
  expect((await ann.next()).status).toBe(200)
  expect(app.peers('constructor')).toBe(0)
})

it('answers after the end: an application’s throws where it is, a client’s is ignored', async () => {
  const { app, client } = await serve()
  const told = once(app, 'error:route')
  app.use('/users', protoo.middleware.messenger(app))
  app.get('/twice', (req) => {
    req.reply(200, 'once')
    req.reply(500, 'twice')
  })
  const ann = await client('ann')
  const ben = await client('ben')
  expect((await ann.ask('get', '/twice')).reason).toBe('once')
  expect(String((await told)[0])).toContain('final answer already')
  ann.request('message', '/users/ben')
  const request = await ben.next()
  for (const status of [200, 200, 100, 500]) ben.reply(request, status)
  expect((await ann.next()).status).toBe(200)
  expect(await ann.rest()).toEqual([])
})

it('100,000 requests to somebody who never answers are bounded, and every one of them is answered', {
  timeout: 60_000,
}, async () => {
  const limits = { messagesPerSecond: Number.POSITIVE_INFINITY, requestsInFlight: Number.POSITIVE_INFINITY }
  const { app, client, peer, clock } = await serve({ maxPending: 500 }, { limits })
  app.use('/users', protoo.middleware.messenger(app))
  const silent = await client('silent')
  const ann = await client('ann')
  const counts = new Map<number, number>()
  let most = 0
  const all = new Promise<void>((resolve) => {
    ann.ws.on('message', (frame) => {
      const { status } = JSON.parse(frame.toString())
      counts.set(status, (counts.get(status) ?? 0) + 1)
      most = Math.max(most, peer('silent').pending)
      const answered = [...counts.values()].reduce((sum, count) => sum + count, 0)
      // What is left waits for the time-out.
      if (answered === 100_000 - 500) clock.advance(10_000)
      if (answered === 100_000) resolve()
    })
  })
  for (let index = 0; index < 100_000; index++) {
    ann.request('message', '/users/silent', { index })
    if (index % 1000 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  await all
  expect(most).toBeLessThanOrEqual(500)
  expect(counts).toEqual(
    new Map([
      [503, 99_500],
      [408, 500],
    ]),
  )
  expect(peer('silent').pending).toBe(0)
  expect(clock.pending).toBe(0)
  silent.ws.terminate()
})

/** Sends so long requests that two of them are too much, and says with what they were answered. */
function sendLong(peer: Peer, statuses: number[]): void {
  const req = protoo.request({ method: 'message', data: { text: 'x'.repeat(6000) } })
  req.on('incomingResponse', ({ status }) => statuses.push(status))
  peer.send(req)
}

it('so are their characters, whether the peer is there or away', async () => {
  const { app, client, peer } = await serve({ maxPendingLength: 10_000 })
  app.set('disconnection grace period', 60_000)
  const statuses: number[] = []
  for (const username of ['ann', 'ben']) {
    const frames = await client(username)
    if (username === 'ben') {
      const disconnect = once(peer('ben'), 'disconnect')
      await frames.close()
      await disconnect
    }
    for (let index = 0; index < 20; index++) {
      sendLong(peer(username), statuses)
      await turns(1)
    }
    await vi.waitFor(() => expect(statuses).toEqual(Array(18).fill(503)))
    expect(peer(username).pending).toBe(2)
    statuses.length = 0
  }
})

it.each([
  ['their number', {}, '', 1000],
  ['their characters', { maxPendingLength: 10_000 }, 'x'.repeat(1000), 10],
])('so are the answers held for somebody who is away: %s', async (_, options, reason, most) => {
  const { app, client, peer } = await serve(options)
  app.set('disconnection grace period', 60_000)
  const held: Request[] = []
  app.get('/x', (req) => held.push(req))
  app.get('/last', (req) => req.reply(200))
  const ann = await client('ann')
  for (let index = 0; index < 1500; index++) ann.request('get', '/x')
  await ann.ask('get', '/last')
  const disconnect = once(peer('ann'), 'disconnect')
  await ann.close()
  await disconnect
  for (const req of held) req.reply(200, reason)
  const again = await client('ann')
  for (let index = 0; index < most; index++) expect((await again.next()).status).toBe(200)
  expect(await again.rest()).toEqual([])
})
