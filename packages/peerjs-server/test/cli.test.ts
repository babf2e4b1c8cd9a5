import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { freePort } from '../../../scripts/free-port.mjs'
import { bundle } from './bundle.js'
import { TestClient } from './support.js'

const fixture = (name: string) => join(import.meta.dirname, 'fixtures', name)
const commands = {
  peer: fileURLToPath(new URL('./bin/peerjs.js', import.meta.resolve('peer'))),
  ours: '',
}
let remove = () => {}

beforeAll(async () => {
  const built = await bundle('cli.ts')
  commands.ours = built.file
  remove = built.remove
})
afterAll(() => remove())

function run(name: keyof typeof commands, args: string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [commands[name], ...args], { env: { ...process.env, ...env } })
  onTestFinished(() => void child.kill('SIGKILL'))
  const output = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text) => {
      output[stream] += text
    })
  }
  const exited = once(child, 'close').then(([code]) => ({ code, ...output }))
  const says = async (text: string | RegExp): Promise<string> => {
    for (;;) {
      const found = output.stdout.match(text)
      if (found) return found[1] ?? found[0]
      await once(child.stdout, 'data')
    }
  }
  const port = async () => Number(await says(/Started PeerServer on \S+, port: (\d+),/))
  return { child, exited, says, port, output }
}

describe.each(['peer', 'ours'] as const)('the command of %s (J11)', (name) => {
  it('takes its flags, says who comes and goes, and ends when told to', async () => {
    const port = String(await freePort())
    const { child, exited, says } = run(name, [
      ...['-p', port, '-k', 'secret', '--path', '/calls', '-H', '127.0.0.1', '-c', '2', '-t', '100'],
      ...['--allow_discovery', '--proxied', '--alive_timeout', '5000', '--cors', 'https://a.example.com'],
    ])
    expect(await says(/Started PeerServer on .*/)).toBe(
      `Started PeerServer on 127.0.0.1, port: ${port}, path: /calls`,
    )
    const url = `http://127.0.0.1:${port}/calls/secret`
    const a = await TestClient.open(Number(port), 'a', { key: 'secret', path: '/calls/peerjs' })
    const response = await fetch(`${url}/peers`, { headers: { Origin: 'https://a.example.com' } })
    expect(await response.json()).toEqual(['a'])
    expect(response.headers.get('access-control-allow-origin')).toBe('https://a.example.com')
    const other = await fetch(`${url}/id`, { headers: { Origin: 'https://b.example.com' } })
    expect(other.headers.get('access-control-allow-origin')).toBeNull()
    a.send({ type: 'OFFER', dst: 'nobody' })
    expect(await a.next()).toBe('{"type":"EXPIRE","src":"nobody","dst":"a"}')
    await says('Client connected: a')
    a.socket.close()
    await says('Client disconnected: a')
    child.kill('SIGTERM')
    expect(await exited).toMatchObject({ code: 0, stdout: expect.stringContaining('Http server closed.') })
  })

  it('takes port and path from the environment', async () => {
    const port = String(await freePort())
    const env = { PORT: port, PEERSERVER_PATH: '/env' }
    const { says } = run(name, [], env)
    expect(await says(/Started .*/)).toMatch(new RegExp(`port: ${port}, path: /env$`))
    expect((await fetch(`http://127.0.0.1:${port}/env`)).status).toBe(200)
  })

  it('serves over TLS', async () => {
    const port = String(await freePort())
    const [key, cert] = [fixture('test-key.pem'), fixture('test-cert.pem')]
    const { says } = run(name, ['--port', port, '--sslkey', key, '--sslcert', cert])
    await says('Started')
    await expect(fetch(`https://127.0.0.1:${port}/`)).rejects.toThrow('fetch failed')
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow('fetch failed')
  })

  it.each([
    ['a key without its certificate', ['--port', '9000', '--sslkey', fixture('test-key.pem')], 'certificate'],
    ['no port', [], 'port'],
  ])('does not start with %s', async (_, args, reason) => {
    const { code, stderr, stdout } = await run(name, args, { PORT: '' }).exited
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toContain(reason)
  })
})

describe('our command', () => {
  it('disconnects its clients when told to end, and does not wait for them', async () => {
    const { child, exited, port } = run('ours', ['--port', '0', '--host', '127.0.0.1'])
    const a = await TestClient.open(await port(), 'a')
    child.kill('SIGINT')
    expect(await a.closed).toBe(1012)
    expect((await exited).code).toBe(0)
  })

  it('says which flags it does not know, and goes on', async () => {
    const { port, output } = run('ours', ['--port=0', '--expire-timeout=3', '--verbose'])
    await port()
    expect(output.stderr).toContain('unknown and ignored: expire-timeout')
    expect(output.stderr).toContain('verbose')
  })

  it('keeps the key a text, though it looks like a number', async () => {
    const { port } = run('ours', ['--port', '0', '--key', '007'])
    await TestClient.open(await port(), 'a', { key: '007' })
  })

  it('takes our options, and prints nothing of an id that a terminal would obey', async () => {
    const flags = ['--reconnect_window', '60000', '--leave_on_disconnect']
    const { port, says } = run('ours', ['--port', '0', ...flags])
    const a = await TestClient.open(await port(), 'a\n\u001b[2J')
    await says(/Client connected: a\?\?\[2J/)
    a.socket.close()
    await a.closed
    const other = TestClient.dial(await port(), { id: 'a\n\u001b[2J', token: 'other' })
    expect(await other.next()).toContain('ID-TAKEN')
  })

  it.each([
    [['--port', 'x'], 'port'],
    [['--port', '70000'], 'port must be a whole number from 0 to 65535'],
    [['--port', '0', '--alive_timeout', 'soon'], 'alive_timeout must be a number of milliseconds'],
    [['--port', '0', '--sslkey', 'none.pem', '--sslcert', 'none.pem'], 'none.pem'],
  ])('says in one line what is wrong with %j', async (args, reason) => {
    const { code, stderr } = await run('ours', args).exited
    expect(code).toBe(1)
    expect(stderr).toMatch(/^protoo-peerjs: .*\n(See protoo-peerjs --help\n)?$/)
    expect(stderr).toContain(reason)
  })

  it('says when the port is in use', async () => {
    const first = run('ours', ['--port', '0', '--host', '127.0.0.1'])
    const port = await first.port()
    const { code, stderr } = await run('ours', ['--port', String(port), '--host', '127.0.0.1']).exited
    expect([code, stderr]).toEqual([1, expect.stringContaining('EADDRINUSE')])
  })

  it.each([
    ['--help', 'Usage: protoo-peerjs --port <number>'],
    ['--version', '0.1.0'],
  ])('has %s', async (flag, text) => {
    const { code, stdout } = await run('ours', [flag]).exited
    expect([code, stdout]).toEqual([0, expect.stringContaining(text)])
  })
})
