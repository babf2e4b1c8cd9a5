import { once } from 'node:events'
import fc from 'fast-check'
import pathToRegexp from 'path-to-regexp'
import { expect, it, vi } from 'vitest'
import { protoo, type Request } from '../src/index.js'
import { compilePatterns } from '../src/path-pattern.js'
import { serve } from './support.js'

/** Printed with every failure, and here for the record; another one by `SEED=… npx vitest`. */
const seed = Number(process.env.SEED ?? 20_250_313)
console.info(`seed: ${seed}`)

const LENGTH = 2048
/**
 * ms that the longest path may take with any pattern. Linear time is well below one; the square of 2,048 steps takes more, and
 * their cube (what `/*` three times took) seconds.
 */
const BUDGET = 100

const name = fc.constantFrom('a', 'b', 'c', 'd')
const piece = fc.oneof(
  name.map((letter) => `/:${letter}`),
  name.map((letter) => `:${letter}`),
  name.map((letter) => `/:${letter}?`),
  name.map((letter) => `:${letter}*`),
  name.map((letter) => `.:${letter}`),
  name.map((letter) => `-:${letter}`),
  name.map((letter) => `--:${letter}`),
  fc.constantFrom('/*', '*', '/x', '-', 'a?', 'a+', '/a+', '(a)?', '/(b)', '.', 'aa', '-a-', '/'),
)
const pattern = fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => {
  const text = pieces.join('')
  return text.startsWith('/') || text.startsWith('*') ? text : `/${text}`
})
/** Paths that almost match in many ways: few different characters, repeated, and something odd at the end. */
const path = fc
  .tuple(
    fc.array(fc.constantFrom('a', '-', '/', '.', 'x', 'b', 'aa', '-a', '/a', '-a-'), {
      minLength: 1,
      maxLength: 4,
    }),
    fc.constantFrom('', '//', '\n', '!', '\n/', '-', '/-', 'é'),
  )
  .map(([unit, end]) => {
    const text = unit.join('')
    return `/${text.repeat(Math.ceil(LENGTH / text.length))}`.slice(0, LENGTH - end.length) + end
  })

it('every path up to 2,048 characters takes linear time with every generated pattern', {
  timeout: 120_000,
}, () => {
  let refused = 0
  fc.assert(
    fc.property(pattern, path, fc.boolean(), (text, long, end) => {
      let compiled: ReturnType<typeof compilePatterns>
      try {
        compiled = compilePatterns(text, { sensitive: false, strict: false, end })
      } catch (error) {
        expect(error).toBeInstanceOf(TypeError)
        if (String(error).includes('too many ways')) refused++
        return
      }
      const time = (run: string): number => {
        const start = performance.now()
        for (const each of compiled) each.exec(run)
        return performance.now() - start
      }
      // The best of several: a machine may be busy, and a program just compiled.
      let best = Number.POSITIVE_INFINITY
      for (let attempt = 0; attempt < 4 && best > 1; attempt++) best = Math.min(best, time(long))
      expect(best).toBeLessThan(BUDGET)
    }),
    { seed, numRuns: 1500 },
  )
  // Few are refused when they are defined: those with several wildcards and a delimiter of several characters.
  expect(refused).toBeLessThan(300)
})

it.each([
  '/*/*/*',
  '/:a:b:c',
  '/:a*/:b*',
  '/*a*b*c',
  '/:a-*',
  '/a+a+a+a+',
  '/*:a*',
  '/:a?:b?:c?:d?/x',
  '/:a--:b/*/*',
])('%s takes linear time, or is refused when it is defined', (text) => {
  let compiled: ReturnType<typeof compilePatterns>
  try {
    compiled = compilePatterns(text, { sensitive: false, strict: false, end: true })
  } catch (error) {
    expect(String(error)).toContain('write it as a RegExp')
    return
  }
  for (const unit of ['a', '/', '-', 'a-', '/a', '/-']) {
    const time = (length: number): number => {
      const long = `${`/${unit.repeat(length)}`.slice(0, length - 1)}\n`
      const start = performance.now()
      for (const each of compiled) each.exec(long)
      return performance.now() - start
    }
    time(512)
    expect(Math.min(...[1, 2, 3].map(() => time(LENGTH)))).toBeLessThan(BUDGET)
  }
})

it('what RE2 matches is what the platform’s RegExp matches', () => {
  const short = fc.string({ unit: fc.constantFrom('a', 'b', 'A', '-', '/', '.', 'x', 'é'), maxLength: 9 })
  fc.assert(
    fc.property(pattern, short, fc.boolean(), fc.boolean(), (text, rest, end, sensitive) => {
      const options = { sensitive, strict: false, end }
      let ours: ReturnType<typeof compilePatterns>
      try {
        ours = compilePatterns(text, options)
      } catch {
        return
      }
      // A RegExp of the application's own is left as it is: so this is what the library makes of the pattern.
      const [theirs] = compilePatterns(pathToRegexp(text, [], options), options)
      const [mine] = ours
      expect(mine?.exec(`/${rest}`) && [...(mine.exec(`/${rest}`) ?? [])]).toEqual(
        theirs?.exec(`/${rest}`) && [...(theirs.exec(`/${rest}`) ?? [])],
      )
    }),
    { seed, numRuns: 5000 },
  )
})

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
  const { app, client, peer, clock } = await serve({ maxPending: 500 })
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

it('so are their characters, and the answers held for somebody who is away', async () => {
  const { app, client, peer } = await serve({ maxPendingLength: 10_000 })
  app.set('disconnection grace period', 60_000)
  const held: Request[] = []
  app.get('/x', (req) => held.push(req))
  app.get('/last', (req) => req.reply(200))
  const ann = await client('ann')
  for (let index = 0; index < 1500; index++) ann.request('get', '/x')
  await ann.ask('get', '/last')
  const statuses: number[] = []
  for (let index = 0; index < 20; index++) {
    const req = protoo.request({ method: 'message', data: { text: 'x'.repeat(4000) } })
    req.on('incomingResponse', ({ status }) => statuses.push(status))
    peer('ann').send(req)
    await new Promise((resolve) => setImmediate(resolve))
  }
  await vi.waitFor(() => expect(statuses).toHaveLength(17))
  expect(new Set(statuses)).toEqual(new Set([503]))
  const disconnect = once(peer('ann'), 'disconnect')
  await ann.close()
  await disconnect
  for (const req of held) req.reply(200)
  const again = await client('ann')
  const frames: { status?: number }[] = []
  while (frames.length < 1003) frames.push(await again.next())
  expect(frames.filter(({ status }) => status === 200)).toHaveLength(1000)
  expect(await again.rest()).toEqual([])
})
