/** The samples of the two documents, as they are written there (test/documents), run. */
import { once } from 'node:events'
import http from 'node:http'
import { expect, it, onTestFinished } from 'vitest'
import { protoo, type Request, type Response } from '../src/index.js'
import { evaluate, ran, run, samples, serveApp } from './document-samples.js'
import { connect, dial, refused, serve } from './support.js'

it('overview: the instant messaging server', async () => {
  const { app, printed } = run('instant messaging', {}, ['app'])
  const client = await serveApp(app)
  const alice = await client('alice', 'jk6jghbd21')
  const phone = await client('bob', 'hvth3bksf')
  const desk = await client('bob', 'desk')
  expect(await alice.ask('message', '/users/bob', { text: 'Hi Bob!' })).toMatchObject({ status: 200 })
  for (const device of [phone, desk])
    expect(await device.next()).toMatchObject({
      method: 'message',
      data: { text: 'Hi Bob!' },
      sender: { username: 'alice' },
    })
  expect(await alice.ask('session', '/users/bob/desk')).toMatchObject({
    status: 403,
    reason: 'sessions not implemented in this example',
  })
  expect(printed).toEqual(['processing message request', 'processing session request'])
})

it('api: protoo', () => {
  expect(evaluate('version', { protoo })).toEqual([protoo.version])
})

it('api: the built-in middleware', async () => {
  const { app, client } = await serve()
  run('middleware', { app, protoo })
  expect((await (await client('ann')).ask('message', '/users/ben/phone')).reason).toBe('peer not found')
})

it('api: settings', () => {
  const app = protoo()
  expect(evaluate('settings', { app })).toEqual([app, 'development', app, app, true, true])
})

it('api: an HTTP server of one’s own', async () => {
  const { httpServer } = run('http server', { http }, ['httpServer'])
  httpServer.listen(0, '127.0.0.1')
  await once(httpServer, 'listening')
  const response = await fetch(`http://127.0.0.1:${httpServer.address().port}`)
  expect([response.status, response.statusText]).toEqual([404, 'Not Here'])
  httpServer.close()
  httpServer.closeAllConnections()
})

it.each([
  ['as it is written, which ends nothing', (code: string) => code],
  ['with `info.req` for `req`', (code: string) => code.replace('req.url', 'info.req.url')],
])('api: websocket, %s', async (_, correct) => {
  const { app, httpServer, printed } = run('websocket', {}, ['app', 'httpServer'], (code) =>
    correct(code).replace("8080, '0.0.0.0'", "0, '127.0.0.1'"),
  )
  onTestFinished(() => app.close(true))
  await once(httpServer, 'listening')
  const { port } = httpServer.address()
  const path = '/?username=alice&uuid=j36sjh23oi9'
  const headers = { host: `protooapp.example.com:${port}` }
  const origin = 'http://protooapp.example.com'
  const other = { headers: { host: 'elsewhere.example' }, origin: 'http://elsewhere.example' }
  expect(await refused(dial(port, path, other))).toEqual({ status: 403, reason: 'Invalid Origin' })
  if (correct('req.url') === 'req.url') {
    expect(await refused(dial(port, path, { headers, origin }))).toMatchObject({ status: 500 })
    return
  }
  await connect(port, path, { headers, origin })
  expect(app.peer('alice', 'j36sjh23oi9').data).toEqual({})
  expect(printed).toEqual([
    expect.stringMatching(/^accepting WebSocket connection \[username:alice, uuid:j36sjh23oi9, ip:/),
  ])
  // A client that says nothing of itself.
  expect(await refused(dial(port, '/', { headers, origin }))).toMatchObject({ status: 400 })
})

it.each([
  ['use path', ['/abcd', '/abcd/x'], ['/abcde', '/x/abcd']],
  ['use patterns', ['/abcd', '/abd', '/abbbbbcd/x'], ['/acd', '/abccd']],
  ['use regexp', ['/abc', '/xyz/x'], ['/abd', '/x/abc']],
  ['use array', ['/abcd', '/xyza', '/lmn', '/pqr/x'], ['/lm', '/abc']],
])('api: %s', async (name, taken, left) => {
  const { app, client } = await serve()
  // The samples hand on: this says when they were reached.
  const seen: string[] = []
  run(name, { app, seen }, [], (code) => code.replaceAll('next();', 'seen.push(req.basePath); next();'))
  const ann = await client('ann')
  for (const path of taken) {
    await ann.ask('message', path)
    expect(seen.splice(0)).not.toEqual([])
  }
  for (const path of left) {
    await ann.ask('message', path)
    expect(seen).toEqual([])
  }
})

it('api: params, METHOD and all', async () => {
  const { app, client } = await serve()
  const params = run('use params', { app })
  const method = run('method', { app })
  const all = run('all', { app })
  const ann = await client('ann')
  await ann.ask('session', '/services/echo/x')
  await ann.ask('message', '/users/ann')
  expect(params.printed).toEqual(['service requested: echo'])
  expect(method.printed).toEqual(['processing message request'])
  expect(all.printed).toEqual(['processing session request', 'processing message request'])
})

it('api: param, whose callback hands on twice for a user that is found', async () => {
  const { app, client } = await serve()
  const User = {
    find(id: string, callback: (error?: Error, user?: object) => void) {
      setImmediate(() => {
        if (id === 'broken') callback(new Error('no database'))
        else callback(undefined, id === 'alice' ? { name: 'Alice' } : undefined)
      })
    },
  }
  const { printed } = run('param', { app, User })
  app.message('/alice', (req) => req.reply(200))
  const ann = await client('ann')
  expect(await ann.ask('message', '/nobody')).toMatchObject({ status: 500, reason: 'Error: user not found' })
  expect(await ann.ask('message', '/broken')).toMatchObject({ status: 500, reason: 'Error: no database' })
  expect(printed).toEqual([])
  ann.request('message', '/alice')
  // The sample's handler neither answers nor hands on, as it says.
  expect(await ann.rest()).toEqual([])
  expect(printed).toEqual(['requested userId: alice', "requested user: { name: 'Alice' }"])
})

it('api: param callbacks are called once', async () => {
  const { app, client } = await serve()
  const { printed } = run('param once', { app }, [], (code) => code.replace('messaget', 'message'))
  await (await client('ann')).ask('message', '/user/alice')
  expect(printed).toEqual(['CALLED ONLY ONCE', 'although this matches', 'and this matches too'])
})

it.each(['route', 'router route'])('api: %s', async (name) => {
  const { app, client } = await serve()
  const router = app.Router()
  app.use('/users', router)
  run(name, { app, router })
  const ann = await client('ann')
  ann.request('message', '/users/ben')
  ann.request('session', '/users/ben/phone')
  // Theirs to answer.
  expect(await ann.rest()).toEqual([])
  expect((await ann.ask('put', '/users/ben')).status).toBe(404)
})

it('api: peers', async () => {
  const { app, client } = await serve()
  const { printed } = run('peers', { app })
  const ann = await client('ann')
  const ben = await client('ben', 'phone')
  await client('ben', 'desk')
  expect(await ann.ask('message', '/users/ben')).toMatchObject({
    status: 200,
    reason: 'message sent to 2 peers',
  })
  ben.reply(await ben.next(), 200)
  expect(await ann.ask('message', '/users/ben/phone')).toMatchObject({ reason: 'message sent to 1 peers' })
  expect(await ann.ask('message', '/users/nobody')).toMatchObject({ status: 404, reason: 'peer not found' })
  expect(printed[0]).toMatch(/^sending message request to \[username:ben \| uuid:phone \| transport:WS\//)
})

it('api: events', async () => {
  const { app, client } = await serve()
  const { printed } = run('events', { app })
  const ann = await client('ann')
  const told = once(app, 'error:route')
  app.get('/', () => {
    throw new Error('broken')
  })
  await ann.ask('get', '/')
  await told
  const gone = once(app, 'offline')
  await ann.close()
  await gone
  expect(printed).toEqual([
    expect.stringMatching(/^peer online: \[username:ann /),
    expect.stringMatching(/^routing error: Error: broken/),
    expect.stringMatching(/^peer offline: \[username:ann /),
  ])
})

it('api: routers', async () => {
  const { app, router } = run('router use', {}, ['app', 'router'])
  const params = run('router use params', { app, router })
  const methods = run('router methods', { router })
  const all = run('router all', { router })
  const client = await serveApp(app)
  const ann = await client('ann')
  expect((await ann.ask('session', '/users/alice/x')).status).toBe(404)
  // The router is mounted twice.
  expect(params.printed).toEqual(Array(2).fill('username: alice'))
  expect(methods.printed).toEqual(Array(2).fill('processing session request for user alice'))
  expect(all.printed).toEqual(Array(2).fill('processing session request'))
})

it('api: router.param, whose status is a text', async () => {
  const { app, client } = await serve()
  const router = app.Router()
  app.use('/services', router)
  const { printed } = run('router param', { router })
  const ann = await client('ann')
  expect(await ann.ask('session', '/services/fax')).toMatchObject({
    status: 404,
    reason: 'service not available',
  })
  ann.request('session', '/services/echo')
  expect(await ann.rest()).toEqual([])
  expect(printed).toEqual(['requested service: echo'])
})

it('api: peer, request, reply, onresponse and response', async () => {
  const { app, client, peer } = await serve()
  app.message('/users/alice', (req: Request) => {
    expect(evaluate('request', { req })).toEqual([
      'message',
      '/users/alice',
      'sajhkj78sdjhjhk',
      { type: 'text', text: 'Hi Alice!' },
      { username: 'bob', uuid: 'kjh87jhgas0j' },
      req,
      'guest',
    ])
    const { printed } = run('onresponse', { req })
    expect(printed).toEqual(['callback #2', 'callback #1'])
  })
  app.message('/nobody', (req: Request) => {
    let res: Response | undefined
    req.onresponse((response) => {
      res = response
    })
    run('reply', { req })
    expect(evaluate('response', { res })).toEqual([404, 'Not Found', 'two', {}])
  })
  const bob = await client('bob', 'kjh87jhgas0j')
  bob.send({
    method: 'message',
    path: '/users/alice',
    id: 'sajhkj78sdjhjhk',
    data: { type: 'text', text: 'Hi Alice!' },
  })
  expect(await bob.next()).toMatchObject({ status: 200, reason: 'OK' })
  bob.send({ method: 'message', path: '/nobody', id: 'two' })
  expect(await bob.next()).toMatchObject({ status: 404, reason: 'Not Found' })
  expect(evaluate('peer', { peer: peer('bob', 'kjh87jhgas0j') })).toEqual([
    'bob',
    'kjh87jhgas0j',
    'admin',
    true,
  ])
  expect(peer('bob', 'kjh87jhgas0j').data.role).toBe('admin')
})

it('all of them have run', () => {
  expect([...ran].sort()).toEqual([...samples.keys()].sort())
})
