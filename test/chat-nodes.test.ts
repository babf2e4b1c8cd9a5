/** The chat on several nodes as it is started: processes behind one port, with a Redis of their own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createPeer, type Peer } from '@protoo-kit/client-core'
import { expect, it, onTestFinished } from 'vitest'

const program = join(import.meta.dirname, '../examples/chat-app/server.js')

interface Running {
  readonly child: ChildProcess
  readonly url: string
}

async function start(...args: string[]): Promise<Running> {
  const child = spawn(process.execPath, [program, '--port', '0', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let output = ''
  for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
    output += chunk
    const url = /^Chat: (\S+)$/m.exec(output)?.[1]
    if (!url) continue
    child.stdout.resume()
    return { child, url }
  }
  throw new Error(`the chat did not start: ${output}`)
}

/** Somebody in the lobby, and what they hear. */
async function visit({ url }: Running, name: string) {
  const heard: string[] = []
  const peer: Peer = createPeer(`${url.replace('http', 'ws')}?roomId=lobby&peerId=id-of-${name}`, {
    retry: { minTimeout: 50, maxTimeout: 200 },
  })
  onTestFinished(() => peer.close())
  peer.on('notification', ({ method, data }) => {
    if (method === 'message') heard.push(data.text)
  })
  const join = () => peer.request('join', { name }, { whenOpen: true, retry: true })
  const say = (text: string) => peer.request('message', { id: text, text }, { whenOpen: true, retry: true })
  await join()
  return { peer, heard, join, say }
}

async function eventually(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20))
}

it('all nodes restart, and what was said is still there', async () => {
  const chat = await start('--nodes', '2')
  const ann = await visit(chat, 'Ann')
  const ben = await visit(chat, 'Ben')
  await ann.say('before')
  await eventually(() => ben.heard.includes('before'))

  const opened = [ann, ben].map(({ peer }) => new Promise((resolve) => peer.once('open', resolve)))
  const response = await fetch(`${chat.url}network`, {
    method: 'POST',
    body: JSON.stringify({ peerId: 'id-of-Ann', action: 'restart' }),
  })
  expect(await response.json()).toMatchObject({ condition: 'restarting' })
  await Promise.all(opened)
  for (const { join } of [ann, ben])
    expect((await join()).history.map(({ text }: { text: string }) => text)).toEqual(['before'])
  await ben.say('after')
  await eventually(() => ann.heard.includes('after'))

  // A signal sends everybody away, and ends all of them.
  const gone = once(chat.child, 'exit')
  chat.child.kill('SIGTERM')
  expect(await gone).toEqual([0, null])
})

it('nothing is left of it when it is killed', async () => {
  const chat = await start('--nodes', '2')
  const children = (await processes()).filter(({ parent }) => parent === chat.child.pid)
  // Two nodes and Redis.
  expect(children).toHaveLength(3)
  chat.child.kill('SIGKILL')
  await eventually(async () => {
    const left = await processes()
    return children.every((child) => !left.some(({ pid }) => pid === child.pid))
  })
})

it('says what is wrong', async () => {
  const wrong = async (...args: string[]) => {
    const child = spawn(process.execPath, [program, '--port', '0', ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, REDIS_SERVER_PATH: join(import.meta.dirname, 'nothing') },
    })
    let errors = ''
    child.stderr.on('data', (chunk) => (errors += chunk))
    const [code] = await once(child, 'close')
    expect(code).toBe(1)
    return errors
  }
  expect(await wrong('--nodes', '0')).toContain('--nodes must be a number from 1 to 16')
  expect(await wrong('--nodes', '2')).toContain('no redis-server was found')
  expect(await wrong('--redis', 'localhost')).toContain('--redis must be a URL')
  expect(await wrong('--nodes', '2', '--redis', 'redis://127.0.0.1:1')).toContain(
    'Redis cannot be reached at 127.0.0.1:1',
  )
})

/** Those that run: who has ended, and nobody has asked about, does not. */
async function processes(): Promise<{ pid: number; parent: number }[]> {
  const ps = spawn('ps', ['-A', '-o', 'pid=,ppid=,stat='], { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  for await (const chunk of ps.stdout) output += chunk
  return [...output.matchAll(/^\s*(\d+)\s+(\d+)\s+[^Z\s]/gm)].map(([, pid, parent]) => ({
    pid: Number(pid),
    parent: Number(parent),
  }))
}
