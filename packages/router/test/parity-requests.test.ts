import { once } from 'node:events'
import { expect, it } from 'vitest'
import { protoo, type Request, Response } from '../src/index.js'
import { serve } from './support.js'

/** The next answer to a request that was sent to a peer. */
async function answer(req: Request): Promise<[Response, boolean]> {
  return (await once(req, 'incomingResponse')) as [Response, boolean]
}

it('L18: a request has what came with it, and keeps what handlers set', async () => {
  const { app, client, peer } = await serve()
  app.use('/a', (req, next) => {
    req.set('role', 'guest').set('__proto__', 1)
    next()
  })
  let seen: Request | undefined
  app.message('/a/:b', (req) => {
    seen = req
    req.reply(200)
  })
  const ann = await client('ann')
  ann.send({ method: 'message', path: '/a/x', id: 77, data: { text: 'hi' } })
  await ann.next()
  expect(seen).toMatchObject({
    method: 'message',
    path: '/a/x',
    originalPath: '/a/x',
    basePath: '',
    id: 77,
    data: { text: 'hi' },
    ended: true,
  })
  expect(seen?.peer).toBe(peer('ann'))
  expect(seen?.app).toBe(app)
  expect(seen?.get('role')).toBe('guest')
  expect(seen?.get('__proto__')).toBe(1)
  expect(seen?.get('constructor')).toBeUndefined()
  expect(String(seen)).toBe('[method:message | path:/a/x | id:77]')
})

it('L18: provisional answers as often as you like, a final one once', async () => {
  const { app, client } = await serve()
  const failures: string[] = []
  app.get('/x', (req) => {
    req.reply(100)
    expect(req.ended).toBe(false)
    req.reply(180, 'ringing', { tone: 1 })
    req.reply(200, 'OK')
    expect(req.ended).toBe(true)
    for (const again of [() => req.reply(200), () => req.reply(199)])
      try {
        again()
      } catch (error) {
        failures.push(String(error))
      }
  })
  const ann = await client('ann')
  expect(await ann.ask('get', '/x')).toEqual({ id: 1, status: 100, reason: '', data: {} })
  expect(await ann.next()).toEqual({ id: 1, status: 180, reason: 'ringing', data: { tone: 1 } })
  expect(await ann.next()).toMatchObject({ status: 200, reason: 'OK' })
  expect(await ann.rest()).toEqual([])
  expect(failures).toEqual(
    Array(2).fill('Error: the request has had its final answer already [method:get | path:/x | id:1]'),
  )
})

it('L18: a status outside 100 to 699 throws, and a Response may be given', async () => {
  const { app, client } = await serve()
  app.get('/range', (req) => {
    for (const status of [99, 700, 200.5, Number.NaN, 'x'])
      expect(() => req.reply(status)).toThrow(RangeError)
    expect(req.ended).toBe(false)
    req.reply('404', 'as the documents write it')
  })
  app.get('/response', (req) => req.reply(req.createResponse(201, 'made', { a: 1 })))
  const ann = await client('ann')
  expect(await ann.ask('get', '/range')).toMatchObject({ status: 404, reason: 'as the documents write it' })
  expect(await ann.ask('get', '/response')).toMatchObject({ status: 201, reason: 'made', data: { a: 1 } })
})

it('L18: outgoingResponse is told before the answer is sent, and may change its data', async () => {
  const { app, client } = await serve()
  app.use((req, next) => {
    req.on('outgoingResponse', (response) => {
      response.data.signed = true
    })
    next()
  })
  app.get('/', (req) => req.reply(200, '', { a: 1 }))
  expect((await (await client('ann')).ask('get', '/')).data).toEqual({ a: 1, signed: true })
})

it('L18: onresponse hears each answer, the callback added last first', async () => {
  const { app, client } = await serve()
  const heard: string[] = []
  app.get('/', (req) => {
    req.onresponse(({ status }) => heard.push(`#1 ${status}`))
    req.onresponse(({ status }) => heard.push(`#2 ${status}`))
    req.reply(100)
    req.reply(200, 'OK')
  })
  const ann = await client('ann')
  await ann.ask('get', '/')
  await ann.next()
  expect(heard).toEqual(['#2 100', '#1 100', '#2 200', '#1 200'])
})

it('L18: the factory chooses ids from 1000000 to 9999999, and its requests have nobody to reply to', () => {
  for (let count = 0; count < 1000; count++) {
    const { id } = protoo.request({ method: 'message' })
    expect(Number.isInteger(id) && Number(id) >= 1_000_000 && Number(id) <= 9_999_999).toBe(true)
  }
  expect(() => protoo.request({ method: 'message' }).reply(200)).toThrow('no peer to reply to')
  expect(() => protoo.request({ method: '' })).toThrow(TypeError)
  expect(() => protoo.request({ method: 'x', data: 'no object' as never })).toThrow(TypeError)
})

it('L19: what a response is', () => {
  const of = (status: number) => {
    const { isProvisional, isFinal, isAccept, isReject } = new Response(1, status)
    return { isProvisional, isFinal, isAccept, isReject }
  }
  const none = { isProvisional: false, isFinal: true, isAccept: false, isReject: false }
  for (const status of [100, 199])
    expect(of(status)).toEqual({ ...none, isProvisional: true, isFinal: false })
  for (const status of [200, 299]) expect(of(status)).toEqual({ ...none, isAccept: true })
  for (const status of [300, 699]) expect(of(status)).toEqual({ ...none, isReject: true })
})

it('L19: an answer of a peer says which one', async () => {
  const { client, peer } = await serve()
  const ann = await client('ann')
  const req = protoo.request({ method: 'message' })
  peer('ann').send(req)
  const answered = answer(req)
  ann.reply(await ann.next(), 200, 'got it', { a: 1 })
  const [response, local] = await answered
  expect(response).toMatchObject({ status: 200, reason: 'got it', data: { a: 1 }, id: req.id })
  expect(response.peer).toBe(peer('ann'))
  expect(local).toBe(false)
})
