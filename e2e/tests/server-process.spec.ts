import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { expect, test } from '../support/test.js'

const children: ChildProcess[] = []
test.afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

function start(...args: string[]) {
  const file = join(import.meta.dirname, '../../examples/chat-app/server.js')
  const child = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
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
