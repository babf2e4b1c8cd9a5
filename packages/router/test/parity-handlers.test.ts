import { once } from 'node:events'
import { expect, it, vi } from 'vitest'
import { type Handler, protoo, RequestError } from '../src/index.js'
import { serve } from './support.js'

/** Answers with where it is and what it was given. */
const where: Handler = (req) =>
  req.reply(200, 'here', {
    path: req.path,
    base: req.basePath,
    original: req.originalPath,
    params: req.params,
  })

it('L15: all parameter handlers run before the route, asynchronous ones too, once for each value', async () => {
  const { app, client } = await serve()
  const ran: string[] = []
  app.param('name', async (_, next, value, name) => {
    await null
    ran.push(`first ${name}=${value}`)
    next()
  })
  app.param(['name', 'other'], (req, next, value, name) => {
    ran.push(`second ${name}=${value}`)
    req.params[name] = value.toUpperCase()
    next()
  })
  app.get('/a/:name', (_, next) => {
    ran.push('route')
    next()
  })
  app.get('/a/:name', (req, next) => {
    ran.push(req.params.name ?? '')
    next()
  })
  app.get('/:other/:name', where)
  const ann = await client('ann')
  expect((await ann.ask('get', '/a/ben')).data.params).toEqual({ other: 'A', name: 'BEN' })
  expect(ran).toEqual(['first name=ben', 'second name=ben', 'route', 'BEN', 'second other=a'])
})

it('L15: they are not inherited by mounted routers, and an error is next(error)', async () => {
  const { app, client } = await serve()
  const param = vi.fn((_req, next) => next())
  app.param('name', param)
  app.use('/sub', app.Router().get('/:name', where))
  app.param('bad', (_req, next, value) => next(new RequestError(404, `no ${value}`)))
  app.param('worse', async () => {
    throw new RequestError(410, 'gone')
  })
  app.get('/bad/:bad', where)
  app.get('/worse/:worse', where)
  const ann = await client('ann')
  expect((await ann.ask('get', '/sub/ben')).status).toBe(200)
  expect(param).not.toHaveBeenCalled()
  expect(await ann.ask('get', '/bad/ben')).toMatchObject({ status: 404, reason: 'no ben' })
  expect(await ann.ask('get', '/worse/ben')).toMatchObject({ status: 410, reason: 'gone' })
  expect(() => app.param('x', 'no function' as never)).toThrow(TypeError)
})

it('L16: two parameters make a handler, three an error handler; any other number neither', async () => {
  const { app, client } = await serve()
  const ran: string[] = []
  app.use(
    (_a: unknown, _b: unknown, _c: unknown, _d?: unknown) => {},
    (_req: unknown, next: (error?: unknown) => void) => {
      ran.push('handler')
      next(new Error('x'))
    },
    () => {
      ran.push('skipped')
    },
    (error: unknown, _req: unknown, next: (error?: unknown) => void) => {
      ran.push(String(error))
      next()
    },
    (_error: unknown, _req: unknown, _next: unknown) => {
      ran.push('no error any more')
    },
  )
  app.all('*', where)
  expect((await (await client('ann')).ask('get', '/')).status).toBe(200)
  expect(ran).toEqual(['handler', 'Error: x'])
})

it("L16: next('route') leaves the route, a throw and a rejection are next(error)", async () => {
  const { app, client } = await serve()
  app.get(
    '/skip',
    (_, next) => next('route'),
    () => {
      throw new Error('not reached')
    },
  )
  app.get('/skip', where)
  app.get('/throws', () => {
    throw new Error('thrown')
  })
  app.get('/rejects', async () => {
    await null
    throw new Error('rejected')
  })
  app.get('/nothing', async () => {
    throw undefined
  })
  const ann = await client('ann')
  expect((await ann.ask('get', '/skip')).status).toBe(200)
  expect(await ann.ask('get', '/throws')).toMatchObject({ status: 500, reason: 'Error: thrown' })
  expect(await ann.ask('get', '/rejects')).toMatchObject({ status: 500, reason: 'Error: rejected' })
  expect(await ann.ask('get', '/nothing')).toMatchObject({
    status: 500,
    reason: 'Error: a handler failed with undefined',
  })
})

it('L16: routing stops once the request has its final answer, and the second next() of a handler does nothing', async () => {
  const { app, client } = await serve()
  const after = vi.fn()
  app.use((req, next) => {
    req.reply(200, 'first')
    next()
  }, after)
  app.all('*', after)
  const ann = await client('ann')
  expect((await ann.ask('get', '/')).reason).toBe('first')
  expect(after).not.toHaveBeenCalled()

  const bed = await serve()
  bed.app.use((_, next) => {
    next()
    next()
    next(new Error('too late'))
  })
  bed.app.all('*', where)
  const ben = await bed.client('ben')
  expect((await ben.ask('get', '/')).status).toBe(200)
  expect(await ben.rest()).toEqual([])
})

it('L16: any number of handlers that call next() at once leaves the stack alone', async () => {
  const { app, client } = await serve()
  for (let count = 0; count < 20_000; count++) app.use((_, next) => next())
  app.get(
    '/end',
    ...(Array.from({ length: 20_000 }, () => (_req: unknown, next: () => void) => next()) as [Handler]),
    where,
  )
  expect((await (await client('ann')).ask('get', '/end')).status).toBe(200)
})

it('L17: an error is answered with its status or 500, and told under all three names, later', async () => {
  const { app, client } = await serve()
  const told: [string, unknown][] = []
  for (const event of ['error:route', 'routingError', 'routingerror'] as const)
    app.on(event, (error) => told.push([event, error]))
  const failure = Object.assign(new Error('teapot'), { status: 418 })
  let before = -1
  app.get('/fails', (_, next) => {
    next(failure)
    before = told.length
  })
  app.get('/text', (_, next) => next('just words'))
  app.get('/odd', (_, next) => next(Object.assign(new Error('odd'), { status: 200 })))
  app.get('/unprintable', (_, next) => next(Object.create(null)))
  const ann = await client('ann')
  expect(await ann.ask('get', '/fails')).toMatchObject({ status: 418, reason: 'Error: teapot' })
  expect(before).toBe(0)
  expect(told).toEqual([
    ['error:route', failure],
    ['routingError', failure],
    ['routingerror', failure],
  ])
  expect(await ann.ask('get', '/text')).toMatchObject({ status: 500, reason: 'just words' })
  expect(await ann.ask('get', '/odd')).toMatchObject({ status: 500, reason: 'Error: odd' })
  expect(await ann.ask('get', '/unprintable')).toMatchObject({ status: 500, reason: 'unprintable' })
})

it('L17: the stack is logged, in production the message, in tests nothing, and of a client’s mistake nothing either', async () => {
  const { app, client } = await serve()
  const log = vi.spyOn(console, 'error').mockReturnValue()
  app.get('/fails', () => {
    throw new Error('broken')
  })
  app.get('/x/:y', where)
  const ann = await client('ann')
  await ann.ask('get', '/fails')
  expect(log).not.toHaveBeenCalled()
  app.set('env', 'production')
  await ann.ask('get', '/fails')
  expect(log.mock.calls).toEqual([['protoo: routing failed: Error: broken']])
  app.set('env', 'development')
  await ann.ask('get', '/fails')
  expect(log.mock.calls.at(-1)?.[0]).toMatch(/^protoo: routing failed: Error: broken\n +at /)
  await ann.ask('get', '/x/%')
  expect(log).toHaveBeenCalledTimes(2)
})

it('L17: what fails after the answer is told, and not answered again', async () => {
  const { app, client } = await serve()
  app.get('/late', async (req) => {
    req.reply(200)
    await null
    throw new Error('too late')
  })
  app.get('/handed', async (_, next) => {
    next()
    await null
    throw new Error('after next')
  })
  app.get('/handed', where)
  const ann = await client('ann')
  const first = once(app, 'error:route')
  expect((await ann.ask('get', '/late')).status).toBe(200)
  expect(String((await first)[0])).toBe('Error: too late')
  const second = once(app, 'error:route')
  expect((await ann.ask('get', '/handed')).status).toBe(200)
  expect(String((await second)[0])).toBe('Error: after next')
  expect(await ann.rest()).toEqual([])
})

it('a RequestError is an answer, and nothing to report', async () => {
  const { app, client } = await serve()
  const told = vi.fn()
  app.on('error:route', told)
  app.get('/', () => {
    throw new RequestError(402, 'pay first', { price: 3 })
  })
  const ann = await client('ann')
  expect(await ann.ask('get', '/')).toMatchObject({ status: 402, reason: 'pay first', data: { price: 3 } })
  await ann.rest()
  expect(told).not.toHaveBeenCalled()
})

it('says what a handler has to be', () => {
  const app = protoo()
  // @ts-expect-error nothing
  expect(() => app.use()).toThrow('use() requires a handler function')
  // @ts-expect-error a path alone
  expect(() => app.use('/x')).toThrow(TypeError)
  expect(() => app.message('/x', 'handler' as never)).toThrow(
    'route.message() requires handler functions, not string',
  )
  expect(() => app.message({} as never, where)).toThrow('a path must be a string')
})
