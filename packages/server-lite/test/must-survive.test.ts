import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import net from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type Bed, type Client, connect, gone, handshake, lite, serve, serveRoom, turns } from './support.js'

/** A stock server in a process of its own, in whose room everybody gets the id of the URL, unguarded. */
const STOCK = `
  const http = require('node:http')
  const { Room, WebSocketServer } = require(${JSON.stringify(createRequire(import.meta.url).resolve('protoo-server'))})
  const room = new Room()
  const server = http.createServer()
  new WebSocketServer(server).on('connectionrequest', ({ request }, accept) => {
    const peer = room.createPeer(request.url, accept())
    peer.on('notification', async () => { throw new Error('async listener') })
    peer.on('request', async () => { throw new Error('async listener') })
    if (request.url === '/throw') throw new Error('after accept')
  })
  server.listen(0, '127.0.0.1', () => console.log(server.address().port))
`

async function stockProcess() {
  const child = spawn(process.execPath, ['-e', STOCK], { stdio: ['ignore', 'pipe', 'ignore'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const exited = once(child, 'exit').then(([code]) => code)
  const [output] = await once(child.stdout, 'data')
  return { port: Number(output), exited }
}

/** The server goes on: a new client gets an answer. */
async function expectAlive({ port }: Pick<Bed, 'port'>) {
  const client = await connect(port, '/?peerId=alive')
  client.send({ request: true, id: 1, method: 'anyone?' })
  expect(await client.next()).toMatchObject({ id: 1, errorCode: 501 })
}

describe('S18 what ends the process of a stock server', () => {
  it.each<[string, (port: number) => Promise<unknown>]>([
    ['the text frame null', async (port) => (await connect(port)).send('null')],
    [
      'a second client with the same id',
      async (port) => [await connect(port, '/a'), await connect(port, '/a')],
    ],
    ['a listener that throws after accept()', (port) => connect(port, '/throw')],
    [
      'a notification whose async listener rejects',
      async (port) => (await connect(port)).send({ notification: true, method: 'x' }),
    ],
    [
      'a request whose async listener rejects',
      async (port) => (await connect(port)).send({ request: true, id: 1, method: 'x' }),
    ],
  ])('%s', async (_what, provoke) => {
    const { port, exited } = await stockProcess()
    // The process may be gone before the client was let in.
    provoke(port).catch(() => {})
    expect(await exited).toBe(1)
  })
})

describe('S18 the server survives', () => {
  it.each([
    ['null', 'null'],
    ['garbage', '\u0000\ufffd{{{'],
    ['nothing', ''],
    ['a binary frame', Buffer.from([0, 255, 1])],
    ['hostile keys', '{"__proto__":{"request":true},"constructor":1}'],
    ['deep nesting', '['.repeat(200_000)],
    ['a request with a method of Object.prototype', '{"request":true,"id":1,"method":"constructor"}'],
    ['a reason that is no text', '{"response":true,"id":1,"errorReason":{"toString":1}}'],
    [
      'a reason nested too deep',
      `{"response":true,"id":1,"errorReason":${'['.repeat(90_000)}${']'.repeat(90_000)}}`,
    ],
    ['a response with an id of Object.prototype', '{"response":true,"id":"__proto__"}'],
  ])('%s as a frame, and the connection as well', async (_what, frame) => {
    const bed = await serveRoom(lite)
    const client = await connect(bed.port)
    const peer = await bed.joined()
    const notified = once(peer, 'notification')
    client.send(frame)
    client.send({ notification: true, method: 'still there' })
    await notified
    await expectAlive(bed)
  })

  it.each([
    ['text that is not UTF-8', [0x81, 0x82, 0, 0, 0, 0, 0xff, 0xff], 1007],
    ['an unmasked frame', [0x81, 0x01, 0x41], 1002],
    ['a reserved bit', [0xc1, 0x80, 0, 0, 0, 0], 1002],
    ['an unknown opcode', [0x83, 0x80, 0, 0, 0, 0], 1002],
    ['a frame of 2^63 bytes', [0x81, 0xff, 0x7f, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0], 1009],
  ])('%s, closing with the code of RFC 6455', async (_what, bytes, code) => {
    const bed = await serveRoom(lite)
    const socket = handshake(bed.port)
    const peer = await bed.joined('raw')
    const chunks: Buffer[] = []
    socket.on('data', (chunk) => chunks.push(chunk))
    const closed = once(peer, 'close')
    socket.write(Buffer.from(bytes))
    await once(socket, 'end')
    socket.end()
    await closed
    const frame = Buffer.concat(chunks).subarray(-4)
    expect(frame.subarray(0, 2)).toEqual(Buffer.from([0x88, 2]))
    expect([code, 1009]).toContain(frame.readUInt16BE(2))
    expect(bed.room.hasPeer('raw')).toBe(false)
    await expectAlive(bed)
  })

  it('a duplicate id in an unguarded listener: 4000, and the first peer stays', async () => {
    const bed = await serveRoom(lite)
    const first = await connect(bed.port)
    const peer = await bed.joined()
    const second = await connect(bed.port)
    expect(await second.closed).toMatchObject({ code: 4000 })
    await peer.notify('you stay')
    expect(await first.next()).toMatchObject({ method: 'you stay' })
    await expectAlive(bed)
  })

  it.each(['sync', 'async'])('a listener that throws after accept() (%s): 1011', async (kind) => {
    const { port, server } = await serve(lite)
    server.on('connectionrequest', (_info, accept) => {
      accept()
      if (kind === 'async') return Promise.reject(new Error('oops'))
      throw new Error('oops')
    })
    const client = await connect(port)
    expect(await client.closed).toEqual({ code: 1011, reason: 'connectionrequest listener failed' })
  })

  it('a listener that throws after createPeer(): the peer stays', async () => {
    const { port, server, room } = await serve(lite)
    server.on('connectionrequest', (_info, accept) => {
      room.createPeer('ann', accept()).on('request', (_request, answer) => answer({ fine: true }))
      throw new Error('oops')
    })
    const client = await connect(port)
    client.send({ request: true, id: 1, method: 'x' })
    expect(await client.next()).toMatchObject({ data: { fine: true } })
  })

  it('listeners that throw or reject, of every event', async () => {
    const bed = await serveRoom(lite)
    const client = await connect(bed.port)
    const peer = await bed.joined()
    const seen: string[] = []
    for (const event of ['notification', 'protocolerror', 'close'] as const) {
      peer.on(event, () => {
        throw new Error(event)
      })
      peer.on(event, () => Promise.reject(new Error(event)))
      peer.on(event, () => seen.push(event))
    }
    client.send({ notification: true, method: 'x' })
    client.send('null')
    const pong = once(client.ws, 'pong')
    client.ws.ping()
    await pong
    peer.close()
    expect(seen).toEqual(['notification', 'protocolerror', 'close'])
    await expectAlive(bed)
  })

  it('answers that cannot be serialised: 500', async () => {
    const bed = await serveRoom(lite)
    const client = await connect(bed.port)
    const peer = await bed.joined()
    peer.on('request', (_request, accept) => accept({ big: 1n }))
    client.send({ request: true, id: 1, method: 'x' })
    expect(await client.next()).toMatchObject({ ok: false, errorCode: 500 })
    await expect(peer.request('x', { big: 1n })).rejects.toThrow(TypeError)
    await expect(peer.notify('x', { big: 1n })).rejects.toThrow(TypeError)
  })

  it('an answer given after the connection is gone', async () => {
    const bed = await serveRoom(lite)
    const client = await connect(bed.port)
    const peer = await bed.joined()
    const requested = once(peer, 'request')
    client.send({ request: true, id: 1, method: 'x' })
    const [, accept] = await requested
    const closed = once(peer, 'close')
    client.ws.terminate()
    await closed
    expect(() => accept({})).not.toThrow()
  })
})

describe('S18 the server survives a connection reset', () => {
  it('in the middle of the handshake', async () => {
    const bed = await serveRoom(lite)
    const connected = once(bed.http, 'connection')
    const socket = net.connect(bed.port, '127.0.0.1')
    socket.write('GET / HTTP/1.1\r\nUpgrade: webso')
    const [serverSide] = await connected
    const closed = gone(serverSide)
    socket.resetAndDestroy()
    await closed
    await expectAlive(bed)
  })

  it.each(['accept', 'reject'] as const)('before %s()', async (reply) => {
    const { port, server, room } = await serve(lite)
    const asked = once(server, 'connectionrequest')
    const socket = handshake(port)
    const [info, accept, reject] = await asked
    const closed = gone(info.socket)
    socket.resetAndDestroy()
    await closed
    if (reply === 'reject') reject(403, 'no')
    else {
      const peer = room.createPeer('ann', accept())
      await expect(peer.notify('x')).rejects.toThrow()
      await once(peer, 'close')
    }
    server.on('connectionrequest', (_info, accept) => void room.createPeer('alive', accept()))
    await expectAlive({ port })
  })

  it('right after the handshake, before it is read', async () => {
    const { port, server, room } = await serve(lite)
    const closes: Promise<unknown>[] = []
    server.on('connectionrequest', (_info, accept) => {
      closes.push(once(room.createPeer(`peer ${closes.length}`, accept()), 'close'))
    })
    for (let round = 0; round < 20; round++) {
      const asked = once(server, 'connectionrequest')
      const socket = handshake(port)
      await asked
      socket.resetAndDestroy()
    }
    await Promise.all(closes)
    expect(room.peers).toHaveLength(0)
    const client = await connect(port)
    expect(client.ws.readyState).toBe(client.ws.OPEN)
  })

  it('between accept() and createPeer()', async () => {
    const { port, server, room } = await serve(lite)
    const asked = once(server, 'connectionrequest')
    const socket = handshake(port)
    const [info, accept] = await asked
    const transport = accept()
    const closed = gone(info.socket)
    socket.resetAndDestroy()
    await closed
    await turns()
    expect(transport.closed).toBe(true)
    await once(room.createPeer('ann', transport), 'close')
    expect(room.peers).toHaveLength(0)
  })

  it('while it is writing, closing, or being closed', async () => {
    const bed = await serveRoom(lite)
    for (const during of ['write', 'close', 'remote close', 'half a frame']) {
      const client = await connect(bed.port)
      const peer = await bed.joined()
      const closed = once(peer, 'close')
      const writes = [1, 2, 3].map(() =>
        peer.notify('x', { text: 'x'.repeat(during === 'write' ? 3_000_000 : 1) }),
      )
      const settled = Promise.allSettled(writes)
      if (during === 'close') peer.close()
      if (during === 'remote close') client.ws.close(1000)
      if (during === 'half a frame') client.ws.send('half', { fin: false })
      reset(client)
      await closed
      await settled
    }
    await expectAlive(bed)
  })
})

function reset(client: Client) {
  const socket: unknown = Reflect.get(client.ws, '_socket')
  if (socket instanceof net.Socket) socket.resetAndDestroy()
  else throw new Error('ws keeps its socket elsewhere now')
}
