import { once } from 'node:events'
import net from 'node:net'
import { TLSSocket } from 'node:tls'
import { describe, expect, it } from 'vitest'
import { nameOf } from '../src/connection.js'
import type { ServerOptions, WebSocketTransport } from '../src/index.js'
import {
  both,
  type Client,
  connect,
  gone,
  handshake,
  type Implementation,
  lite,
  serve,
  serveRoom,
  stock,
} from './support.js'

/** A connected client and its transport, which no Peer has taken. */
async function accepted(implementation: Implementation, options: ServerOptions = {}) {
  const bed = await serve(implementation, options)
  const asked = once(bed.server, 'connectionrequest')
  const connecting = connect(bed.port)
  const [info, accept] = await asked
  const transport: WebSocketTransport = accept()
  return { ...bed, transport, info, client: await connecting }
}

describe.each(both)('%s', (_name, implementation) => {
  it('S9 a transport closes at once, with 4000 on the wire, and only once', async () => {
    const { transport, client } = await accepted(implementation)
    let closes = 0
    transport.on('close', () => closes++)
    expect(transport.closed).toBe(false)
    transport.close()
    expect(transport.closed).toBe(true)
    expect(closes).toBe(1)
    transport.close()
    expect(await client.closed).toEqual({ code: 4000, reason: 'closed by protoo-server' })
    expect(closes).toBe(1)
  })

  it('S9 a transport reads as WS:[ip]:port', async () => {
    const { transport, info } = await accepted(implementation)
    expect(String(transport)).toBe(`WS:[127.0.0.1]:${info.socket.remotePort}`)
    transport.close()
    expect(String(transport)).toMatch(/^WS:\[127\.0\.0\.1\]:\d+$/)
  })

  it('S9 a transport sends a message as it is', async () => {
    const { transport, client } = await accepted(implementation)
    await transport.send({ notification: true, method: 'x', data: {} })
    expect(await client.next()).toEqual({ notification: true, method: 'x', data: {} })
    transport.close()
    await expect(transport.send({})).rejects.toThrow('transport closed')
  })

  it('S10 ignores binary frames', async () => {
    const { port, joined } = await serveRoom(implementation)
    const client = await connect(port)
    const notified = once(await joined(), 'notification')
    client.send(Buffer.from('{"notification":true,"method":"binary"}'))
    client.send({ notification: true, method: 'text' })
    expect((await notified)[0].method).toBe('text')
  })

  it('S11 peers is a fresh array in the order of joining; hasPeer and getPeer find them', async () => {
    const { port, room, joined } = await serveRoom(implementation)
    for (const id of ['zoe', 'ann', '7', 'constructor']) {
      await connect(port, `/?peerId=${id}`)
      await joined(id)
    }
    expect(room.peers.map(({ id }) => id)).toEqual(['zoe', 'ann', '7', 'constructor'])
    expect(room.peers).not.toBe(room.peers)
    room.peers.pop()
    expect(room.peers).toHaveLength(4)
    expect(room.hasPeer('ann')).toBe(true)
    expect(room.hasPeer('bob')).toBe(false)
    expect(room.getPeer('ann')).toBe(room.peers[1])
    expect(room.getPeer('bob')).toBeUndefined()
    expect(room.closed).toBe(false)
  })

  it('S12 createPeer() without a transport is a TypeError', () => {
    const room = new implementation.Room()
    expect(() => Reflect.apply(room.createPeer, room, ['ann'])).toThrow(new TypeError('no transport given'))
    expect(room.hasPeer('ann')).toBe(false)
  })

  it.each([[''], [7], [undefined], [{}]])(
    'S12 createPeer(%j) closes the transport and throws',
    async (peerId) => {
      const { room, transport, client } = await accepted(implementation)
      const create = () => Reflect.apply(room.createPeer, room, [peerId, transport])
      expect(create).toThrow(new TypeError('peerId must be a string'))
      expect(transport.closed).toBe(true)
      expect((await client.closed).code).toBe(4000)
      expect(room.peers).toHaveLength(0)
    },
  )

  it('S12 a duplicate id closes the new transport, throws, and leaves the peer alone', async () => {
    const { server, port, room, transport, client } = await accepted(implementation)
    const peer = room.createPeer('ann', transport)
    const asked = once(server, 'connectionrequest')
    const connecting = connect(port)
    const second = (await asked)[1]()
    expect(() => room.createPeer('ann', second)).toThrow(
      new Error('there is already a Peer with same peerId [peerId:"ann"]'),
    )
    expect(second.closed).toBe(true)
    expect((await (await connecting).closed).code).toBe(4000)
    expect(room.getPeer('ann')).toBe(peer)
    await peer.notify('still here')
    expect(await client.next()).toMatchObject({ method: 'still here' })
  })

  it('S13 close() closes every peer with 4000, empties the room and says so once', async () => {
    const { port, room, joined } = await serveRoom(implementation)
    const clients = [await connect(port, '/?peerId=ann'), await connect(port, '/?peerId=bob')]
    const peers = [await joined('ann'), await joined('bob')]
    const log: string[] = []
    for (const peer of peers) peer.on('close', () => log.push(`${peer.id} ${room.hasPeer(peer.id)}`))
    room.on('close', () => log.push('room'))
    room.close()
    room.close()
    expect(log).toEqual(['ann false', 'bob false', 'room'])
    expect(room.closed).toBe(true)
    expect(room.peers).toEqual([])
    for (const { closed } of clients) expect(await closed).toMatchObject({ code: 4000 })
  })

  it('S16 a Peer on a closed transport is closed, and says so on the next tick', async () => {
    const { room, transport } = await accepted(implementation)
    transport.close()
    const peer = room.createPeer('ann', transport)
    expect(peer.closed).toBe(true)
    let closes = 0
    peer.on('close', () => closes++)
    expect(closes).toBe(0)
    await once(peer, 'close')
    expect(closes).toBe(1)
    expect(room.hasPeer('ann')).toBe(false)
  })

  it('S16 accepting a client that has hung up gives a Peer that closes', async () => {
    const { port, server, room } = await serve(implementation)
    const asked = once(server, 'connectionrequest')
    const socket = handshake(port)
    const [info, accept] = await asked
    const closed = gone(info.socket)
    socket.resetAndDestroy()
    await closed
    await once(room.createPeer('ann', accept()), 'close')
    expect(room.peers).toHaveLength(0)
  })
})

describe('server-lite, improved', () => {
  it('S9 a transport over TLS reads as WSS', () => {
    expect(nameOf(new TLSSocket(new net.Socket()))).toMatch(/^WSS:/)
  })

  it('S9 close() passes a code and a reason on, and sends what must not be retried as 4000', async () => {
    for (const [code, wire] of [
      [1012, 1012],
      [1000, 1000],
      [4321, 4321],
      [4008, 4008],
      [4001, 4000],
      [4003, 4000],
    ] as const) {
      const { transport, client } = await accepted(lite)
      const closed = once(transport, 'close')
      transport.close(code, 'why')
      expect(await closed).toEqual([{ cause: 'local', code, reason: 'why' }])
      expect(await client.closed).toEqual({ code: wire, reason: 'why' })
    }
  })

  it('S9 close() with what no close frame can carry throws and closes nothing', async () => {
    const { room, transport } = await accepted(lite)
    const peer = room.createPeer('ann', transport)
    for (const end of [peer, transport]) {
      expect(() => end.close(1006)).toThrow(RangeError)
      expect(() => Reflect.apply(end.close, end, ['4000'])).toThrow(TypeError)
      expect(() => end.close(4000, 'x'.repeat(124))).toThrow(RangeError)
    }
    expect(peer.closed).toBe(false)
    expect(transport.closed).toBe(false)
    await peer.notify('works')
  })

  it('S10 delivers frames that came before createPeer(), in order, which a stock server drops', async () => {
    for (const [implementation, first] of [
      [lite, 'early 1'],
      [stock, 'late'],
    ] as const) {
      const { room, transport, client } = await accepted(implementation)
      client.send({ notification: true, method: 'early 1' })
      client.send({ notification: true, method: 'early 2' })
      const pong = once(client.ws, 'pong')
      client.ws.ping()
      await pong
      const peer = room.createPeer('ann', transport)
      const methods: string[] = []
      const late = new Promise<void>((resolve) => {
        peer.on('notification', ({ method }) => {
          methods.push(method)
          if (method === 'late') resolve()
        })
      })
      client.send({ notification: true, method: 'late' })
      await late
      expect(methods[0]).toBe(first)
      if (implementation === lite) expect(methods).toEqual(['early 1', 'early 2', 'late'])
    }
  })

  it('S10 pauses a client that sends too much before createPeer(), and loses nothing', async () => {
    const limits = { messagesPerSecond: Number.POSITIVE_INFINITY }
    const { room, transport, client, info } = await accepted(lite, { limits })
    const total = 3000
    for (let index = 0; index < total; index++)
      client.send({ notification: true, method: 'n', data: { index, text: 'x'.repeat(1000) } })
    await once(info.socket, 'pause')
    expect(info.socket.bytesRead).toBeLessThan(1_000_000)
    const peer = room.createPeer('ann', transport)
    let next = 0
    await new Promise<void>((resolve) => {
      peer.on('notification', ({ data }) => {
        expect(data.index).toBe(next++)
        if (next === total) resolve()
      })
    })
  })

  it('S10 delivers what a client sent before it left, then close', async () => {
    const { room, transport, client, info } = await accepted(lite)
    client.send({ notification: true, method: 'bye' })
    client.ws.close(4321, 'gone')
    await once(info.socket, 'end')
    const peer = room.createPeer('ann', transport)
    const log: unknown[] = []
    peer.on('notification', ({ method }) => log.push(method))
    peer.on('close', (info) => log.push(info))
    await once(peer, 'close')
    expect(log).toEqual(['bye', { cause: 'remote', code: 4321, reason: 'gone' }])
  })

  it('S12 createPeer() on a closed room closes the transport and throws', async () => {
    const { room, transport, client } = await accepted(lite)
    room.close()
    expect(() => room.createPeer('ann', transport)).toThrow('the room is closed')
    expect((await client.closed).code).toBe(4000)
  })

  it('S12 one transport makes one peer, and a second try leaves it alone', async () => {
    const { room, transport } = await accepted(lite)
    const peer = room.createPeer('ann', transport)
    expect(() => room.createPeer('ann', transport)).toThrow('belongs to a Peer already')
    expect(() => room.createPeer('bob', transport)).toThrow('belongs to a Peer already')
    expect(peer.closed).toBe(false)
    expect(room.peers).toEqual([peer])
  })

  it('S13 a listener that throws keeps none of the others from being closed', async () => {
    const { port, room, joined } = await serveRoom(lite)
    const clients: Client[] = [await connect(port, '/?peerId=ann'), await connect(port, '/?peerId=bob')]
    const seen: string[] = []
    for (const id of ['ann', 'bob']) {
      const peer = await joined(id)
      peer.on('close', () => {
        throw new Error('first listener')
      })
      peer.on('close', () => seen.push(id))
    }
    room.on('close', () => {
      throw new Error('listener of the room')
    })
    room.close()
    expect(seen).toEqual(['ann', 'bob'])
    for (const { closed } of clients) expect(await closed).toMatchObject({ code: 4000 })
  })

  it('S16 accept() gives a closed transport when the client has hung up', async () => {
    const { port, server } = await serve(lite)
    const asked = once(server, 'connectionrequest')
    const socket = handshake(port)
    const [info, accept] = await asked
    const closed = gone(info.socket)
    socket.resetAndDestroy()
    await closed
    expect(accept().closed).toBe(true)
  })
})
