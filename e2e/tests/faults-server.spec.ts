import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { OpenEvent } from '@protoo-kit/client-core'
import type {
  Room as AnyRoom,
  ConnectionRequestAcceptFn,
  ConnectionRequestRejectFn,
} from '@protoo-kit/server-lite'
import type * as Stock from 'protoo-client'
import { createPeer, Room, WebSocketServer } from '../chaos/built.js'
import { expect, test } from '../support/test.js'

const children: ChildProcess[] = []
test.afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

/** @param manner `silent`: requests for `later` are left unanswered */
async function startServer(port: number, manner: 'silent' | 'answering') {
  const child = fork(join(import.meta.dirname, '../chaos/fault-server.mjs'), [String(port), manner])
  children.push(child)
  const [address] = await once(child, 'message')
  return { child, port: address.port as number }
}

test('the server is killed in the middle of traffic and comes back: everything settles, and the client knows what it may have lost', async () => {
  const { child, port } = await startServer(0, 'silent')
  const client = createPeer(`ws://127.0.0.1:${port}`, { retry: { minTimeout: 50, maxTimeout: 50 } })
  const nextOpen = () => new Promise<OpenEvent>((resolve) => client.once('open', resolve))
  expect(await nextOpen()).toMatchObject({ resumed: false, lost: 0 })

  let notified = 0
  const notify = (count: number) => {
    for (let sent = 0; sent < count; sent++) {
      notified++
      client.notify('count', { n: notified })
    }
  }
  // An ack is due after 64 messages, and comes before the answer to one that was sent after them.
  notify(100)
  await client.request('now')
  const acked = 64

  const requests: { retry: boolean; n: number; settled: Promise<unknown> }[] = []
  const request = (method: string, retry: boolean) => {
    const n = requests.length
    const settled = client.request(method, { n }, { retry }).catch((error) => error.code)
    requests.push({ retry, n, settled })
  }
  for (let sent = 0; sent < 10; sent++) request('later', sent % 2 === 0)
  // In the middle of traffic: some of these are answered, some on their way, some not sent at all.
  const away = new Promise((resolve) => client.once('disconnected', () => resolve(undefined)))
  const traffic = setInterval(() => {
    for (let sent = 0; sent < 10; sent++) request('now', sent % 2 === 0)
    notify(10)
  }, 1)
  await expect.poll(() => requests.length).toBeGreaterThan(200)
  const restarted = once(child, 'exit').then(() => startServer(port, 'answering'))
  child.kill('SIGKILL')
  await away
  notify(20)
  clearInterval(traffic)
  const [open] = await Promise.all([nextOpen(), restarted])

  expect(open.resumed).toBe(false)
  expect(open.lost).toBeGreaterThanOrEqual(20)
  expect(open.lost).toBeLessThanOrEqual(notified - acked)
  for (const { retry, n, settled } of requests) {
    const outcome = await settled
    if (retry || n >= 10) expect([{ n }, ...(retry ? [] : ['SESSION_LOST'])]).toContainEqual(outcome)
    else expect(outcome).toBe('SESSION_LOST')
  }
  expect(await client.request('later', { n: -1 })).toEqual({ n: -1 })
  client.close()
})

type Application = (
  room: AnyRoom,
  accept: ConnectionRequestAcceptFn,
  reject: ConnectionRequestRejectFn,
) => void

const applications: Record<string, Application> = {
  'turns the second one away': (room, accept, reject) => {
    try {
      room.createPeer('ann', accept())
    } catch (error) {
      reject(error as Error)
    }
  },
  'closes the first one': (room, accept) => {
    room.getPeer('ann')?.close(4001)
    room.createPeer('ann', accept())
  },
}

for (const [manner, application] of Object.entries(applications)) {
  test(`two stock clients with one id do not chase each other when the application ${manner}`, async ({
    serve,
  }) => {
    const protoo: typeof Stock = createRequire(import.meta.url)('protoo-client')
    const dials = { first: 0, second: 0 }
    const room = new Room()
    const port = await serve((http) => {
      http.prependListener('upgrade', ({ url }) => dials[url === '/first' ? 'first' : 'second']++)
      new WebSocketServer(http, { session: true }).on('connectionrequest', (_info, accept, reject) =>
        application(room, accept, reject),
      )
    })
    const connect = (name: string) =>
      new protoo.Peer(new protoo.WebSocketTransport(`ws://127.0.0.1:${port}/${name}`))
    const first = connect('first')
    await new Promise((resolve) => first.on('open', () => resolve(undefined)))
    const second = connect('second')
    const closed = await new Promise((resolve) => {
      for (const client of [first, second]) client.on('close', () => resolve(client))
    })
    expect(closed).toBe(manner === 'closes the first one' ? first : second)
    // That nothing more happens can only be waited for.
    await setTimeout(2000)
    expect(Math.max(dials.first, dials.second)).toBeLessThanOrEqual(2)
    expect([first.closed, second.closed].filter(Boolean)).toHaveLength(1)
    expect(room.peers).toHaveLength(1)
    room.close()
  })
}
