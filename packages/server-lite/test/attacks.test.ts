/** What SECURITY.md says of attacks, on real sockets. */
import { once } from 'node:events'
import { deflateRawSync } from 'node:zlib'
import debug from 'debug'
import { describe, expect, it, onTestFinished } from 'vitest'
import { answer, connect, gone, handshake, lite, serve, serveRoom } from './support.js'

describe('decompression bomb', () => {
  it('compression is not negotiated, and a compressed frame ends the connection (1002)', async () => {
    const bed = await serveRoom(lite)
    const closed = new Promise((resolve) =>
      bed.http.once('joined', () => bed.room.getPeer('raw')?.once('close', resolve)),
    )
    const socket = handshake(bed.port, {
      'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits',
    })
    const { status, headers } = await answer(socket)
    expect([status, headers['sec-websocket-extensions']]).toEqual([101, undefined])
    // A gigabyte, as it would be inflated.
    const bomb = deflateRawSync(Buffer.alloc(1_000_000))
    const header = Buffer.alloc(8)
    header.set([0xc1, 0xfe])
    header.writeUInt16BE(bomb.length, 2)
    const before = process.memoryUsage().rss
    socket.write(Buffer.concat([header, bomb]))
    expect(await closed).toMatchObject({ code: 1002 })
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 0x100000)
  })
})

describe('header injection', () => {
  it('through the reason of a refusal: control characters are left out, and what Latin-1 lacks becomes ?', async () => {
    const reason = 'no\r\nSet-Cookie: a=b\r\n\r\n<script>\u0000\u0085\u010a\u010d\u2028é😀'
    const { port, server } = await serve(lite)
    server.on('connectionrequest', (_info, _accept, reject) => reject(403, reason))
    const { status, headers, text } = await answer(handshake(port))
    expect(status).toBe(403)
    expect(headers['set-cookie']).toBeUndefined()
    expect(headers['x-websocket-reject-reason']).toMatch(/^noSet-Cookie: a=b<script>[?é]+$/)
    expect(text.split('\r\n')[0]).toBe('HTTP/1.1 403 Forbidden')
    expect(text.split('\r\n\r\n')).toHaveLength(2)
  })

  it('through an error that a listener throws', async () => {
    const { port, server } = await serve(lite)
    server.on('connectionrequest', () => {
      throw new Error('no\r\nX-Injected: 1')
    })
    const { status, headers } = await answer(handshake(port))
    expect(status).toBe(500)
    expect(headers['x-injected']).toBeUndefined()
  })

  it('through an Origin that is echoed', async () => {
    const { port, server } = await serve(lite, { allowedOrigins: '*' })
    server.on('connectionrequest', (_info, accept) => accept())
    const { status, headers } = await answer(handshake(port, { Origin: 'http://a\u0085\u0080\u00a0\u00ff' }))
    expect(status).toBe(101)
    expect(Object.keys(headers)).not.toContain('x-injected')
    expect(headers.origin).not.toMatch(/[\r\n]/)
  })
})

describe('CRLF in names', () => {
  it('of peers, methods and reasons is data: it ends no line of the protocol', async () => {
    const bed = await serveRoom(lite)
    const id = 'ann\r\nX: 1\u0000\u2028'
    const client = await connect(bed.port, `/?peerId=${encodeURIComponent(id)}`)
    const peer = await bed.joined(id)
    expect(peer.id).toBe(id)
    peer.on('request', ({ method }, _accept, reject) => reject(400, `no\r\n${method}`))
    client.send({ request: true, id: 1, method: 'a\r\n\r\nb' })
    expect(await client.next()).toMatchObject({ errorReason: 'no\r\na\r\n\r\nb' })
    client.send({ request: true, id: 2, method: 'c' })
    expect(await client.next()).toMatchObject({ id: 2 })
  })
})

describe('log injection', () => {
  it('what a client chose stands in one line of the log, without control characters', async () => {
    const lines: string[] = []
    const { log } = debug
    debug.log = (...args: unknown[]) => void lines.push(args.map(String).join(' '))
    debug.enable('protoo-server:*')
    const warnings: string[] = []
    onTestFinished(() => {
      debug.log = log
      debug.disable()
    })
    const bed = await serveRoom(lite, { logger: { warn: (message) => void warnings.push(message) } })
    const forged = 'ann\n2026-01-01 root logged in\u001b[2J\r'
    const client = await connect(bed.port, `/?peerId=${encodeURIComponent(forged)}`)
    const peer = await bed.joined(forged)
    client.send(`{"a":"\n2026-01-01 forged${'\u001b'}[2J"`)
    await once(peer, 'protocolerror')
    await answer(handshake(bed.port, { Origin: 'http://evil.example/\u009b2J' }))
    peer.close(4000, 'bye\nforged')
    await client.closed
    const all = [...lines, ...warnings]
    expect(all.length).toBeGreaterThan(3)
    expect(all.filter((line) => /\p{Cc}/u.test(line))).toEqual([])
    expect(all.some((line) => line.includes('\\u000a2026-01-01 root'))).toBe(true)
  })
})

describe('request-id games', () => {
  it('one id many times, ids beyond all bounds, answers to other peers’ requests: each has its own', async () => {
    const bed = await serveRoom(lite)
    const [ann, bob] = await Promise.all([
      connect(bed.port, '/?peerId=ann'),
      connect(bed.port, '/?peerId=bob'),
    ])
    const peers = await Promise.all([bed.joined('ann'), bed.joined('bob')])
    for (const peer of peers) peer.handle('echo', (data) => data)
    for (let n = 0; n < 5; n++) ann.send({ request: true, id: 7, method: 'echo', data: { n } })
    for (let n = 0; n < 5; n++) expect(await ann.next()).toMatchObject({ id: 7, data: { n } })
    for (const id of [0, -1, 1.5, 2 ** 60, 1e308]) {
      ann.send({ request: true, id, method: 'echo', data: { id } })
      expect(await ann.next()).toMatchObject({ id, data: { id } })
    }
    // The server's first request to each has id 1.
    const asked = peers.map((peer) => peer.request('question'))
    const [first] = await Promise.all([ann.next(), bob.next()])
    expect(first.id).toBe(1)
    for (const id of [2, '1', null, 1.0000001])
      ann.send({ response: true, id, ok: true, data: { from: 'ann' } })
    bob.send({ response: true, id: 1, ok: true, data: { from: 'bob' } })
    expect(await asked[1]).toEqual({ from: 'bob' })
    ann.send({ response: true, id: 1, ok: true, data: { from: 'ann', first: true } })
    ann.send({ response: true, id: 1, ok: true, data: { from: 'ann', first: false } })
    expect(await asked[0]).toEqual({ from: 'ann', first: true })
  })
})

describe('peer id hijack', () => {
  it('who claims the id of a connected peer is turned away, and the peer notices nothing', async () => {
    const bed = await serve(lite)
    bed.server.on('connectionrequest', (_info, accept) => {
      bed.room.createPeer('ann', accept())
    })
    const client = await connect(bed.port)
    const [peer] = bed.room.peers
    const thief = await connect(bed.port)
    expect((await thief.closed).code).toBe(4000)
    expect(bed.room.getPeer('ann')).toBe(peer)
    peer?.handle('echo', (data) => data)
    client.send({ request: true, id: 1, method: 'echo', data: { still: 'here' } })
    expect(await client.next()).toMatchObject({ data: { still: 'here' } })
  })
})

describe('prototype pollution', () => {
  it('fields and methods that are called as those of Object.prototype are data', async () => {
    const bed = await serveRoom(lite)
    const client = await connect(bed.port, '/?peerId=__proto__')
    const peer = await bed.joined('__proto__')
    peer.handle('echo', (data) => data)
    expect(bed.room.hasPeer('constructor')).toBe(false)
    client.send(
      '{"request":true,"id":1,"method":"echo","data":{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}},"__proto__":{"polluted":1}}',
    )
    expect(Object.keys((await client.next()).data)).toContain('constructor')
    for (const method of ['__proto__', 'constructor', 'hasOwnProperty', 'toString']) {
      client.send({ request: true, id: 2, method })
      expect(await client.next()).toMatchObject({ id: 2, errorCode: 501 })
    }
    expect(Object.keys(Object.prototype)).toEqual([])
    expect('polluted' in {}).toBe(false)
  })
})

describe('ReDoS', () => {
  it('headers and paths made to be slow are looked at in no time that depends on them squared', async () => {
    const { port, server } = await serve(lite, { trustProxy: 1 })
    server.on('connectionrequest', (_info, accept) => accept())
    const hostile = {
      'Sec-WebSocket-Protocol': `${' ,'.repeat(3000)}protoo`,
      Origin: `http://${'a.'.repeat(1500)}`,
      'X-Forwarded-For': `${'1.1.1.1:'.repeat(400)}`,
    }
    const time = async (headers: Record<string, string>) => {
      const start = process.cpuUsage()
      for (let index = 0; index < 20; index++) {
        const socket = handshake(port, headers)
        await answer(socket)
        socket.destroy()
        await gone(socket)
      }
      return process.cpuUsage(start).user / 1000
    }
    await time({})
    // In CPU ms for twenty; what backtracks would take seconds for each.
    expect(await time(hostile)).toBeLessThan(2000)
  })
})
