import { expect, it } from 'vitest'
import { type Handler, protoo } from '../src/index.js'
import { serve } from './support.js'

/** Answers with where it is and what it was given. */
const where: Handler = (req) =>
  req.reply(200, 'here', {
    path: req.path,
    base: req.basePath,
    original: req.originalPath,
    params: req.params,
  })

it('L13: use takes what is at or below a path, and the path off', async () => {
  const { app, client } = await serve()
  app.use('/x', where)
  const ann = await client('ann')
  const { data } = await ann.ask('get', '/x/y/z')
  expect(data).toEqual({ path: '/y/z', base: '/x', original: '/x/y/z', params: {} })
  expect((await ann.ask('get', '/x')).data.path).toBe('/')
  expect((await ann.ask('get', '/xy')).status).toBe(404)
  expect((await ann.ask('get', '/a/x')).status).toBe(404)
})

it('L13: routers in routers, whose paths add up, and are put back', async () => {
  const { app, client } = await serve()
  const inner = app.Router()
  inner.message('/deep/:name', where)
  const outer = app.Router()
  outer.use('/in', inner)
  app.use('/out', outer, (req, next) => {
    req.set('after', `${req.basePath} ${req.path}`)
    next()
  })
  app.message('/out/in/none', (req) =>
    req.reply(200, req.get('after'), { base: req.basePath, path: req.path }),
  )
  const ann = await client('ann')
  expect((await ann.ask('message', '/out/in/deep/ben')).data).toEqual({
    path: '/deep/ben',
    base: '/out/in',
    original: '/out/in/deep/ben',
    params: { name: 'ben' },
  })
  expect(await ann.ask('message', '/out/in/none')).toMatchObject({
    reason: '/out /in/none',
    data: { base: '', path: '/out/in/none' },
  })
})

it('L13: METHOD, all and route; a route runs its handlers in order', async () => {
  const { app, client } = await serve()
  const ran: string[] = []
  const run =
    (name: string): Handler =>
    (_, next) => {
      ran.push(name)
      next()
    }
  expect(app.message('/a', run('message'), [run('array'), [run('nested')]])).toBe(app)
  const route = app.route('/a')
  expect(route.all(run('all')).message(run('route')).session(run('session'))).toBe(route)
  app.all('/a', where)
  const ann = await client('ann')
  expect((await ann.ask('message', '/a')).status).toBe(200)
  expect(ran.splice(0)).toEqual(['message', 'array', 'nested', 'all', 'route'])
  expect((await ann.ask('session', '/a')).status).toBe(200)
  expect(ran).toEqual(['all', 'session'])
})

it('L13: without a path a method is handled at any, as the overview has it', async () => {
  const { app, client } = await serve()
  app.session((req) => req.reply(403, 'no sessions here'))
  const ann = await client('ann')
  for (const path of ['/', '/users/ben', '/a/b/c/'])
    expect(await ann.ask('session', path)).toMatchObject({ status: 403, reason: 'no sessions here' })
  expect((await ann.ask('message', '/')).status).toBe(404)
})

it('L13: patterns, regular expressions and arrays', async () => {
  const { app, client } = await serve()
  for (const [name, pattern] of [
    ['optional', '/abc?d'],
    ['plus', '/ef+gh'],
    ['star', '/ij*kl'],
    ['group', '/mn(op)?q'],
    ['regexp', /^\/.*fly$/],
    ['list', ['/r1', '/r2', /^\/r[34]$/]],
    ['escape', '/s\\.t'],
    ['any', '/u/*'],
    ['dash', '/:from-:to'],
    ['dots', '/files/:name.:type'],
    ['digits', '/n/:id(\\d+)'],
  ] as const)
    app.get(pattern, (req) => req.reply(200, name, req.params))
  const ann = await client('ann')
  const found: Record<string, unknown> = {}
  for (const path of [
    '/abcd',
    '/abd',
    '/efffgh',
    '/egh',
    '/ijxxkl',
    '/ijkl',
    '/mnq',
    '/mnopq',
    '/dragonfly',
    '/r1',
    '/r2',
    '/r4',
    '/r5',
    '/s.t',
    '/sxt',
    '/u/v/w',
    '/ams-lhr',
    '/files/a.txt',
    '/n/42',
    '/n/x',
  ]) {
    const { status, reason, data } = await ann.ask('get', path)
    found[path] = status === 200 ? [reason, data] : status
  }
  expect(found).toEqual({
    '/abcd': ['optional', {}],
    '/abd': ['optional', {}],
    '/efffgh': ['plus', {}],
    '/egh': 404,
    '/ijxxkl': ['star', { 0: 'xx' }],
    '/ijkl': ['star', { 0: '' }],
    '/mnq': ['group', {}],
    '/mnopq': ['group', { 0: 'op' }],
    '/dragonfly': ['regexp', {}],
    '/r1': ['list', {}],
    '/r2': ['list', {}],
    '/r4': ['list', {}],
    '/r5': 404,
    '/s.t': ['escape', {}],
    '/sxt': 404,
    '/u/v/w': ['any', { 0: 'v/w' }],
    '/ams-lhr': ['dash', { from: 'ams', to: 'lhr' }],
    '/files/a.txt': ['dots', { name: 'a', type: 'txt' }],
    '/n/42': ['digits', { id: '42' }],
    '/n/x': 404,
  })
})

it('L13: a RegExp keeps nothing of one request for the next', async () => {
  const { app, client } = await serve()
  app.get(/^\/same$/g, where)
  const ann = await client('ann')
  for (let count = 0; count < 3; count++) expect((await ann.ask('get', '/same')).status).toBe(200)
})

it('L13: case and the slash at the end count where the settings or options say so', async () => {
  const { app, client } = await serve()
  app.get('/Loose', where)
  const strict = app.Router({ caseSensitive: true, strict: true })
  strict.get('/Exact', where)
  app.use('/strict', strict)
  const ann = await client('ann')
  const statuses: number[] = []
  for (const path of ['/loose', '/LOOSE/', '/strict/Exact', '/strict/exact', '/strict/Exact/'])
    statuses.push((await ann.ask('get', path)).status)
  expect(statuses).toEqual([200, 200, 200, 404, 404])

  const bed = await serve()
  bed.app.enable('case sensitive routing').enable('strict routing')
  bed.app.get('/Exact', where)
  bed.app.use('/sub', bed.app.Router().get('/Exact', where))
  bed.app.use('/loose', bed.app.Router({ caseSensitive: false, strict: false }).get('/Exact', where))
  const ben = await bed.client('ben')
  const others: number[] = []
  for (const path of ['/Exact', '/exact', '/Exact/', '/sub/Exact', '/sub/exact', '/loose/exact/'])
    others.push((await ben.ask('get', path)).status)
  expect(others).toEqual([200, 404, 404, 200, 404, 200])
})

it('L13: mergeParams keeps what is above, the own count, and numbers go on', async () => {
  const { app, client } = await serve()
  const apart = app.Router().get('/:b', where)
  const merged = app.Router({ mergeParams: true }).get('/:a/*', where)
  app.use('/apart/:a', apart)
  app.use('/merged/:a/:c', merged)
  app.use(/^\/numbered\/(\d+)/, merged)
  const ann = await client('ann')
  expect((await ann.ask('get', '/apart/1/2')).data.params).toEqual({ b: '2' })
  expect((await ann.ask('get', '/merged/1/2/3/4/5')).data.params).toEqual({ a: '3', c: '2', 0: '4/5' })
  expect((await ann.ask('get', '/numbered/7/8/9')).data.params).toEqual({ 0: '7', a: '8', 1: '9' })
})

it('L13: parameters are decoded; a bad escape is 400, for error handlers to see', async () => {
  const { app, client } = await serve()
  app.get('/users/:name', where)
  const ann = await client('ann')
  expect((await ann.ask('get', '/users/J%C3%B6rg%2F1')).data.params).toEqual({ name: 'Jörg/1' })
  expect(await ann.ask('get', '/users/%E0%A4%A')).toMatchObject({
    status: 400,
    reason: expect.stringContaining('failed to decode the parameter "%E0%A4%A"'),
  })
  app.use((error: unknown, req: Parameters<Handler>[0], _next: () => void) => {
    req.reply((error as { status: number }).status, 'handled')
  })
  expect(await ann.ask('get', '/users/%')).toMatchObject({ status: 400, reason: 'handled' })
})

it('L13: a router is a handler, and may be called', async () => {
  const { app, client } = await serve()
  const router = protoo.Router()
  router.get('/x', where)
  app.use((req, next) => router(req, next))
  expect((await (await client('ann')).ask('get', '/x')).status).toBe(200)
})

it('L14: the methods of both kept revisions are there', async () => {
  const { app, client } = await serve()
  const methods = [
    'message',
    'put',
    'get',
    'session',
    'icecandidate',
    'update',
    'hold',
    'unhold',
    'end',
    'insession',
  ] as const
  for (const method of methods) app[method]('/m', (req) => req.reply(200, `${req.method} handled`))
  const ann = await client('ann')
  for (const method of methods) expect((await ann.ask(method, '/m')).reason).toBe(`${method} handled`)
})
