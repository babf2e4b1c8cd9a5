import { once } from 'node:events'
import { RequestError } from '@protoo-kit/protocol'
import { describe, expect, it, vi } from 'vitest'
import { health, type Observed } from '../src/health.js'
import type { ServerGauges, ServerMetrics, ServerOptions } from '../src/index.js'
import { closing, drop, enter, resume, resumption, SessionClient, serveSessions } from './session-client.js'
import { answer, connect, gone, handshake, lite, serve, serveRoom } from './support.js'

/** Keeps what it is told, as lines without the times. */
function recorder(): { metrics: ServerMetrics; lines: string[]; bytes: { in: number; out: number } } {
  const lines: string[] = []
  const bytes = { in: 0, out: 0 }
  const metrics: ServerMetrics = {
    opened: () => lines.push('opened'),
    closed: (reason) => lines.push(`closed ${reason}`),
    refused: (status) => lines.push(`refused ${status}`),
    resume: (outcome) => lines.push(`resume ${outcome}`),
    limited: (limit) => lines.push(`limited ${limit}`),
    notification: (direction) => lines.push(`notification ${direction}`),
    request(direction, method, outcome, seconds) {
      expect(seconds).toBeGreaterThanOrEqual(0)
      lines.push(`request ${direction} ${method} ${outcome}`)
    },
    bytes(direction, count) {
      bytes[direction] += count
    },
  }
  return { metrics, lines, bytes }
}

async function joined(options: ServerOptions) {
  const bed = await serveRoom(lite, options)
  const client = await connect(bed.port, '/?peerId=ann')
  return { bed, client, peer: await bed.joined('ann') }
}

describe('metrics', () => {
  it('tell of requests both ways, by method and outcome', async () => {
    const { metrics, lines } = recorder()
    const { client, peer } = await joined({ metrics })
    peer.handle('echo', (data) => data)
    peer.handle('secret', () => {
      throw new RequestError(403, 'not for you')
    })
    vi.spyOn(console, 'error').mockImplementation(() => {})
    peer.handle('broken', () => {
      throw new Error('broken')
    })
    const ask = async (id: number, method: string) => {
      client.send({ request: true, id, method, data: {} })
      return await client.next()
    }
    await ask(1, 'echo')
    await ask(2, 'secret')
    await ask(3, 'broken')
    // Nobody listens: the client made it up.
    await ask(4, 'nothing')
    peer.on('request', ({ method }, accept, reject) => (method === 'known' ? accept({}) : reject(404)))
    await ask(5, 'known')
    await ask(6, 'unknown')

    const answered = peer.request('ping')
    const { id } = await client.next()
    client.send({ response: true, id, ok: true, data: {} })
    await answered
    const refused = peer.request('ping')
    const { id: second } = await client.next()
    client.send({ response: true, id: second, ok: false, errorCode: 404, errorReason: 'no' })
    await expect(refused).rejects.toThrow('no')
    await expect(peer.request('slow', {}, { timeout: 1 })).rejects.toThrow()
    await expect(peer.request('stopped', {}, { signal: AbortSignal.abort() })).rejects.toThrow()

    expect(lines).toEqual([
      'opened',
      'request in echo ok',
      'request in secret refused',
      'request in broken failed',
      'request in other failed',
      'request in known ok',
      'request in other refused',
      'request out ping ok',
      'request out ping refused',
      'request out slow timeout',
      'request out stopped aborted',
    ])
  })

  it('tell of what was not answered when the peer was closed, and of the close', async () => {
    const { metrics, lines } = recorder()
    const { client, peer } = await joined({ metrics })
    const called = new Promise<void>((resolve) => {
      peer.handle('wait', () => {
        resolve()
        return new Promise(() => {})
      })
    })
    client.send({ request: true, id: 1, method: 'wait' })
    await called
    const asked = peer.request('ping')
    peer.close(4000, 'bye')
    await expect(asked).rejects.toThrow()
    await client.closed
    await vi.waitFor(() => expect(lines).toContain('closed 4000'))
    expect(lines.toSorted()).toEqual([
      'closed 4000',
      'opened',
      'request in wait lost',
      'request out ping lost',
    ])
  })

  it('tell of notifications both ways, broadcasts included, and of bytes', async () => {
    const { metrics, lines, bytes } = recorder()
    const { bed, client, peer } = await joined({ metrics })
    const text = JSON.stringify({ notification: true, method: 'typing', data: { text: 'é' } })
    const arrived = once(peer, 'notification')
    client.send(text)
    await arrived
    await peer.notify('seen')
    const [seen] = [await client.next()]
    bed.room.broadcast('all')
    await client.next()
    expect(lines).toEqual(['opened', 'notification in', 'notification out', 'notification out'])
    expect(seen).toMatchObject({ method: 'seen' })
    expect(bytes.in).toBe(Buffer.byteLength(text))
    // Two frames, each with a header of two bytes.
    const out = ['seen', 'all'].map((method) => JSON.stringify({ notification: true, method, data: {} }))
    expect(bytes.out).toBe(Buffer.byteLength(out.join('')) + 4)
  })

  it('tell method names apart up to a bound, and only those that somebody answers', async () => {
    const { metrics, lines } = recorder()
    const { client, peer } = await joined({ metrics: { ...metrics, maxMethods: 2 } })
    peer.on('request', (_request, accept) => accept())
    const methods = ['a', 'b', 'c', 'a', 'x'.repeat(101), '__proto__', 'constructor']
    for (const [id, method] of methods.entries()) {
      client.send({ request: true, id, method })
      await client.next()
    }
    const names = lines.slice(1).map((line) => line.split(' ')[2])
    expect(names).toEqual(['a', 'b', 'other', 'a', 'other', 'other', 'other'])
  })

  it('bound what a client leaves unanswered', async () => {
    const { metrics, lines } = recorder()
    const limits = { requestsInFlight: Infinity, messagesPerSecond: Infinity }
    const { client, peer } = await joined({ metrics, limits })
    let asked = 0
    const all = new Promise<void>((resolve) => {
      peer.on('request', () => {
        if (++asked === 1500) resolve()
      })
    })
    client.cork(() => {
      // The last ones with one id, again and again.
      for (let id = 0; id < 1500; id++)
        client.send({ request: true, id: Math.min(id, 1200), method: 'forgotten' })
    })
    await all
    // Of 1500 at most 1000 are kept: the others count already.
    expect(lines.filter((line) => line === 'request in other lost')).toHaveLength(500)
    peer.close()
    expect(lines.filter((line) => line === 'request in other lost')).toHaveLength(1500)
  })

  it.each([
    ['a handshake that is none', { 'Sec-WebSocket-Key': undefined }, 400],
    ['a page of another site', { Origin: 'https://evil.example' }, 403],
  ])('tell of %s', async (_name, headers, status) => {
    const { metrics, lines } = recorder()
    const bed = await serveRoom(lite, { metrics, logger: { warn() {} } })
    const socket = handshake(bed.port, headers)
    expect((await answer(socket)).status).toBe(status)
    expect(lines).toEqual([`refused ${status}`])
  })

  it('tell of what the application refuses, once, with several servers on one port', async () => {
    const first = recorder()
    const second = recorder()
    const bed = await serve(lite, { metrics: first.metrics })
    new lite.WebSocketServer(bed.http, { metrics: second.metrics }).on('connectionrequest', () => {})
    bed.server.on('connectionrequest', (_info, _accept, reject) => reject(404, 'no such room'))
    expect((await answer(handshake(bed.port))).status).toBe(404)
    expect([first.lines, second.lines]).toEqual([['refused 404'], []])
  })

  it('tell of a client that reads too slowly, and of one that sends too much', async () => {
    const { metrics, lines } = recorder()
    const { client, peer } = await joined({ metrics, maxBufferedBytes: 1024, maxReceivedMessageSize: 100 })
    client.send('x'.repeat(101))
    expect((await client.closed).code).toBe(1009)
    await vi.waitFor(() => expect(lines).toContain('closed 1009'))
    expect(lines).toContain('limited messageBytes')
    expect(peer.closed).toBe(true)

    const { client: slow, peer: victim } = await joined({ metrics, maxBufferedBytes: 1024 })
    slow.ws.pause()
    const closed = once(victim, 'close')
    const flood = setInterval(() => void victim.notify('x', 'x'.repeat(2 ** 20)).catch(() => {}), 1)
    await closed
    clearInterval(flood)
    expect(lines).toContain('limited bufferedBytes')
    slow.ws.resume()
    await vi.waitFor(() => expect(lines).toContain('closed 4008'))
  })

  it('count close codes that a client may choose as one', async () => {
    const { metrics, lines } = recorder()
    const { client, peer } = await joined({ metrics })
    const closed = once(peer, 'close')
    client.ws.close(4777)
    await closed
    expect(lines).toEqual(['opened', 'closed other'])
  })

  it('tell what came of those who wanted their session back', async () => {
    const { metrics, lines } = recorder()
    let allowed = true
    const bed = await serveSessions({ authorize: () => allowed }, { metrics })
    const resumes = () => lines.filter((line) => line.startsWith('resume'))
    const { client, peer } = await enter(bed, 'ann')
    await drop(client, peer)
    const second = await resume(bed.port, client)
    expect(await new SessionClient(bed.port, resumption(client)).refused).toBe(409)
    allowed = false
    const refused = new SessionClient(bed.port, resumption(second, { attempt: 5 }))
    expect(await refused.closed).toMatchObject({ code: 4003 })
    allowed = true
    const ended = closing(peer)
    await resume(bed.port, second, { attempt: 8, received: 99 })
    await ended
    await resume(bed.port, second, { attempt: 9 })
    expect(resumes()).toEqual([
      'resume resumed',
      'resume outdated',
      'resume unauthorized',
      'resume mismatch',
      'resume unknown',
    ])
    const kicked = await enter(bed, 'bob')
    await drop(kicked.client, kicked.peer)
    kicked.peer.close()
    expect(await new SessionClient(bed.port, resumption(kicked.client)).closed).toMatchObject({ code: 4000 })
    expect(resumes().at(-1)).toBe('resume closed')
  })

  it('say what stands', async () => {
    let read: (() => ServerGauges) | undefined
    const bed = await serveSessions({}, { metrics: { gauges: (given) => (read = given) } })
    const none = { connections: 0, sessions: 0, away: 0, draining: false }
    expect(read?.()).toEqual(none)
    const plain = await connect(bed.port, '/?peerId=plain')
    const { client, peer } = await enter(bed, 'ann')
    expect(read?.()).toEqual({ connections: 2, sessions: 1, away: 0, draining: false })
    await drop(client, peer)
    expect(read?.()).toEqual({ connections: 1, sessions: 1, away: 1, draining: false })
    plain.ws.on('close', () => {})
    await bed.server.drain({ spread: 0 })
    expect(read?.()).toEqual({ ...none, draining: true })
  })

  it('that throw are reported once, and harm nothing', async () => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => {})
    const fail = () => {
      throw new Error('no disk')
    }
    const metrics = {
      opened: fail,
      closed: fail,
      request: fail,
      notification: fail,
      bytes: fail,
      gauges: fail,
    }
    const { client, peer } = await joined({ metrics })
    peer.handle('echo', (data) => data)
    for (let id = 1; id < 4; id++) {
      client.send({ request: true, id, method: 'echo', data: { id } })
      expect(await client.next()).toMatchObject({ data: { id } })
    }
    const messages = error.mock.calls.filter(([text]) => text === 'protoo: metrics failed:')
    // gauges, opened, bytes, request.
    expect(messages).toHaveLength(4)
  })

  it.each([
    [7, 'metrics must be an object, not 7'],
    [{ request: true }, 'metrics.request must be a function, not boolean'],
    [{ maxMethods: -1 }, 'metrics.maxMethods must be a whole number of names, not -1'],
  ])('that are none are a TypeError: %j', async (metrics, message) => {
    await expect(serve(lite, { metrics: metrics as ServerMetrics })).rejects.toThrow(new TypeError(message))
  })
})

describe('health', () => {
  const ask = async (port: number) => {
    const response = await fetch(`http://127.0.0.1:${port}/health`)
    expect(response.headers.get('content-type')).toBe('application/json')
    return { status: response.status, body: await response.json() }
  }

  it('is 200 with what stands, and 503 once the server drains', async () => {
    const bed = await serveRoom(lite)
    bed.http.on('request', health(bed.server))
    const client = await connect(bed.port, '/?peerId=ann')
    await bed.joined('ann')
    expect(await ask(bed.port)).toEqual({
      status: 200,
      body: {
        healthy: true,
        connections: 1,
        sessions: 0,
        away: 0,
        draining: false,
        lag: expect.any(Number),
      },
    })
    await bed.server.drain({ spread: 0 })
    await client.closed
    const { status, body } = await ask(bed.port)
    expect(status).toBe(503)
    expect(body).toMatchObject({ healthy: false, draining: true, connections: 0 })
    const socket = handshake(bed.port)
    expect((await answer(socket)).status).toBe(503)
    socket.destroy()
    await gone(socket)
  })

  it('is 503 when the event loop is later than it may be', async () => {
    const bed = await serveRoom(lite)
    bed.http.on('request', health([bed.server], { maxLag: 0.05 }))
    await ask(bed.port)
    // Timers run in their order: by then it has looked at the clock, and once more afterwards.
    const looked = () => new Promise((resolve) => setTimeout(resolve, 30))
    await looked()
    const end = performance.now() + 200
    while (performance.now() < end);
    await looked()
    const { status, body } = await ask(bed.port)
    expect(body.lag).toBeGreaterThan(0.05)
    expect(status).toBe(503)
  })

  it.each([
    [undefined, {}, 'health() takes a WebSocketServer, or an array of them'],
    [[], { maxLag: 0 }, 'maxLag must be a number of seconds above 0'],
  ])('says what is wrong with its arguments', (server, options, message) => {
    expect(() => health(server as Observed[], options)).toThrow(new TypeError(message))
  })
})
