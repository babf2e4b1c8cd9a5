import { once } from 'node:events'
import { expect, it, vi } from 'vitest'
import { type Peer, protoo, type Room } from '../src/index.js'
import { type Bed, type Client, serve } from './support.js'

const { roomHandler } = protoo.middleware

/** An application whose rooms accept everybody but eve. */
async function rooms(): Promise<Bed & { made: Room[]; events: string[] }> {
  const bed = await serve()
  const made: Room[] = []
  const events: string[] = []
  bed.app.use(
    '/rooms',
    roomHandler(bed.app, {
      onroom(room, req) {
        made.push(room)
        expect(req.method).toBe('session')
        room.on('joinrequest', async (peer, data, accept, reject) => {
          await null
          if (peer.username === 'eve') reject()
          else if (peer.username === 'mal') reject(423, 'locked')
          else accept({ welcome: data.name })
          reject()
        })
        for (const event of ['addpeer', 'removepeer'] as const)
          room.on(event, ({ username }: Peer) => events.push(`${event} ${username}`))
        room.on('close', () => events.push('close'))
      },
    }),
  )
  return { ...bed, made, events }
}

async function join(client: Client, room = 'lobby'): Promise<void> {
  expect(await client.ask('session', `/rooms/${room}`)).toMatchObject({ status: 200 })
}

it('L23: the first who asks makes the room; accept answers 200 OK with the path, reject 403 rejected', async () => {
  const { client, made, events } = await rooms()
  const ann = await client('ann')
  expect(await ann.ask('session', '/rooms/lobby', { name: 'Ann' })).toMatchObject({
    status: 200,
    reason: 'OK',
    data: { welcome: 'Ann', sessionPath: '/rooms/lobby' },
  })
  const eve = await client('eve')
  expect(await eve.ask('session', '/rooms/lobby')).toMatchObject({ status: 403, reason: 'rejected' })
  const mal = await client('mal')
  expect(await mal.ask('session', '/rooms/lobby')).toMatchObject({ status: 423, reason: 'locked' })
  const ben = await client('ben')
  await join(ben)
  expect(made).toHaveLength(1)
  expect(made[0]).toMatchObject({ id: 'lobby', path: '/rooms/lobby', closed: false })
  expect(made[0]?.peers.map(({ username }) => username)).toEqual(['ann', 'ben'])
  expect(events).toEqual(['addpeer ann', 'addpeer ben'])
  expect(await ben.rest()).toEqual([])
})

it('L23: who is in cannot come in again, who is not has no say', async () => {
  const { client } = await rooms()
  const ann = await client('ann')
  await join(ann)
  expect(await ann.ask('session', '/rooms/lobby')).toMatchObject({
    status: 500,
    reason: 'peer already exists in the room',
  })
  const eve = await client('eve')
  for (const method of ['end', 'private', 'custom', 'message'])
    expect(await eve.ask(method, '/rooms/lobby')).toMatchObject({ status: 481 })
  expect(await eve.ask('message', '/rooms/none')).toMatchObject({ status: 404, reason: 'room not found' })
})

it('L23: end leaves, and so does going offline; an empty room closes', async () => {
  const { client, made, events } = await rooms()
  const ann = await client('ann')
  const ben = await client('ben')
  await join(ann)
  await join(ben)
  expect(await ann.ask('end', '/rooms/lobby')).toMatchObject({ status: 200, reason: 'OK' })
  const closed = once(made[0] as Room, 'close')
  await ben.close()
  await closed
  expect(events).toEqual(['addpeer ann', 'addpeer ben', 'removepeer ann', 'removepeer ben', 'close'])
  await join(ann)
  expect(made).toHaveLength(2)
})

it('L23: private goes to one other member', async () => {
  const { client } = await rooms()
  const ann = await client('ann')
  const ben = await client('ben')
  await join(ann)
  await join(ben)
  ann.request('private', '/rooms/lobby', { text: 'psst', peer: { username: 'ben', uuid: 'phone' } })
  const request = await ben.next()
  expect(request).toMatchObject({
    method: 'private',
    data: { text: 'psst', sessionPath: '/rooms/lobby', sender: { username: 'ann', uuid: 'phone' } },
  })
  ben.reply(request, 200, 'heard')
  expect(await ann.next()).toMatchObject({ status: 200, reason: 'heard' })
  await client('eve')
  for (const peer of [
    undefined,
    null,
    'ben',
    {},
    { username: 'ben', uuid: 'none' },
    { username: 'eve', uuid: 'phone' },
  ])
    expect(await ann.ask('private', '/rooms/lobby', { peer })).toMatchObject({
      status: 404,
      reason: 'destination peer does not exist',
    })
})

it('L23: custom is the application’s, all else 405', async () => {
  const { client, made } = await rooms()
  const ann = await client('ann')
  await join(ann)
  expect(await ann.ask('custom', '/rooms/lobby')).toMatchObject({
    status: 405,
    reason: 'method not implemented',
  })
  made[0]?.on('custom', (req, peer) => req.reply(200, `${peer.username} votes ${req.data.for}`))
  expect(await ann.ask('custom', '/rooms/lobby', { for: 'tea' })).toMatchObject({
    status: 200,
    reason: 'ann votes tea',
  })
  expect(await ann.ask('update', '/rooms/lobby')).toMatchObject({ status: 405 })
})

it('L23: send, sendToAll, removePeer and close', async () => {
  const { client, made, peer, events } = await rooms()
  const ann = await client('ann')
  const ben = await client('ben')
  const cat = await client('cat')
  for (const each of [ann, ben, cat]) await join(each)
  const room = made[0] as Room

  const req = room.send(peer('ann'), 'news', { a: 1 })
  const answered = once(req, 'incomingResponse')
  const news = await ann.next()
  expect(news).toMatchObject({ method: 'news', data: { a: 1, sessionPath: '/rooms/lobby' } })
  ann.reply(news, 200)
  expect((await answered)[0].status).toBe(200)

  const sent = room.sendToAll(peer('ann'), 'said', { text: 'hi' })
  expect(sent.map(({ peer }) => peer.username)).toEqual(['ben', 'cat'])
  for (const each of [ben, cat])
    expect(await each.next()).toMatchObject({
      method: 'said',
      data: { text: 'hi' },
      sender: { username: 'ann' },
    })

  room.removePeer(peer('ben'))
  expect(await ben.next()).toMatchObject({ method: 'end', data: { sessionPath: '/rooms/lobby' } })
  expect(room.hasPeer(peer('ben'))).toBe(false)
  expect(() => room.send(peer('ben'), 'news')).toThrow('not in the room')
  room.removePeer(peer('ben'))

  room.close()
  for (const each of [ann, cat]) expect(await each.next()).toMatchObject({ method: 'end' })
  room.close()
  expect(() => room.send(peer('ann'), 'news')).toThrow('closed')
  expect(() => room.sendToAll(peer('ann'), 'news')).toThrow('closed')
  expect(events.filter((event) => event === 'close')).toHaveLength(1)
  expect(await ann.ask('message', '/rooms/lobby')).toMatchObject({ status: 404 })
  expect(peer('ann').listenerCount('offline')).toBe(0)
})

it('L23: a room that nobody decides for is not come into, and leaves nothing behind', async () => {
  const { app, client } = await serve()
  const made: Room[] = []
  app.use('/rooms', roomHandler(app, { onroom: (room) => made.push(room) }))
  const ann = await client('ann')
  for (let index = 0; index < 10; index++)
    expect(await ann.ask('session', `/rooms/${index}`)).toMatchObject({ status: 403 })
  expect(made.every(({ closed }) => closed)).toBe(true)
})

it('L23: a decision that comes when the peer has gone changes nothing', async () => {
  const { app, client, peer } = await serve()
  const error = vi.spyOn(console, 'error')
  let accept = (): void => {}
  let room: Room | undefined
  const asked = new Promise<void>((resolve) => {
    app.use(
      '/rooms',
      roomHandler(app, {
        onroom(made) {
          room = made
          made.on('joinrequest', (_peer, _data, take) => {
            accept = take
            resolve()
          })
        },
      }),
    )
  })
  const ann = await client('ann')
  ann.request('session', '/rooms/lobby')
  await asked
  peer('ann').close()
  accept()
  expect(room?.peers).toEqual([])
  expect(room?.closed).toBe(true)
  expect(error).not.toHaveBeenCalled()
})
