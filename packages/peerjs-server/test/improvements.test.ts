import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { PeerServerOptions } from '../src/index.js'
import { bundle } from './bundle.js'
import { serve, TestClient, upgradeStatus } from './support.js'

describe('a reconnect with the same token (J2)', () => {
  it('is told OPEN again, the old connection is closed, and nobody is gone', async () => {
    const { port, heard } = await serve()
    const before = await TestClient.open(port, 'a')
    const b = await TestClient.open(port, 'b')
    const after = await TestClient.open(port, 'a')
    expect(await before.closed).toBe(4001)
    b.send({ type: 'OFFER', dst: 'a' })
    expect(await after.next()).toBe('{"type":"OFFER","src":"b","dst":"a"}')
    expect(heard).toEqual(['connection a', 'connection b', 'connection a'])
  })
})

describe('a malformed frame, when nobody listens to errors (J12)', () => {
  const program = (name: string) => `
    import { createRequire } from 'node:module'
    import { once } from 'node:events'
    const require = createRequire(${JSON.stringify(import.meta.filename)})
    const { PeerServer } = await import(${JSON.stringify(name)})
    const { WebSocket } = require('ws')
    PeerServer({ port: 0, host: '127.0.0.1' }, async (server) => {
      const socket = new WebSocket('ws://127.0.0.1:' + server.address().port + '/peerjs?key=peerjs&id=a&token=a')
      await once(socket, 'message')
      for (const text of ['{', 'null', '', '[]']) socket.send(text)
      socket.send(JSON.stringify({ type: 'OFFER', dst: 'a' }))
      console.log(String((await once(socket, 'message'))[0]))
      process.exit()
    })`
  const run = (name: string) =>
    spawnSync(process.execPath, ['--input-type=module', '-e', program(name)], { encoding: 'utf8' })

  it('ends the process with the original', () => {
    const { status, stdout, stderr } = run(import.meta.resolve('peer'))
    expect([status, stdout]).toEqual([1, ''])
    expect(stderr).toContain('SyntaxError')
  })

  it('does nothing here', async () => {
    const { file, remove } = await bundle('index.ts')
    onTestFinished(remove)
    const { status, stdout, stderr } = run(file)
    expect([status, stdout, stderr]).toEqual([0, '{"type":"OFFER","src":"a","dst":"a"}\n', ''])
  })
})

describe('authenticate', () => {
  const refused = (id: string) => [
    `{"type":"ERROR","payload":{"msg":"Not authorized to use the ID \\"${id}\\""}}`,
  ]
  const user = (request: IncomingMessage) => request.headers.cookie?.slice('user='.length)

  it('says who may have which id, now or later', async () => {
    const { port } = await serve({ authenticate: async (request) => user(request) })
    await TestClient.open(port, 'ann', { headers: { cookie: 'user=ann' } })
    for (const headers of [{}, { cookie: 'user=bob' }]) {
      const client = TestClient.dial(port, { id: 'ann', headers })
      expect(await client.closed).toBe(1005)
      expect(client.frames).toEqual(refused('ann'))
    }
  })

  it('refuses when it fails, which is an error event', async () => {
    const { port, heard } = await serve({
      authenticate: () => {
        throw new RangeError('no database')
      },
    })
    const client = TestClient.dial(port, { id: 'ann' })
    await client.closed
    expect(client.frames).toEqual(refused('ann'))
    expect(heard).toEqual(['error RangeError'])
  })

  it('is not asked about those who have no key', async () => {
    const authenticate = vi.fn()
    const { port } = await serve({ authenticate })
    await TestClient.dial(port, { id: 'ann', key: 'other' }).closed
    expect(authenticate).not.toHaveBeenCalled()
  })

  it('lets pages of the same host in alone, unless told otherwise', async () => {
    const from = { Origin: 'https://evil.example.com', cookie: 'user=ann' }
    const authenticate = user
    const logger = { warn: vi.fn() }
    expect(await status({ authenticate, logger }, from)).toBe(403)
    expect(logger.warn.mock.calls).toEqual([
      [
        expect.stringMatching(
          /^peerjs-server: refused a connection from origin "https:\/\/evil\.example\.com" .* \{ allowedOrigins: \["https:\/\/evil\.example\.com"\] \}, or --cors/,
        ),
      ],
    ])
    expect(await status({ authenticate, logger, corsOptions: { origin: true } }, from)).toBe(101)
  })
})

/** The status of the handshake of a page. */
async function status(options: PeerServerOptions, headers: Record<string, string>): Promise<number> {
  const { port } = await serve(options)
  return upgradeStatus(port, '/peerjs?key=peerjs&id=ann&token=t', headers)
}

describe('origins', () => {
  const logger = { warn: () => {} }
  const page = { Origin: 'https://a.example.com' }

  it.each([
    ['any, by default', {}, 101],
    ['those of a list', { corsOptions: { origin: ['https://a.example.com'] } }, 101],
    ['not others', { corsOptions: { origin: ['https://b.example.com', /\.org$/] } }, 403],
    ['those of an expression', { corsOptions: { origin: /\.example\.com$/g } }, 101],
    ['one by name', { corsOptions: { origin: 'https://b.example.com' } }, 403],
    ['any, by *', { corsOptions: { origin: '*' } }, 101],
    ['the same host alone without CORS', { corsOptions: { origin: false } }, 403],
    ['those of a function', { corsOptions: { origin: later(true) } }, 101],
    ['not those that a function refuses', { corsOptions: { origin: later(false) } }, 403],
    ['nobody whom a function fails for', { corsOptions: { origin: later(new Error('x')) } }, 500],
    ['allowedOrigins before CORS', { allowedOrigins: ['https://b.example.com'] }, 403],
    ['by a function of the origin', { allowedOrigins: (from: string) => from.endsWith('.com') }, 101],
  ] satisfies [string, PeerServerOptions, number][])('may be %s', async (_, options, expected) => {
    expect(await status({ ...options, logger }, page)).toBe(expected)
  })

  function later(answer: boolean | Error) {
    return (_: string | undefined, callback: (error: Error | null, origin?: boolean) => void) => {
      setImmediate(() => (answer instanceof Error ? callback(answer) : callback(null, answer)))
    }
  }

  it('are not asked of who is no browser', async () => {
    expect(await status({ corsOptions: { origin: [] } }, {})).toBe(101)
  })
})

describe('the same host, behind a proxy', () => {
  const page = { Origin: 'https://app.example.com' }
  const forwarded = { ...page, 'X-Forwarded-Host': 'app.example.com', 'X-Forwarded-Proto': 'https' }
  const authenticate = (request: IncomingMessage) =>
    new URL(request.url ?? '', 'ws://x').searchParams.get('id')
  const logger = { warn() {} }

  it.each<[number, PeerServerOptions, Record<string, string>]>([
    [403, {}, page],
    // Anybody may say so.
    [403, {}, forwarded],
    [101, { proxied: true }, forwarded],
    [101, { trustProxy: 1 }, forwarded],
    [101, { trustProxy: ['127.0.0.1'] }, forwarded],
    [403, { trustProxy: ['192.0.2.1'] }, forwarded],
    [403, { trustProxy: 1 }, { ...forwarded, Origin: 'https://evil.example.com' }],
    [403, { proxied: true, trustProxy: 0 }, forwarded],
  ])('%i for %j with %j', async (expected, options, headers) => {
    expect(await status({ authenticate, logger, ...options }, headers)).toBe(expected)
  })
})

describe('guesses', () => {
  it('are counted for the address behind two proxies, and for that of who is none of them', async () => {
    const two = await serve({ trustProxy: 2, maxIdGuesses: 1 })
    const others = await serve({ trustProxy: ['192.0.2.1'], maxIdGuesses: 1 })
    for (const [port, second] of [
      [two.port, 'ID-TAKEN'],
      [others.port, 'Too many attempts'],
    ] as const) {
      await TestClient.open(port, 'a')
      const guess = async (forwarded: string) => {
        const headers = { 'X-Forwarded-For': forwarded }
        const client = TestClient.dial(port, { id: 'a', token: 'wrong', headers })
        await client.closed
        return client.frames[0]
      }
      expect(await guess('192.0.2.7, 10.0.0.1')).toContain('ID-TAKEN')
      expect(await guess('192.0.2.8, 10.0.0.1')).toContain(second)
      expect(await guess('6.6.6.6, 192.0.2.7, 10.0.0.1')).toContain('Too many attempts')
    }
  })

  it('are counted for the address behind a proxy, by what the proxy says last', async () => {
    const { port } = await serve({ proxied: true, maxIdGuesses: 1 })
    await TestClient.open(port, 'a')
    const guess = async (forwarded: string) => {
      const headers = { 'X-Forwarded-For': forwarded }
      const client = TestClient.dial(port, { id: 'a', token: 'wrong', headers })
      await client.closed
      return client.frames[0]
    }
    expect(await guess('192.0.2.7')).toContain('ID-TAKEN')
    expect(await guess('198.51.100.1, 192.0.2.7')).toContain('Too many attempts')
    expect(await guess('192.0.2.8')).toContain('ID-TAKEN')
  })
})

describe('generateClientId', () => {
  it.each([
    ['makes none but ids that are taken', () => 'a'],
    ['makes no text', () => 5 as never],
    [
      'throws',
      () => {
        throw new Error('no')
      },
    ],
  ])('answers 500 when it %s', async (_, generateClientId) => {
    const { port, heard } = await serve({ generateClientId })
    await TestClient.open(port, 'a')
    const response = await fetch(`http://127.0.0.1:${port}/peerjs/id`)
    expect([response.status, await response.text()]).toEqual([
      500,
      'generateClientId made no ID that is free',
    ])
    expect(heard.at(-1)).toMatch(/^error/)
  })
})

describe('a path that cannot be decoded', () => {
  it('is 400, in few words', async () => {
    const { port } = await serve()
    const response = await fetch(`http://127.0.0.1:${port}/%ff/id`)
    expect([response.status, await response.text()]).toEqual([400, 'the path cannot be decoded'])
  })
})

describe('close()', () => {
  it('disconnects everybody, tells of each, and stops listening', async () => {
    const { app, port, heard, server } = await serve()
    const a = await TestClient.open(port, 'a')
    await app.close()
    expect(await a.closed).toBe(1012)
    expect(heard).toEqual(['connection a', 'disconnect a'])
    expect(server.listening).toBe(false)
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow()
  })

  it('does not wait for who does not answer', async () => {
    const { app, port } = await serve()
    const a = await TestClient.open(port, 'a')
    a.socket.pause()
    await app.close()
    a.socket.resume()
    await a.closed
  })
})

describe('listeners that throw', () => {
  it('harm neither the clients nor the process', async () => {
    const { app, port, heard } = await serve()
    app.on('connection', () => {
      throw new RangeError('connection')
    })
    app.on('disconnect', async () => {
      throw new TypeError('disconnect')
    })
    const a = await TestClient.open(port, 'a')
    a.socket.close()
    await a.closed
    await vi.waitFor(() =>
      expect(heard).toEqual(['connection a', 'error RangeError', 'disconnect a', 'error TypeError']),
    )
  })
})

describe('a port that is in use', () => {
  it('is an error event', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    onTestFinished(() => void other.close())
    const { port } = other.address() as AddressInfo
    const { PeerServer } = await import('../src/index.js')
    const [error] = await once(PeerServer({ port, host: '127.0.0.1' }), 'error')
    expect(error.code).toBe('EADDRINUSE')
  })
})
