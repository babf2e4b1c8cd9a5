import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import net, { type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { WebSocket } from 'ws'
import { startDevServer } from '../src/dev-server.js'
import { answer, Client, handshake } from './support.js'

let directory: string
let command: string

const source = (file: string) => fileURLToPath(new URL(`../../protocol/src/${file}`, import.meta.url))

// The command as it is installed, but made from the sources: the tests need no build.
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'server-lite-'))
  command = join(directory, 'cli.mjs')
  await build({
    entryPoints: [fileURLToPath(new URL('../src/cli.ts', import.meta.url))],
    outfile: command,
    bundle: true,
    platform: 'node',
    format: 'esm',
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)",
    },
    alias: {
      '@protoo-kit/protocol': source('index.ts'),
      '@protoo-kit/protocol/metrics': source('metrics.ts'),
      '@protoo-kit/protocol/node': source('node.ts'),
    },
    external: ['bufferutil', 'utf-8-validate'],
  })
  writeFileSync(join(directory, 'package.json'), '{"type":"module"}')
})

afterAll(() => rmSync(directory, { recursive: true }))

function run(...args: string[]) {
  const child = spawn(process.execPath, [command, ...args])
  onTestFinished(() => void child.kill('SIGKILL'))
  const output = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output.stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    output.stderr += text
  })
  const exited = once(child, 'close').then(([code]) => ({ code, ...output }))
  return { child, exited, output }
}

/** Waits for its line, and reads the port from it. */
async function started({
  child,
  output,
}: {
  child: ChildProcess
  output: { stdout: string }
}): Promise<number> {
  while (!output.stdout.includes('\n')) await once(child.stdout ?? child, 'data')
  const match = /^protoo-server-lite listens at ws:\/\/127\.0\.0\.1:(\d+)\/\?roomId=ROOM&peerId=PEER\n$/.exec(
    output.stdout,
  )
  if (!match) throw new Error(`unexpected output: ${output.stdout}`)
  return Number(match[1])
}

async function enter(port: number, roomId: string, peerId: string): Promise<Client> {
  const client = new Client(
    new WebSocket(`ws://127.0.0.1:${port}/?roomId=${roomId}&peerId=${peerId}`, 'protoo'),
  )
  await once(client.ws, 'open')
  return client
}

async function ask(client: Client, method: string) {
  client.send({ request: true, id: 1, method })
  return client.next()
}

describe('protoo-server-lite', () => {
  it('serves rooms: relays notifications and answers ping, whoami and peers', async () => {
    const port = await started(run('--port', '0'))
    const ann = await enter(port, 'lobby', 'ann')
    const bob = await enter(port, 'lobby', 'bob')
    const eve = await enter(port, 'elsewhere', 'eve')
    ann.send({ notification: true, method: 'hello', data: { from: 'ann' } })
    expect(await bob.next()).toEqual({ notification: true, method: 'hello', data: { from: 'ann' } })
    expect(await ask(ann, 'ping')).toMatchObject({ ok: true, data: {} })
    expect(await ask(ann, 'whoami')).toMatchObject({ data: { peerId: 'ann', roomId: 'lobby' } })
    expect(await ask(eve, 'peers')).toMatchObject({ data: { peers: ['eve'] } })
    expect(await ask(bob, 'peers')).toMatchObject({ data: { peers: ['ann', 'bob'] } })
    const response = await ask(bob, 'dance')
    expect(response).toMatchObject({ ok: false, errorCode: 501 })
    expect(response.errorReason).toContain('"dance"')
  })

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'closes cleanly on %s, and clients may come back',
    async (signal) => {
      const process = run('--port', '0')
      const client = await enter(await started(process), 'lobby', 'ann')
      process.child.kill(signal)
      expect(await client.closed).toMatchObject({ code: 1012 })
      expect(await process.exited).toMatchObject({ code: 0, stderr: '' })
    },
  )

  it('says so in one line when the port is in use, and exits with 1', async () => {
    const server = net.createServer().listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const { code, stdout, stderr } = await run('--port', String(port)).exited
    expect(code).toBe(1)
    expect(stdout).toBe('')
    expect(stderr).toMatch(new RegExp(`^protoo-server-lite: port ${port} on 127.0.0.1 is in use: .*\n$`))
  })

  it.each([
    ['--bogus'],
    ['stray'],
    ['--port', 'http'],
    ['--port', '70000'],
    ['--port'],
    ['--host', ''],
    ['--cors-origin', 'example.com'],
  ])('answers the bad flags %s %s with the usage, and exits with 2', async (...args) => {
    const { code, stdout, stderr } = await run(...args).exited
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toContain('Usage: protoo-server-lite')
    expect(stderr).not.toContain('    at ')
  })

  it('prints its usage and its version', async () => {
    expect(await run('--help').exited).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringContaining('--cors-origin'),
    })
    expect(await run('--version').exited).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    })
  })
})

describe('startDevServer()', () => {
  async function dev(corsOrigins: string[] = []) {
    const server = await startDevServer({ port: 0, corsOrigins })
    onTestFinished(() => server.close())
    return { server, port: Number(new URL(server.url).port) }
  }

  it.each([
    ['/', 'roomId, peerId'],
    ['/?roomId=lobby', 'peerId'],
    ['/?roomId=&peerId=ann', 'roomId'],
  ])('answers 400 to %s and says that %s is missing', async (path, missing) => {
    const { server } = await dev()
    const ws = new WebSocket(server.url + path, 'protoo')
    ws.on('error', () => {})
    const [, response] = await once(ws, 'unexpected-response')
    expect(response.statusCode).toBe(400)
    expect(response.headers['x-websocket-reject-reason']).toContain(`missing in the URL: ${missing}.`)
    ws.terminate()
  })

  it('answers 409 to an id that is taken, until it is free again', async () => {
    const { server, port } = await dev()
    const first = await enter(port, 'lobby', 'ann')
    const ws = new WebSocket(`${server.url}/?roomId=lobby&peerId=ann`, 'protoo')
    ws.on('error', () => {})
    const [, response] = await once(ws, 'unexpected-response')
    expect(response.statusCode).toBe(409)
    expect(response.headers['x-websocket-reject-reason']).toContain('"ann"')
    ws.terminate()
    await enter(port, 'other', 'ann')
    first.ws.close()
    await first.closed
    await enter(port, 'lobby', 'ann')
  })

  it('forgets empty rooms', async () => {
    const { server, port } = await dev()
    const ann = await enter(port, 'lobby', 'ann')
    const bob = await enter(port, 'lobby', 'bob')
    ann.ws.close()
    await ann.closed
    expect(await ask(bob, 'peers')).toMatchObject({ data: { peers: ['bob'] } })
    expect(server.rooms).toEqual(['lobby'])
    bob.ws.close()
    await bob.closed
    await enter(port, 'elsewhere', 'eve')
    expect(server.rooms).toEqual(['elsewhere'])
  })

  it.each<[string[], string, number]>([
    [[], 'http://127.0.0.1:5173', 101],
    [[], 'http://localhost:5173', 101],
    [[], 'http://[::1]:5173', 101],
    [[], 'http://localhost.example', 403],
    [[], 'https://app.example', 403],
    [['https://app.example'], 'https://app.example', 101],
    [['https://app.example'], 'http://localhost:5173', 101],
    [['https://app.example'], 'https://evil.example', 403],
    [['*'], 'https://evil.example', 101],
  ])('with --cors-origin %j answers a page of %s with %i', async (corsOrigins, Origin, status) => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    onTestFinished(() => warn.mockRestore())
    const { port } = await dev(corsOrigins)
    const headers = { Origin, Host: `127.0.0.1:${port}` }
    expect((await answer(handshake(port, headers, '/?roomId=lobby&peerId=ann'))).status).toBe(status)
    expect(warn).toHaveBeenCalledTimes(status === 403 ? 1 : 0)
  })

  it('tells a browser what it is', async () => {
    const { port } = await dev()
    const response = await fetch(`http://127.0.0.1:${port}/`)
    expect(response.status).toBe(426)
    expect(await response.text()).toContain('protoo-server-lite')
  })

  it('closes although a client never answers, and another never ends its request', async () => {
    const { server, port } = await dev()
    const socket = handshake(port, {}, '/?roomId=lobby&peerId=ann')
    await answer(socket)
    const half = net.connect(port, '127.0.0.1')
    half.on('error', () => {})
    half.write('GET / HTTP/1.1\r\nHost: x\r\n')
    await once(half, 'connect')
    // Answered after what the half request sent has been read.
    await answer(handshake(port, {}, '/'))
    await server.close()
  })
})
