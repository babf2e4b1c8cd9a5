import { once } from 'node:events'
import { expect, it, vi } from 'vitest'
import type { Session, SessionHandlerOptions } from '../src/index.js'
import { protoo } from '../src/index.js'
import { type Bed, type Client, serve } from './support.js'

const { sessionHandler } = protoo.middleware

interface Call {
  ann: Client
  ben: Client
  /** What the callee got. */
  offer: { id: number }
  path: string
  session: Session
  /** What the session told. */
  events: string[]
}

/** Ann calls Ben, who has been told. */
async function call(bed: Bed, options: SessionHandlerOptions = {}): Promise<Call> {
  const { app, client } = bed
  const events: string[] = []
  const created = new Promise<Session>((resolve) => {
    app.use(
      '/users',
      sessionHandler(app, {
        ...options,
        onsession(session) {
          for (const event of ['progress', 'open', 'close'] as const)
            session.on(event, () => events.push(event))
          resolve(session)
        },
      }),
    )
  })
  const ann = await client('ann')
  const ben = await client('ben')
  const connecting = await ann.ask('session', '/users/ben/phone', { sdp: 'offer' })
  expect(connecting).toMatchObject({ status: 100, reason: 'connecting' })
  const path = connecting.data.sessionPath
  expect(path).toMatch(/^\/users\/sessions\/[\w-]{16}$/)
  const offer = await ben.next()
  expect(offer).toMatchObject({
    method: 'session',
    data: { sdp: 'offer', sessionPath: path },
    sender: { username: 'ann', uuid: 'phone' },
  })
  return { ann, ben, offer, path, session: await created, events }
}

async function opened(bed: Bed, options?: SessionHandlerOptions): Promise<Call> {
  const made = await call(bed, options)
  made.ben.reply(made.offer, 200, 'OK', { sdp: 'answer' })
  expect(await made.ann.next()).toMatchObject({ status: 200, data: { sdp: 'answer' } })
  return made
}

it('L22: it is offered, progresses and opens; both send in it; the end is forwarded', async () => {
  const bed = await serve()
  const { ann, ben, offer, path, session, events } = await call(bed)
  expect(session.status).toBe('connecting')
  ben.reply(offer, 180, 'ringing')
  expect(await ann.next()).toMatchObject({ status: 180, reason: 'ringing' })
  ben.reply(offer, 183)
  expect(await ann.next()).toMatchObject({ status: 183 })
  expect(session.status).toBe('progress')
  ben.reply(offer, 200, 'OK', { sdp: 'answer' })
  expect(await ann.next()).toMatchObject({ status: 200, data: { sdp: 'answer' } })
  expect(session.status).toBe('open')
  expect([session.peerA, session.peerB]).toEqual([bed.peer('ann'), bed.peer('ben')])

  for (const [from, to, method] of [
    [ann, ben, 'icecandidate'],
    [ben, ann, 'hold'],
    [ann, ben, 'anything'],
  ] as const) {
    from.request(method, path, { a: 1 })
    const request = await to.next()
    expect(request).toMatchObject({ method, data: { a: 1, sessionPath: path } })
    to.reply(request, 202, 'fine')
    expect(await from.next()).toMatchObject({ status: 202, reason: 'fine' })
  }

  expect(await ben.ask('end', path, { why: 'bye' })).toMatchObject({ status: 200, reason: 'session ended' })
  expect(await ann.next()).toMatchObject({ method: 'end', data: { why: 'bye', sessionPath: path } })
  expect(events).toEqual(['progress', 'open', 'close'])
  expect(session.status).toBe('closed')
  expect(await ann.ask('end', path)).toMatchObject({ status: 404, reason: 'session closed' })
  expect(bed.peer('ann').listenerCount('offline')).toBe(0)
})

it('L22: a callee who refuses closes it', async () => {
  const { ann, ben, offer, events } = await call(await serve())
  ben.reply(offer, 486, 'busy')
  expect(await ann.next()).toMatchObject({ status: 486, reason: 'busy' })
  expect(events).toEqual(['close'])
})

it('L22: the caller may cancel it while it is not open, the callee may not end it', async () => {
  const { ann, ben, offer, path, events } = await call(await serve())
  ben.reply(offer, 180)
  await ann.next()
  expect(await ben.ask('end', path)).toMatchObject({
    status: 400,
    reason: 'cannot send "end" on a non open session',
  })
  const end = ann.request('end', path)
  const answers = [await ann.next(), await ann.next()]
  expect(answers).toContainEqual({ id: end, status: 200, reason: 'session canceled', data: {} })
  expect(answers).toContainEqual(expect.objectContaining({ id: 1, status: 487, reason: 'canceled' }))
  expect(await ben.next()).toMatchObject({ method: 'end', data: { sessionPath: path } })
  expect(events).toEqual(['progress', 'close'])
})

it('L22: 404 for nobody, 400 without the ids, 404 for no session', async () => {
  const { app, client } = await serve()
  app.use('/users', sessionHandler(app))
  app.use('/by-name', sessionHandler(app, { path: '/:username' }))
  const ann = await client('ann')
  expect(await ann.ask('session', '/users/ben/phone')).toMatchObject({
    status: 404,
    reason: 'peer not found',
  })
  expect(await ann.ask('session', '/by-name/ben')).toMatchObject({ status: 400 })
  expect(await ann.ask('end', '/users/sessions/none')).toMatchObject({
    status: 404,
    reason: 'session not found',
  })
  expect(await ann.ask('end', '/users/sessions/__proto__')).toMatchObject({ status: 404 })
})

it('L22: a session in a session is 404 with the default path, 403 with another', async () => {
  const bed = await serve()
  const { ann, path } = await opened(bed)
  expect(await ann.ask('session', path)).toMatchObject({ status: 404, reason: 'peer not found' })
  const other = await serve()
  other.app.use('/users', sessionHandler(other.app, { path: '/at/:username/:uuid' }))
  const cat = await other.client('cat')
  const dan = await other.client('dan')
  const { data } = await cat.ask('session', '/users/at/dan/phone')
  dan.reply(await dan.next(), 200)
  await cat.next()
  expect(await cat.ask('session', data.sessionPath)).toMatchObject({ status: 403, reason: 'invalid method' })
})

it('L22: it is nobody else’s', async () => {
  const bed = await serve()
  const { ann, ben, path } = await opened(bed)
  const eve = await bed.client('eve')
  expect(await eve.ask('end', path)).toMatchObject({ status: 404, reason: 'session not found' })
  expect(await eve.ask('message', path)).toMatchObject({ status: 404 })
  expect(await ann.rest()).toEqual([])
  expect(await ben.rest()).toEqual([])
})

it('L22: onsession may answer first, and then nothing is offered', async () => {
  const { app, client } = await serve()
  app.use(
    '/users',
    sessionHandler(app, {
      onsession(session, req) {
        expect(session.req).toBe(req)
        req.reply(403, 'not you')
      },
    }),
  )
  const ben = await client('ben')
  const ann = await client('ann')
  expect(await ann.ask('session', '/users/ben/phone')).toMatchObject({ status: 403, reason: 'not you' })
  expect(await ben.rest()).toEqual([])
})

it('L22: a callee who goes while it rings is 410 to the caller', async () => {
  const bed = await serve()
  const { ann, ben, events } = await call(bed)
  await ben.close()
  expect(await ann.next()).toMatchObject({ status: 410, reason: 'peer offline' })
  expect(events).toEqual(['close'])
})

it('L22: a caller who goes while it rings cancels it', async () => {
  const bed = await serve()
  const { ann, ben, path, session } = await call(bed)
  const closed = once(session, 'close')
  await ann.close()
  expect(await ben.next()).toMatchObject({ method: 'end', data: { sessionPath: path } })
  await closed
})

it.each(['ann', 'ben'] as const)('L22: when %s goes while it is open, the other gets end', async (who) => {
  const bed = await serve()
  const made = await opened(bed)
  const stays = who === 'ann' ? made.ben : made.ann
  await made[who].close()
  expect(await stays.next()).toMatchObject({ method: 'end', data: { sessionPath: made.path } })
  expect(made.events).toEqual(['open', 'close'])
})

it('L22: in the grace period it goes on', async () => {
  const bed = await serve()
  bed.app.set('disconnection grace period', 5000)
  const { ann, ben, path, events } = await opened(bed)
  const disconnect = once(bed.peer('ben'), 'disconnect')
  await ben.close()
  await disconnect
  ann.request('update', path, { a: 1 })
  const again = await bed.client('ben')
  const request = await again.next()
  expect(request).toMatchObject({ method: 'update', data: { a: 1 } })
  again.reply(request, 200)
  expect(await ann.next()).toMatchObject({ status: 200 })
  expect(events).toEqual(['open'])
})

it('L20, L22: nobody picks up for 120 s', async () => {
  const bed = await serve()
  const { ann, ben, path, events } = await call(bed)
  bed.clock.advance(120_000)
  expect(await ann.next()).toMatchObject({ status: 408 })
  expect(await ben.next()).toMatchObject({ method: 'end', data: { sessionPath: path } })
  expect(events).toEqual(['close'])
})

it('one may call oneself, and hang up', async () => {
  const { app, client } = await serve()
  app.use('/users', sessionHandler(app))
  const ann = await client('ann')
  const { data } = await ann.ask('session', '/users/ann/phone')
  expect(await ann.next()).toMatchObject({ method: 'session' })
  ann.request('end', data.sessionPath)
  const rest = [await ann.next(), await ann.next(), await ann.next()]
  expect(rest.map(({ status, method }) => status ?? method).sort()).toEqual([200, 487, 'end'])
})

it('a caller has at most so many at a time', async () => {
  const bed = await serve()
  const { ann, ben, offer } = await call(bed, { maxSessions: 1 })
  expect(await ann.ask('session', '/users/ben/phone')).toMatchObject({ status: 429 })
  ben.reply(offer, 486)
  await ann.next()
  expect(await ann.ask('session', '/users/ben/phone')).toMatchObject({ status: 100 })
})

it('an onsession that throws is reported, and the session offered', async () => {
  const { app, client } = await serve()
  const error = vi.spyOn(console, 'error').mockReturnValue()
  app.use('/users', sessionHandler(app, { onsession: () => Promise.reject(new Error('mine')) }))
  const ben = await client('ben')
  const ann = await client('ann')
  expect(await ann.ask('session', '/users/ben/phone')).toMatchObject({ status: 100 })
  await ben.next()
  expect(error).toHaveBeenCalledTimes(1)
})
