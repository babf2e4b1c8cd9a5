/** What docs/deploy.md says, with its program, its nginx configuration and a real nginx. */
import { once } from 'node:events'
import { request } from 'node:https'
import { createPeer, type Peer, Peer as PlainPeer, WebSocketTransport } from '@protoo-kit/client-core'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { ca, type Nginx, startNginx } from './nginx.js'
import { Programs, type Running, sampleOf } from './sample-programs.js'

const programs = new Programs()
afterAll(() => programs.stop())

/** The program, with these texts replaced. */
const serve = (replaced: Record<string, string> = {}): Promise<Running> =>
  programs.node(programs.write(sampleOf('docs/deploy.md', 'js', 'SIGTERM', replaced)))

/** A peer that has connected through nginx, which has a certificate that nobody else knows. */
async function join(nginx: Nginx, peerId: string, options: object = {}): Promise<Peer> {
  const url = `wss://localhost:${nginx.port}/?peerId=${peerId}`
  return opened(createPeer(url, { requestOptions: { ca }, ...options }))
}

async function opened(peer: Peer): Promise<Peer> {
  onTestFinished(() => peer.close())
  await new Promise((resolve) => peer.once('open', resolve))
  return peer
}

/** Everything that could happen to the connection from now on. */
function incidents(peer: Peer): string[] {
  const seen: string[] = []
  for (const event of ['open', 'disconnected', 'failed', 'close'] as const)
    peer.on(event, () => seen.push(event))
  return seen
}

describe('behind nginx', () => {
  it('connections that are silent for longer than proxy_read_timeout stay up by the heartbeat, and are cut without', async () => {
    const alive = await serve({
      'session: true': 'session: { heartbeat: 1000 }',
      'keepaliveInterval: 20_000': 'keepaliveInterval: 1000',
    })
    const mute = await serve({ 'session: true': 'keepalive: false' })
    const [nginx, other] = await Promise.all([
      startNginx(programs, [alive.port, alive.port], '5s'),
      startNginx(programs, [mute.port, mute.port], '5s'),
    ])
    const session = await join(nginx, 'session')
    const plain = await opened(
      new PlainPeer(
        new WebSocketTransport(`wss://localhost:${nginx.port}/?peerId=plain`, { requestOptions: { ca } }),
      ),
    )
    const seen = [incidents(session), incidents(plain)]
    // They have been silent for longer than this one, each time, until nginx cuts it.
    for (let cut = 0; cut < 2; cut++) {
      const control = new WebSocket(`wss://localhost:${other.port}/?peerId=mute${cut}`, ['protoo'], { ca })
      // How it is cut is nginx's affair.
      control.on('error', () => {})
      await once(control, 'open')
      const [code] = await once(control, 'close')
      expect(code).toBe(1006)
    }
    expect(seen).toEqual([[], []])
    expect(await session.request('node')).toEqual({ port: String(alive.port) })
    expect(await plain.request('node')).toEqual({ port: String(alive.port) })
    expect(seen).toEqual([[], []])
  }, 120_000)

  it('a restart is noticed by nobody but its clients, who are at the other server at once', async () => {
    const servers = await Promise.all([serve(), serve()])
    const [one, two] = servers
    if (!one || !two) throw new Error('two servers')
    const nginx = await startNginx(programs, [one.port, two.port], '60s')
    const peers = await Promise.all(
      Array.from({ length: 40 }, (_, index) => join(nginx, `peer${index}`, { retry: { minTimeout: 10 } })),
    )
    const at = await Promise.all(peers.map(async (peer) => (await peer.request('node')).port))
    // By the hash of their ids: on both.
    expect(new Set(at)).toEqual(new Set([String(one.port), String(two.port)]))

    const moved = peers
      .filter((_, index) => at[index] === String(one.port))
      .map((peer) => new Promise((resolve) => peer.once('open', resolve)))
    const stayed = peers.filter((_, index) => at[index] === String(two.port)).map(incidents)
    one.child.kill('SIGTERM')
    await Promise.all(moved)
    expect(await one.exited).toBe(0)
    expect(one.output()).toBe('')
    for (const peer of peers) expect(await peer.request('node')).toEqual({ port: String(two.port) })
    expect(stayed).toEqual(stayed.map(() => []))
  }, 120_000)

  it('pages are allowed by the host that they connect to, and others are refused', async () => {
    const { port } = await serve()
    const nginx = await startNginx(programs, [port, port], '60s')
    const dial = (origin: string) =>
      new WebSocket(`wss://localhost:${nginx.port}/?peerId=page`, ['protoo'], { ca, origin })
    const page = dial(`https://localhost:${nginx.port}`)
    await once(page, 'open')
    page.terminate()
    const evil = dial('https://evil.example')
    evil.on('error', () => {})
    const [sent, response] = await once(evil, 'unexpected-response')
    sent.destroy()
    expect(response.statusCode).toBe(403)
  })

  it('credentials are in no log, and the health check is for who is on the machine', async () => {
    const { port, output } = await serve()
    const nginx = await startNginx(programs, [port, port], '60s')
    const peer = await join(nginx, 'ann', { authToken: 'a-secret-token' })
    peer.close()
    const health = request({ port: nginx.port, host: 'localhost', path: '/health', ca })
    health.end()
    const [response] = await once(health, 'response')
    expect(response.statusCode).toBe(200)
    response.resume()
    await once(response, 'end')
    // The line of a WebSocket is written when it has closed.
    while (nginx.log().length < 2) await new Promise((resolve) => setTimeout(resolve, 20))
    const logged = [...nginx.log(), output(), nginx.output()].join('\n')
    expect(logged).toContain('peerId=ann')
    const encoded = Buffer.from('a-secret-token').toString('base64url')
    for (const secret of ['a-secret-token', encoded]) expect(logged).not.toContain(secret)
  })
})

describe('the times in the docs', () => {
  it('leave a drain as long as it may take', () => {
    const drain = /timeout: ([\d_]+)/.exec(sampleOf('docs/deploy.md', 'js', 'SIGTERM'))?.[1]
    const seconds = Number(drain?.replaceAll('_', '')) / 1000
    const unit = sampleOf('docs/deploy.md', 'ini')
    expect(seconds).toBeGreaterThan(0)
    expect(Number(/TimeoutStopSec=(\d+)/.exec(unit)?.[1])).toBeGreaterThan(seconds)
  })
})
