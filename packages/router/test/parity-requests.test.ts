import { once } from 'node:events'
import { expect, it, vi } from 'vitest'
import { protoo, type Request, Response } from '../src/index.js'
import { serve, turns } from './support.js'

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

it('L20: send is put off, so that its data may still be set and its answers listened to', async () => {
  const { client, peer } = await serve()
  const ann = await client('ann')
  const req = protoo.request({ method: 'message' })
  peer('ann').send(req)
  req.data.later = true
  expect((await ann.next()).data).toEqual({ later: true })
  expect(() => peer('ann').send({} as never)).toThrow(TypeError)
})

it('L20: a request that waits for its answer is not sent twice; another one of that id gets one of its own', async () => {
  const { app, client, peer } = await serve()
  app.message('/ben', (req) => {
    peer('ben').send(req)
    peer('ben').send(req)
    req.on('incomingResponse', (response) => req.reply(response))
  })
  const ben = await client('ben')
  const ann = await client('ann')
  const cat = await client('cat')
  ann.send({ method: 'message', path: '/ben', id: 5, data: { from: 'ann' } })
  const fromAnn = await ben.next()
  cat.send({ method: 'message', path: '/ben', id: 5, data: { from: 'cat' } })
  const fromCat = await ben.next()
  expect(fromAnn.id).toBe(5)
  expect(fromCat.id).not.toBe(5)
  expect(await ben.rest()).toEqual([])
  ben.reply(fromCat, 200, 'to cat')
  ben.reply(fromAnn, 200, 'to ann')
  expect(await ann.next()).toMatchObject({ id: 5, reason: 'to ann' })
  expect(await cat.next()).toMatchObject({ id: 5, reason: 'to cat' })
  // Nor is it used again for what comes later: the client may know it still.
  ann.send({ method: 'message', path: '/ben', id: 5, data: { from: 'ann' } })
  expect((await ben.next()).id).not.toBe(5)
})

it('L20: 408 after 10 s, a session after 120 s, which is then ended', async () => {
  const { client, peer, clock } = await serve()
  const ann = await client('ann')
  const req = protoo.request({ method: 'message' })
  const session = protoo.request({ method: 'session', data: { sessionPath: '/users/sessions/x' } })
  peer('ann').send(req)
  peer('ann').send(session)
  await ann.next()
  await ann.next()
  const failed = answer(req)
  clock.advance(10_000)
  const [response, local] = await failed
  expect([response.status, response.reason, local]).toEqual([408, 'sending timeout', true])
  const missed = answer(session)
  clock.advance(110_000)
  expect((await missed)[0].status).toBe(408)
  expect(await ann.next()).toMatchObject({ method: 'end', data: { sessionPath: '/users/sessions/x' } })
  clock.advance(10_000)
  expect(clock.pending).toBe(0)
  expect(peer('ann').pending).toBe(0)
})

it('L20: 410 when the peer is offline, or goes', async () => {
  const { client, peer } = await serve()
  await client('ann')
  const gone = peer('ann')
  const waiting = protoo.request({ method: 'message' })
  gone.send(waiting)
  const failed = answer(waiting)
  gone.close()
  expect((await failed)[0]).toMatchObject({ status: 410, reason: 'peer offline' })
  const late = protoo.request({ method: 'message' })
  gone.send(late)
  expect((await answer(late))[0].status).toBe(410)
})

it('L20: 487 when it is canceled, and `end` if it was the offer of a session', async () => {
  const { client, peer } = await serve()
  const ann = await client('ann')
  const session = protoo.request({ method: 'session', data: { sessionPath: '/s/1' } })
  peer('ann').send(session)
  await ann.next()
  const canceled = answer(session)
  peer('ann').cancel(session)
  expect((await canceled)[0]).toMatchObject({ status: 487, reason: 'canceled' })
  expect(await ann.next()).toMatchObject({ method: 'end', data: { sessionPath: '/s/1' } })
  // With a request to end it by; and before it was sent, without.
  const second = protoo.request({ method: 'session', data: { sessionPath: '/s/2' } })
  peer('ann').send(second)
  await ann.next()
  peer('ann').cancel(second, protoo.request({ method: 'end', data: { why: 'busy' } }))
  expect(await ann.next()).toMatchObject({ method: 'end', data: { why: 'busy', sessionPath: '/s/2' } })
  const third = protoo.request({ method: 'session' })
  peer('ann').send(third)
  peer('ann').cancel(third)
  await turns()
  expect(await ann.rest()).toEqual([])
  peer('ann').cancel(third)
})

it('L20: 400 for data that cannot be sent', async () => {
  const { client, peer } = await serve()
  const ann = await client('ann')
  const data: Record<string, unknown> = {}
  data.itself = data
  const req = protoo.request({ method: 'message', data })
  peer('ann').send(req)
  expect((await answer(req))[0]).toMatchObject({ status: 400, reason: 'bad request' })
  expect(await ann.rest()).toEqual([])
})

it('L20: in the grace period requests wait, and on the reconnection all without an answer are sent in order', async () => {
  const { app, client, peer } = await serve()
  app.set('disconnection grace period', 5000)
  const ann = await client('ann')
  const send = (text: string) => peer('ann').send(protoo.request({ method: 'message', data: { text } }))
  for (const text of ['answered', 'one', 'two']) send(text)
  ann.reply(await ann.next(), 200)
  const sent = [await ann.next(), await ann.next()]
  const disconnect = once(peer('ann'), 'disconnect')
  await ann.close()
  await disconnect
  send('three')
  const again = await client('ann')
  const resent = [await again.next(), await again.next()]
  expect(resent).toEqual(sent)
  expect((await again.next()).data.text).toBe('three')
  expect(await again.rest()).toEqual([])
})

it('L20: answers are held for 10 s', async () => {
  const { app, client, peer, clock } = await serve()
  app.set('disconnection grace period', 60_000)
  const held: Request[] = []
  app.get('/x', (req) => held.push(req))
  app.get('/last', (req) => req.reply(200))
  const ann = await client('ann')
  ann.request('get', '/x')
  ann.request('get', '/x')
  await ann.ask('get', '/last')
  const disconnect = once(peer('ann'), 'disconnect')
  await ann.close()
  await disconnect
  held[0]?.reply(200, 'too early')
  clock.advance(5000)
  held[1]?.reply(200, 'in time')
  clock.advance(5001)
  const again = await client('ann')
  expect(await again.next()).toMatchObject({ id: 2, reason: 'in time' })
  expect(await again.rest()).toEqual([])
})

it('an answer to a peer that has gone is dropped', async () => {
  const { app, client, peer } = await serve()
  const got = new Promise<Request>((resolve) => app.get('/x', (req) => resolve(req)))
  const ann = await client('ann')
  ann.request('get', '/x')
  const req = await got
  peer('ann').close()
  req.reply(200)
  expect(req.ended).toBe(true)
})

it('a listener of answers that throws is reported', async () => {
  const { client, peer } = await serve()
  const error = vi.spyOn(console, 'error').mockReturnValue()
  const ann = await client('ann')
  const req = protoo.request({ method: 'message' })
  const heard = vi.fn()
  req.on('incomingResponse', () => {
    throw new Error('mine')
  })
  req.onresponse(heard)
  peer('ann').send(req)
  ann.reply(await ann.next(), 100)
  await vi.waitFor(() => expect(heard).toHaveBeenCalledTimes(1))
  expect(error).toHaveBeenCalledTimes(1)
})
