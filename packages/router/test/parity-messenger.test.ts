import { expect, it } from 'vitest'
import { protoo } from '../src/index.js'
import { serve } from './support.js'

const { messenger } = protoo.middleware

it('L21: of one device the sender gets its answers, provisional ones too', async () => {
  const { app, client } = await serve()
  app.use('/users', messenger(app))
  const ben = await client('ben')
  const ann = await client('ann')
  const id = ann.request('message', '/users/ben', { text: 'hi' })
  const request = await ben.next()
  expect(request).toEqual({
    method: 'message',
    id,
    data: { text: 'hi' },
    sender: { username: 'ann', uuid: 'phone' },
  })
  ben.reply(request, 180, 'reading')
  ben.reply(request, 299, 'read', { at: 1 })
  ben.reply(request, 200, 'once more')
  expect(await ann.next()).toEqual({ id, status: 180, reason: 'reading', data: {} })
  expect(await ann.next()).toEqual({ id, status: 299, reason: 'read', data: { at: 1 } })
  expect(await ann.rest()).toEqual([])
})

it('L21: of several devices it gets 200, and all of them the message', async () => {
  const { app, client } = await serve()
  app.use('/users', messenger(app))
  const phone = await client('ben', 'phone')
  const desk = await client('ben', 'desk')
  const ann = await client('ann')
  expect(await ann.ask('message', '/users/ben', { text: 'hi' })).toMatchObject({
    status: 200,
    reason: 'message sent to 2 peers',
  })
  for (const device of [phone, desk]) {
    const request = await device.next()
    expect(request.data).toEqual({ text: 'hi' })
    device.reply(request, 200)
  }
  expect(await ann.rest()).toEqual([])
  // To one of the two.
  ann.request('message', '/users/ben/desk', { text: 'there' })
  const request = await desk.next()
  desk.reply(request, 200, 'at my desk')
  expect((await ann.next()).reason).toBe('at my desk')
  expect(await phone.rest()).toEqual([])
})

it('L21: 404 when there is nobody, other methods are not for it, and the path is an option', async () => {
  const { app, client } = await serve()
  app.use('/users', messenger(app))
  app.use('/people', messenger(app, { path: '/:username' }))
  app.use('/odd', messenger(app, { path: '/:somebody' }))
  const ann = await client('ann')
  expect(await ann.ask('message', '/users/ben')).toMatchObject({ status: 404, reason: 'peer not found' })
  expect(await ann.ask('message', '/users/__proto__/constructor')).toMatchObject({ status: 404 })
  expect(await ann.ask('put', '/users/ann')).toMatchObject({ reason: 'no handler for put at /users/ann' })
  expect(await ann.ask('message', '/people/ann/phone')).toMatchObject({
    reason: expect.stringContaining('no handler'),
  })
  expect(await ann.ask('message', '/odd/ann')).toMatchObject({ status: 404, reason: 'peer not found' })
})

it('L20, L21: who does not answer in time is answered for', async () => {
  const { app, client, clock } = await serve()
  app.use('/users', messenger(app))
  const ben = await client('ben')
  const ann = await client('ann')
  ann.request('message', '/users/ben')
  await ben.next()
  clock.advance(10_000)
  expect(await ann.next()).toMatchObject({ status: 408, reason: 'sending timeout' })
})
