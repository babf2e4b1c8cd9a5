import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { event, type Implementation, implementations } from './implementations.js'
import { type RawServer, startRawServer } from './raw-server.js'

const require = createRequire(import.meta.url)

/** Fast, and with the reset of v4: its attempt count starts afresh after any open connection. */
const quick = { retries: 3, minTimeout: 5, maxTimeout: 20, minUptime: 0 }

let server: RawServer
const peers: { close(): void }[] = []

beforeEach(async () => {
  server = await startRawServer()
})

afterEach(async () => {
  for (const peer of peers.splice(0)) peer.close()
  await server.stop()
})

describe.each(implementations)('%s', (name, { Peer, WebSocketTransport, version }: Implementation) => {
  function connect(options: object = {}) {
    const transport = new WebSocketTransport(server.url, { retry: quick, ...options })
    const peer = new Peer(transport)
    peers.push(peer)
    return { peer, transport }
  }

  /** Writes the events down, with what `connected` and `closed` say when each is told. */
  function record(peer: InstanceType<typeof Peer>) {
    const log: unknown[][] = []
    const note = (...entry: unknown[]) => log.push([...entry, peer.connected, peer.closed])
    peer.on('open', () => note('open'))
    peer.on('failed', (attempt) => note('failed', attempt))
    peer.on('disconnected', () => note('disconnected'))
    peer.on('close', () => note('close'))
    return log
  }

  it('C1 exports version, Peer and WebSocketTransport', () => {
    const manifest = name === 'protoo-kit' ? '../package.json' : 'protoo-client/package.json'
    expect(version).toBe(require(manifest).version)
    expect(Peer).toBeTypeOf('function')
    expect(WebSocketTransport).toBeTypeOf('function')
  })

  it('C2 dials when constructed, with the subprotocol protoo, origin and headers', async () => {
    connect({ origin: 'https://a.test', headers: { 'x-a': 'b' } })
    const { request } = await server.connection()
    expect(request.headers).toMatchObject({
      'sec-websocket-protocol': 'protoo',
      origin: 'https://a.test',
      'x-a': 'b',
    })
  })

  it('C3 throws from the constructor when minTimeout is above maxTimeout', () => {
    expect(() => new WebSocketTransport(server.url, { retry: { minTimeout: 2, maxTimeout: 1 } })).toThrow()
  })

  it('C3 takes an array of delays for retry', async () => {
    server.refuseWith = 503
    const { peer } = connect({ retry: [5, 6] })
    const log = record(peer)
    await event(peer, 'close')
    expect(log.map(([what, attempt]) => [what, attempt])).toEqual([
      ['failed', 1],
      ['failed', 2],
      ['failed', 3],
      ['close', false],
    ])
  })

  it('C3 gives up after maxRetryTime', async () => {
    server.refuseWith = 503
    const { peer } = connect({ retry: { retries: 1000, minTimeout: 20, factor: 1, maxRetryTime: 90 } })
    const start = performance.now()
    await event(peer, 'close')
    expect(performance.now() - start).toBeGreaterThanOrEqual(85)
    expect(server.dials).toBeLessThan(10)
  })

  it('C3 C4 waits 1, 2, 4, 8, 8 … s by default, ten times', async () => {
    server.refuseWith = 503
    const peer = new Peer(new WebSocketTransport(server.url))
    peers.push(peer)
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] })
    try {
      const waits: number[] = []
      for (let attempt = 1; attempt <= 10; attempt++) {
        expect(await event(peer, 'failed')).toEqual([attempt])
        const before = Date.now()
        vi.advanceTimersToNextTimer()
        waits.push(Date.now() - before)
      }
      expect(waits).toEqual([1000, 2000, 4000, 8000, 8000, 8000, 8000, 8000, 8000, 8000])
    } finally {
      vi.useRealTimers()
    }
  })

  it('C4 makes N + 1 attempts with N retries, failed counting from 1, then closes', async () => {
    server.refuseWith = 503
    const { peer } = connect()
    const log = record(peer)
    await event(peer, 'close')
    expect(log).toEqual([
      ['failed', 1, false, false],
      ['failed', 2, false, false],
      ['failed', 3, false, false],
      ['failed', 4, false, false],
      ['close', false, true],
    ])
    expect(server.dials).toBe(4)
  })

  it.each([1000, 1001, 1011, 4001, 4500])('C5 comes back at once after a loss with code %i', async (code) => {
    const { peer } = connect({ retry: { retries: 0, minUptime: 0 } })
    const log = record(peer)
    const first = await server.connection()
    await event(peer, 'open')
    first.socket.close(code)
    await event(peer, 'open')
    expect(log.map(([what]) => what)).toEqual(['open', 'disconnected', 'open'])
  })

  it('C5 counts attempts afresh after a loss', async () => {
    server.refuseWith = 503
    const { peer } = connect({ retry: { retries: 2, minTimeout: 5, minUptime: 0 } })
    await event(peer, 'failed')
    server.refuseWith = undefined
    await event(peer, 'open')
    server.refuseWith = 503
    const log = record(peer)
    ;(await server.connection()).socket.terminate()
    await event(peer, 'close')
    expect(log.map(([what, attempt]) => [what, attempt])).toEqual([
      ['disconnected', false],
      ['failed', 1],
      ['failed', 2],
      ['failed', 3],
      ['close', false],
    ])
  })

  it('C6 closes for good on code 4000', async () => {
    const { peer } = connect()
    const log = record(peer)
    const connection = await server.connection()
    await event(peer, 'open')
    connection.socket.close(4000)
    await event(peer, 'close')
    expect(log).toEqual([
      ['open', true, false],
      ['close', false, true],
    ])
    expect(server.dials).toBe(1)
  })

  it('C7 says connected from open until before disconnected', async () => {
    const { peer } = connect()
    const log = record(peer)
    expect(peer.connected).toBe(false)
    const first = await server.connection()
    await event(peer, 'open')
    first.socket.terminate()
    await event(peer, 'open')
    expect(log).toEqual([
      ['open', true, false],
      ['disconnected', false, false],
      ['open', true, false],
    ])
  })

  it('C8 close() is told once, at once, rejects what is pending, and closes without a code', async () => {
    const { peer, transport } = connect()
    const log = record(peer)
    const connection = await server.connection()
    await event(peer, 'open')
    const pending = peer.request('x')
    const rejection = expect(pending).rejects.toThrow('peer closed')
    await connection.next()
    peer.close()
    peer.close()
    expect(log.at(-1)).toEqual(['close', false, true])
    expect(log).toHaveLength(2)
    expect(transport.closed).toBe(true)
    await rejection
    expect([1000, 1005]).toContain(await connection.closed)
  })

  it.each(['failed', 'disconnected'] as const)('C8 close() inside %s ends the retries', async (when) => {
    const { peer } = connect()
    const log = record(peer)
    ;(peer as { on(event: string, listener: () => void): unknown }).on(when, () => peer.close())
    if (when === 'failed') server.refuseWith = 503
    else (await server.connection()).socket.terminate()
    await event(peer, 'close')
    const dials = server.dials
    // A peer that dials again would do so within its retries, which another one spends meanwhile.
    server.refuseWith = 503
    const other = connect()
    await event(other.peer, 'close')
    expect(server.dials - dials).toBe(4)
    expect(log.at(-1)).toEqual(['close', false, true])
  })

  it('takes null for options, as v4 does', async () => {
    const transport = new WebSocketTransport(server.url, null as never)
    const peer = new Peer(transport)
    peers.push(peer)
    await event(peer, 'open')
  })

  it('C9 keeps data for the application, and not to be replaced', () => {
    const { peer } = connect()
    expect(peer.data).toEqual({})
    peer.data.foo = 'bar'
    expect(peer.data.foo).toBe('bar')
    expect(() => {
      peer.data = {}
    }).toThrow('cannot override data object')
  })
})

describe('C1 logs under the debug namespaces of v4', () => {
  it.each([
    ['ours', '@protoo-kit/client-core/protoo-client'],
    ['stock', 'protoo-client'],
  ])('%s', (_, specifier) => {
    const program = `
      const { Peer, WebSocketTransport } = require('${specifier}')
      const peer = new Peer(new WebSocketTransport('ws://127.0.0.1:1', { retry: { retries: 0 } }))
      peer.on('close', () => {})`
    const run = (pattern: string) =>
      spawnSync(process.execPath, ['--no-warnings', '-e', program], {
        cwd: import.meta.dirname,
        env: { ...process.env, DEBUG: pattern },
        encoding: 'utf8',
      })
    const all = run('protoo-client:*')
    expect(all.stdout + all.stderr).toContain('protoo-client:WebSocketTransport constructor()')
    expect(all.stderr).toContain('protoo-client:WARN:WebSocketTransport')
    expect(all.stderr).toContain('protoo-client:ERROR:WebSocketTransport')
    const some = run('protoo-client:*,-protoo-client:WARN:*')
    expect(some.stdout + some.stderr).toContain('protoo-client:WebSocketTransport')
    expect(some.stderr).not.toContain('WARN')
    expect(run('other').stdout).toBe('')
  })
})
