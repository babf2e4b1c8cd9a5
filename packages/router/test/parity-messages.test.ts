import { once } from 'node:events'
import { expect, it } from 'vitest'
import { protoo } from '../src/index.js'
import { serve } from './support.js'

it('L10: what is no message is ignored, and what follows is not', async () => {
  const { app, client, peer } = await serve()
  app.all('*', (req) => req.reply(200))
  const ann = await client('ann')
  const errors: string[] = []
  peer('ann').on('protocolerror', ({ code }) => errors.push(code))
  const invalid = [
    'null',
    '[]',
    '1',
    '"x"',
    '{',
    '',
    '{}',
    { method: 'get', path: '/' },
    { method: 'get', path: '/', id: 0 },
    { method: 'get', path: '/', id: -1 },
    { method: 'get', path: '/', id: 1.5 },
    { method: 'get', path: '/', id: '' },
    { method: 'get', path: '/', id: null },
    { method: 'get', id: 1 },
    { method: 'get', path: 'x', id: 1 },
    { method: 'get', path: 1, id: 1 },
    { method: 1, path: '/', id: 1 },
    { method: 'get', path: '/', id: 1, data: 'x' },
    { method: 'get', path: '/', id: 1, data: [] },
    { status: 99, id: 1 },
    { status: 700, id: 1 },
    { status: 200.5, id: 1 },
    { status: '200', id: 1 },
    { status: 200, id: 1, reason: 1 },
  ]
  for (const frame of invalid) ann.send(frame)
  ann.send(Buffer.from('{"method":"get","path":"/","id":2}'))
  expect(await ann.ask('get', '/')).toEqual({ id: 1, status: 200, reason: '', data: {} })
  expect(await ann.rest()).toEqual([])
  expect(errors).toHaveLength(invalid.length + 1)
  expect(errors).toContain('BINARY_FRAME')
})

it('L10: ids may be strings, as the documents write them', async () => {
  const { app, client } = await serve()
  app.message('/x', (req) => req.reply(200, String(req.id)))
  const ann = await client('ann')
  ann.send({ method: 'message', path: '/x', id: 'jhk3ghj9sd' })
  expect(await ann.next()).toEqual({ id: 'jhk3ghj9sd', status: 200, reason: 'jhk3ghj9sd', data: {} })
})

it('L10: fields that do not belong are removed, a sender of the client’s own with them', async () => {
  const { app, client, peer } = await serve()
  const ben = await client('ben', 'desk')
  const ann = await client('ann')
  let seen: object = {}
  app.message('/ben', (req) => {
    seen = { ...req }
    expect(req.sender).toEqual({ username: 'ann', uuid: 'phone' })
    expect(req.peer).toBe(peer('ann'))
    peer('ben', 'desk').send(req)
  })
  ann.send({
    method: 'message',
    path: '/ben',
    id: 7,
    data: { a: 1 },
    sender: { username: 'eve', uuid: 'x' },
    status: 200,
    reason: 'x',
    extra: true,
  })
  expect(await ben.next()).toEqual({
    method: 'message',
    id: 7,
    data: { a: 1 },
    sender: { username: 'ann', uuid: 'phone' },
  })
  expect(Object.keys(seen)).not.toContain('extra')
  expect(Object.keys(seen)).not.toContain('status')
})

it('L11: an outgoing request has no path, a response has defaults, and only the server says who sent it', async () => {
  const { app, client, peer } = await serve()
  app.message('/x', (req) => req.reply(200))
  const ann = await client('ann')
  const own = protoo.request({ method: 'message', data: { text: 'hi' } })
  peer('ann').send(own)
  expect(await ann.next()).toEqual({ method: 'message', id: own.id, data: { text: 'hi' } })
  peer('ann').send(protoo.request({ method: 'hold', sender: { username: 'ben', uuid: 'desk' } }))
  expect(await ann.next()).toMatchObject({
    method: 'hold',
    data: {},
    sender: { username: 'ben', uuid: 'desk' },
  })
  const id = ann.request('message', '/x')
  expect(await ann.next()).toEqual({ status: 200, reason: '', id, data: {} })
})

it('L12: methods that nobody knows are routed, and answered 404 with the path as it was sent', async () => {
  const { app, client } = await serve()
  app.use('/users', app.Router())
  const ann = await client('ann')
  expect(await ann.ask('juggle', '/users/ben')).toMatchObject({
    status: 404,
    reason: 'no handler for juggle at /users/ben',
  })
  expect(await ann.ask('constructor', '/')).toMatchObject({
    status: 404,
    reason: 'no handler for constructor at /',
  })
  expect(await ann.ask('__proto__', '/')).toMatchObject({ status: 404 })
})

it('responses that nobody asked for are ignored', async () => {
  const { app, client, peer } = await serve()
  app.all('*', (req) => req.reply(200))
  const ann = await client('ann')
  ann.send({ id: 12345, status: 200 })
  const own = protoo.request({ method: 'message' })
  const answers: number[] = []
  own.on('incomingResponse', ({ status }) => answers.push(status))
  const first = once(own, 'incomingResponse')
  peer('ann').send(own)
  const request = await ann.next()
  ann.reply(request, 200)
  ann.reply(request, 200)
  ann.reply(request, 100)
  await first
  await ann.ask('get', '/')
  expect(answers).toEqual([200])
})
