import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import net from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import { expect, test } from '../support/test.js'

const children: ChildProcess[] = []
test.afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

const file = join(import.meta.dirname, '../../examples/chat-app/server.js')

function start(...args: string[]) {
  return run(file, ...args)
}

function run(...args: string[]) {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  children.push(child)
  return { child, exited: once(child, 'exit'), said: line(child.stdout), complained: line(child.stderr) }
}

async function line(stream: Readable): Promise<string> {
  const [text] = await once(createInterface(stream), 'line')
  return text
}

test('`node server.js` prints its address, and ends by itself when told to', async ({ visit }) => {
  const { child, exited, said } = start('--port', '0')
  const [url = ''] = /http:\S+/.exec(await said) ?? []
  const ann = await visit('Ann', url)
  await expect(ann.state).toHaveText('Connected')
  child.kill('SIGTERM')
  expect(await exited).toEqual([0, null])
  // Told to come back, unlike after a room was closed.
  await expect(ann.state).toHaveText('Reconnecting…')
})

test('`node server.js` says in one line why it does not start', async ({ server }) => {
  const { exited, complained } = start('--port', String(server.port))
  expect(await complained).toMatch(/^The chat did not start: .*EADDRINUSE/)
  expect(await exited).toEqual([1, null])
})

test('a range of bytes that makes no sense does not end it', async ({ server }) => {
  const socket = net.connect(server.port, '127.0.0.1')
  socket.write('GET /plain/ HTTP/1.1\r\nHost: x\r\nRange: bytes=5-2\r\nConnection: close\r\n\r\n')
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
  expect((await fetch(server.url)).status).toBe(200)
})

test('a room is not forgotten while somebody is there who came in for themselves', async () => {
  // In Node itself: here, the client would be the one for pages.
  const script = `
    import { createPeer } from '@protoo-kit/client-core'
    import { startChat } from ${JSON.stringify(pathToFileURL(file).href)}

    const { url } = await startChat({ forgetAfter: 100 })
    const enter = async (peerId) => {
      const peer = createPeer(url.replace('http', 'ws') + '?roomId=lobby&peerId=' + peerId)
      await new Promise((resolve) => peer.once('open', resolve))
      return peer
    }
    const first = await enter('ann')
    const replaced = new Promise((resolve) => first.once('close', resolve))
    const second = await enter('ann')
    await replaced
    await second.request('join', { name: 'Ann' })
    // Longer than an empty room is remembered.
    await new Promise((resolve) => setTimeout(resolve, 300))
    const { members } = await (await enter('bob')).request('join', { name: 'Bob' })
    console.log(members.map(({ id }) => id).join())
  `
  expect(await run('--input-type=module', '--eval', script).said).toBe('ann,bob')
})
