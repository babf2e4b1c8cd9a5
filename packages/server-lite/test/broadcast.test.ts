import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { Room } from '../src/index.js'
import { connect, lite, serve, serveRoom } from './support.js'

describe('room.broadcast()', () => {
  it('serialises once and reaches 50 clients but those excepted', async () => {
    const { port, room, joined } = await serveRoom(lite)
    const ids = Array.from({ length: 50 }, (_, index) => `peer${index}`)
    const clients = await Promise.all(ids.map((id) => connect(port, `/?peerId=${id}`)))
    for (const id of ids) await joined(id)
    let serialised = 0
    const data = {
      toJSON() {
        serialised++
        return { text: 'héllo' }
      },
    }
    const first = room.getPeer('peer0')
    if (!first) throw new Error('peer0 is not there')
    room.broadcast('news', data, { except: [first, 'peer1', 'nobody'] })
    expect(serialised).toBe(1)
    room.broadcast('end')
    for (const [index, client] of clients.entries()) {
      if (index > 1) {
        expect(await client.next()).toEqual({ notification: true, method: 'news', data: { text: 'héllo' } })
      }
      expect(await client.next()).toEqual({ notification: true, method: 'end', data: {} })
    }
  })

  it('takes one peer, or one id, as except', async () => {
    const { port, room, joined } = await serveRoom(lite)
    const ann = await connect(port, '/?peerId=ann')
    const bob = await connect(port, '/?peerId=bob')
    const peer = await joined('ann')
    await joined('bob')
    room.broadcast('to bob', {}, { except: peer })
    room.broadcast('to ann', {}, { except: 'bob' })
    expect(await ann.next()).toMatchObject({ method: 'to ann' })
    expect(await bob.next()).toMatchObject({ method: 'to bob' })
  })

  it('takes null for no options', async () => {
    const { port, room, joined } = await serveRoom(lite)
    const client = await connect(port)
    await joined()
    Reflect.apply(room.broadcast, room, ['news', {}, null])
    expect(await client.next()).toMatchObject({ method: 'news' })
  })

  it('keeps the order of broadcasts, notifications, pings and fragments', async () => {
    const { port, room, joined } = await serveRoom(lite, {
      fragmentationThreshold: 1000,
      keepaliveInterval: 1,
    })
    const client = await connect(port)
    const peer = await joined()
    for (let index = 0; index < 300; index++) {
      const data = { index, text: 'x'.repeat(index * 37) }
      if (index % 2) room.broadcast('n', data)
      else void peer.notify('n', data)
      // Answered with a pong in between, by ws.
      if (index % 3 === 0) client.ws.ping()
      if (index % 50 === 0) await once(client.ws, 'pong')
    }
    for (let index = 0; index < 300; index++) {
      const { data } = await client.next()
      expect(data.index).toBe(index)
      expect(data.text).toHaveLength(index * 37)
    }
  })

  it('frames for the server that each member came in through', async () => {
    const small = await serve(lite, { fragmentationThreshold: 100 })
    const large = await serve(lite, { fragmentOutgoingMessages: false })
    const room = new Room()
    small.server.on('connectionrequest', (_info, accept) => void room.createPeer('small', accept()))
    large.server.on('connectionrequest', (_info, accept) => void room.createPeer('large', accept()))
    const clients = [await connect(small.port), await connect(large.port)]
    room.broadcast('x', { text: 'x'.repeat(100_000) })
    for (const client of clients) expect((await client.next()).data.text).toHaveLength(100_000)
    room.close()
  })

  it('skips a peer whose connection is ending', async () => {
    const { port, room, joined } = await serveRoom(lite)
    const ann = await connect(port, '/?peerId=ann')
    const bob = await connect(port, '/?peerId=bob')
    const peer = await joined('ann')
    await joined('bob')
    peer.on('close', () => room.broadcast('ann left'))
    peer.close()
    expect(await bob.next()).toMatchObject({ method: 'ann left' })
    expect(await ann.closed).toMatchObject({ code: 4000 })
  })

  it('throws what cannot be sent, even with nobody there', () => {
    const room = new Room()
    expect(() => Reflect.apply(room.broadcast, room, [7])).toThrow(TypeError)
    expect(() => room.broadcast('x', { big: 1n })).toThrow(TypeError)
    room.broadcast('fine')
  })
})
