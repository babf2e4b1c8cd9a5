import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { SessionClient } from './session-client.js'
import { answer, type Client, connect, gone, handshake, lite, serve, serveRoom } from './support.js'

describe('server.drain()', () => {
  it.each([{}, { keepalive: false }])(
    'closes clients (1012) and takes no more in (503), with %o',
    async (options) => {
      const { port, server, room, joined } = await serveRoom(lite, options)
      const clients: Client[] = []
      for (const id of ['ann', 'bob', 'cat']) {
        clients.push(await connect(port, `/?peerId=${id}`))
        await joined(id)
      }
      const dan = await connect(port, '/?peerId=dan')
      const left = once(await joined('dan'), 'close')
      dan.ws.terminate()
      await left
      const closed = room.peers.map((peer) => once(peer, 'close'))
      const done = server.drain({ spread: 20 })
      expect((await answer(handshake(port))).status).toBe(503)
      for (const client of clients)
        expect(await client.closed).toEqual({ code: 1012, reason: 'the server restarts' })
      for (const [info] of await Promise.all(closed)) expect(info.code).toBe(1012)
      await done
      expect(server.drain()).toBe(done)
      expect(room.peers).toEqual([])
    },
  )

  it('closes sessions, connected or waiting, whose clients may begin others', async () => {
    const { port, server, room, joined } = await serveRoom(lite, { session: { window: 60_000 } })
    const [ann, bob] = ['ann', 'bob'].map((id) => new SessionClient(port, { path: `/?peerId=${id}` }))
    if (!ann || !bob) throw new Error('no clients')
    for (const client of [ann, bob]) {
      await client.welcomed
      client.send({ ack: 0 })
      client.notify('hello')
    }
    const peer = await joined('bob')
    await once(peer, 'notification')
    const away = once(peer, 'disconnected')
    bob.ws.terminate()
    await away
    await server.drain({ spread: 0 })
    expect((await ann.closed).code).toBe(1012)
    expect([peer.closed, room.peers.length]).toEqual([true, 0])
  })

  it('resolves at its timeout though a client does not answer', async () => {
    const { port, server, joined } = await serveRoom(lite)
    const socket = handshake(port)
    await answer(socket)
    await joined('raw')
    const closed = gone(socket.resume())
    await server.drain({ spread: 0, timeout: 50 })
    await closed
  })

  it('refuses a client that the application had yet to decide on', async () => {
    const { port, server, room } = await serve(lite)
    const asked = once(server, 'connectionrequest')
    const socket = handshake(port)
    const [, accept] = await asked
    await server.drain()
    const peer = room.createPeer('ann', accept())
    expect(peer.closed).toBe(true)
    expect((await answer(socket)).status).toBe(503)
  })
})
