/** The ten lines of the redis package, as they stand, in processes that are killed and stopped. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createPeer, type Peer } from '@protoo-kit/client-core'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { type RedisServer, startRedis } from '../packages/redis/test/redis-server.js'
import { freePort } from '../scripts/free-port.mjs'
import { readSamples } from './markdown-samples.js'

const root = join(import.meta.dirname, '..')
const folder = mkdtempSync(join(root, 'node_modules', '.cluster-'))
const program = join(folder, 'node.mjs')
let redis: RedisServer

beforeAll(async () => {
  redis = await startRedis()
  const [sample] = readSamples('packages/redis/README.md').filter(({ language }) => language === 'js')
  // So that dying does not take as long.
  writeFileSync(program, (sample?.code ?? '').replace('{ url:', '{ lease: 2000, url:'))
})

afterAll(async () => {
  await redis.stop()
  rmSync(folder, { recursive: true })
})

interface Node {
  readonly port: number
  readonly child: ChildProcess
}

async function startNode(): Promise<Node> {
  const port = await freePort()
  const env = { ...process.env, PORT: String(port), REDIS_URL: redis.url }
  const child = spawn(process.execPath, [program], { env, stdio: ['ignore', 'inherit', 'inherit'] })
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  })
  return { port, child }
}

/** A client that dials `node()` each time, and what it was told. */
function client(name: string, node: () => Node) {
  const said: string[] = []
  const peer: Peer = createPeer(() => `ws://127.0.0.1:${node().port}/?name=${name}`, {
    retry: { minTimeout: 50, maxTimeout: 200 },
  })
  peer.on('notification', ({ data }) => said.push(`${data.name}: ${data.text}`))
  onTestFinished(() => peer.close())
  /** Again, on another connection, if that breaks. */
  const ask = async (method: string, data: object = {}) =>
    await peer.request(method, data, { whenOpen: true, retry: true })
  const who = async (): Promise<string> =>
    (await ask('who')).members
      .map(({ id }: { id: string }) => id)
      .sort()
      .join()
  return { peer, said, ask, who }
}

const until = async (check: () => boolean | Promise<boolean>) => {
  while (!(await check())) await new Promise((resolve) => setTimeout(resolve, 20))
}

it('two processes are one room', async () => {
  const [a, b] = [await startNode(), await startNode()]
  const ann = client('ann', () => a)
  const bob = client('bob', () => b)
  await until(async () => (await ann.who()) === 'ann,bob')
  await bob.ask('say', { text: 'Hello' })
  await until(() => ann.said.length > 0)
  await ann.ask('say', { text: 'Hi' })
  await until(() => bob.said.length > 1)
  expect(ann.said).toEqual(['bob: Hello', 'ann: Hi'])
  expect(bob.said).toEqual(['bob: Hello', 'ann: Hi'])
})

it('when one is killed, its client comes to the other and has its id again', async () => {
  const [a, b] = [await startNode(), await startNode()]
  let node = a
  const cat = client('cat', () => node)
  const dan = client('dan', () => b)
  await until(async () => (await dan.who()) === 'cat,dan')
  node = b
  a.child.kill('SIGKILL')
  await cat.ask('say', { text: 'back' })
  await until(() => dan.said.includes('cat: back'))
  expect(await dan.who()).toBe('cat,dan')
})

it('one that stood still acts for nobody when it wakes, whose id another one has', async () => {
  const [a, b] = [await startNode(), await startNode()]
  const old = client('eve', () => a)
  const fay = client('fay', () => b)
  await until(async () => (await fay.who()) === 'eve,fay')
  // It has run long enough for the next to be sent at once.
  await old.ask('who')
  a.child.kill('SIGSTOP')
  // Read when it wakes, before any of its timers has said that it is late.
  void old.peer.request('say', { text: 'from the past' }).catch(() => {})
  const eve = client('eve', () => b)
  await eve.ask('say', { text: 'from the present' })
  const closed = new Promise<void>((resolve) => old.peer.once('disconnected', () => resolve()))
  // It would come back, and be told that its id is taken.
  a.child.kill('SIGCONT')
  await closed
  old.peer.close()
  await eve.ask('say', { text: 'later' })
  await until(() => fay.said.includes('eve: later'))
  expect(fay.said).toEqual(['eve: from the present', 'eve: later'])
})
