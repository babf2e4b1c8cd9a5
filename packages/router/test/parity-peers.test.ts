import { once } from 'node:events'
import { expect, it, vi } from 'vitest'
import { type Peer, protoo } from '../src/index.js'
import { type Bed, serve, turns } from './support.js'

/** What the application and its peers tell, in order. */
function record({ app }: Bed): string[] {
  const events: string[] = []
  app.on('online', (peer) => {
    events.push(`online ${peer.username}/${peer.uuid}`)
    for (const event of ['offline', 'disconnect', 'reconnect'] as const)
      peer.on(event, () => events.push(`peer ${event}`))
  })
  app.on('offline', (peer) => events.push(`offline ${peer.username}/${peer.uuid}`))
  return events
}

it('L5: the same user and device again closes the old connection with 3000, and is the same peer with new data', async () => {
  const bed = await serve()
  const events = record(bed)
  const first = await bed.client('ann')
  const peer = bed.peer('ann')
  peer.data.role = 'admin'
  const second = await bed.client('ann')
  expect(await first.closed).toEqual({ code: 3000, reason: 'online elsewhere' })
  expect(bed.peer('ann')).toBe(peer)
  expect(peer.data).toEqual({ from: 'phone' })
  await turns()
  expect(events).toEqual(['online ann/phone'])
  bed.app.all('*', (req) => req.reply(200))
  expect((await second.ask('get', '/')).status).toBe(200)
})

it('L5: another device is another peer', async () => {
  const bed = await serve()
  const events = record(bed)
  await bed.client('ann', 'phone')
  await bed.client('ann', 'desk')
  expect(events).toEqual(['online ann/phone', 'online ann/desk'])
  expect(bed.app.peers('ann')).toBe(2)
})

it('L6: without a grace period a lost connection is offline, told by the application and then by the peer', async () => {
  const bed = await serve()
  const events = record(bed)
  const ann = await bed.client('ann')
  const peer = bed.peer('ann')
  const offline = once(peer, 'offline')
  await ann.close()
  await offline
  expect(events).toEqual(['online ann/phone', 'offline ann/phone', 'peer offline'])
  expect([peer.connected, peer.online, peer.offline, peer.closed]).toEqual([false, false, true, true])
  expect(bed.app.peer('ann', 'phone')).toBeUndefined()
})

it('L6: within the grace period it is back as the same peer, and gets what waited', async () => {
  const bed = await serve()
  bed.app.set('disconnection grace period', 2000)
  const events = record(bed)
  const ann = await bed.client('ann')
  const peer = bed.peer('ann')
  const disconnect = once(peer, 'disconnect')
  await ann.close()
  await disconnect
  expect([peer.connected, peer.offline]).toEqual([false, false])
  expect(bed.app.peers('ann')).toBe(1)
  peer.send(protoo.request({ method: 'message', data: { text: 'while you were away' } }))
  bed.clock.advance(1999)
  const again = await bed.client('ann')
  expect(await again.next()).toMatchObject({ method: 'message', data: { text: 'while you were away' } })
  expect(bed.peer('ann')).toBe(peer)
  bed.clock.advance(10_000)
  expect(events).toEqual(['online ann/phone', 'peer disconnect', 'peer reconnect'])
})

it('L6: after the grace period it is offline once, and who comes then is another peer', async () => {
  const bed = await serve()
  bed.app.set('disconnect grace period', 2000)
  const events = record(bed)
  const ann = await bed.client('ann')
  const peer = bed.peer('ann')
  const disconnect = once(peer, 'disconnect')
  await ann.close()
  await disconnect
  bed.clock.advance(2000)
  bed.clock.advance(10_000)
  expect(events).toEqual(['online ann/phone', 'peer disconnect', 'offline ann/phone', 'peer offline'])
  await bed.client('ann')
  expect(bed.peer('ann')).not.toBe(peer)
  expect(events.at(-1)).toBe('online ann/phone')
  expect(bed.clock.pending).toBe(0)
})

it('L6, L7: close() of the peer is without a grace period, 1000 and told once', async () => {
  const bed = await serve()
  bed.app.set('disconnection grace period', 2000)
  const events = record(bed)
  const ann = await bed.client('ann')
  const peer = bed.peer('ann')
  peer.close()
  expect(await ann.closed).toEqual({ code: 1000, reason: 'normal closure' })
  peer.close()
  expect(events).toEqual(['online ann/phone', 'offline ann/phone', 'peer offline'])
  const ben = await bed.client('ben')
  bed.peer('ben').close(4444, 'go away')
  expect(await ben.closed).toEqual({ code: 4444, reason: 'go away' })
  const cat = await bed.client('cat')
  expect(() => bed.peer('cat').close(1006)).toThrow(RangeError)
  expect(bed.peer('cat').connected).toBe(true)
  // Away, it is over at once.
  const away = once(bed.peer('cat'), 'disconnect')
  await cat.close()
  await away
  bed.peer('cat').close()
  expect(bed.app.peers()).toBe(0)
  expect(bed.clock.pending).toBe(0)
})

it('L8: peers counts and visits those of a user, of a device, or all', async () => {
  const { app, client } = await serve()
  for (const [username, uuid] of [
    ['ann', 'phone'],
    ['ann', 'desk'],
    ['ben', 'phone'],
  ] as const)
    await client(username, uuid)
  const seen: string[] = []
  const visit = (peer: Peer) => seen.push(`${peer.username}/${peer.uuid}`)
  expect(app.peers()).toBe(3)
  expect(app.peers('ann')).toBe(2)
  expect(app.peers('ann', 'desk')).toBe(1)
  expect(app.peers('ann', 'none')).toBe(0)
  expect(app.peers('nobody')).toBe(0)
  expect(app.peers(visit)).toBe(3)
  expect(seen.splice(0)).toEqual(['ann/phone', 'ann/desk', 'ben/phone'])
  expect(app.peers('ann', visit)).toBe(2)
  expect(seen.splice(0)).toEqual(['ann/phone', 'ann/desk'])
  expect(app.peers('ann', undefined, visit)).toBe(2)
  expect(app.peers('ann', 'desk', visit)).toBe(1)
  expect(seen.splice(0)).toEqual(['ann/phone', 'ann/desk', 'ann/desk'])
  expect(() => app.peers(undefined, 'desk')).toThrow('cannot provide uuid without username')
  expect(app.peer('ann', 'desk')?.uuid).toBe('desk')
  expect(app.peer('ann', 'none')).toBeUndefined()
  expect(app.peer('__proto__', 'constructor')).toBeUndefined()
})

it('L8: a visit may close the peers', async () => {
  const { app, client } = await serve()
  await client('ann', 'phone')
  await client('ann', 'desk')
  expect(app.peers('ann', (peer) => peer.close())).toBe(2)
  expect(app.peers()).toBe(0)
})

it('L9: a peer has username, uuid, data and where it is, and says so', async () => {
  const { client, peer } = await serve()
  await client('ann')
  const ann = peer('ann')
  expect(ann).toMatchObject({ username: 'ann', uuid: 'phone', data: { from: 'phone' } })
  expect([ann.online, ann.connected, ann.offline, ann.closed]).toEqual([true, true, false, false])
  expect(String(ann)).toMatch(/^\[username:ann \| uuid:phone \| transport:WS\/127\.0\.0\.1\/\d+\]$/)
})

it('a listener that throws ends nothing, and keeps no other from hearing', async () => {
  const { app, client } = await serve()
  const error = vi.spyOn(console, 'error').mockReturnValue()
  const heard = vi.fn()
  app.on('online', () => {
    throw new Error('first')
  })
  app.on('online', heard)
  await client('ann')
  expect(heard).toHaveBeenCalledTimes(1)
  expect(error).toHaveBeenCalledTimes(1)
})
