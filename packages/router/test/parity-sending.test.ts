import { once } from 'node:events'
import { expect, it, vi } from 'vitest'
import { protoo, type Request, type Response } from '../src/index.js'
import { serve, turns } from './support.js'

/** The next answer to a request that was sent to a peer. */
async function answer(req: Request): Promise<[Response, boolean]> {
  return (await once(req, 'incomingResponse')) as [Response, boolean]
}

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
