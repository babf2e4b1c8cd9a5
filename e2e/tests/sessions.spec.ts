import { once } from 'node:events'
import type { Page } from '@playwright/test'
import { type Peer, Room, WebSocketServer } from '@protoo-kit/server-lite'
import { servePeerPage } from '../support/peer-page.js'
import { TcpProxy } from '../support/tcp-proxy.js'
import { test as base, expect } from '../support/test.js'

interface Bed {
  room: Room
  /** What the page asked for, in order. */
  asked: number[]
  /** Each peer that the page has had at the server. */
  peers: Peer[]
  wire: TcpProxy
  /** Lets connections through again. */
  mend(): void
}

const test = base.extend<{ bed: Bed }>({
  bed: async ({ serve }, use) => {
    const room = new Room()
    const asked: number[] = []
    const peers: Peer[] = []
    const port = await serve((http) => {
      servePeerPage(http)
      new WebSocketServer(http, { session: true }).on('connectionrequest', (_, accept) => {
        const peer = room.createPeer('page', accept())
        peers.push(peer)
        peer.handle('say', ({ n }) => {
          asked.push(n)
          return { n }
        })
      })
    })
    const wire = await TcpProxy.start(port)
    const mend = () => {
      wire.target = port
    }
    await use({ room, asked, peers, wire, mend })
    room.close()
    await wire.close()
  },
})

/** Opens the page, and waits until it is connected. */
async function visit(page: Page, { wire, peers }: Bed): Promise<Peer> {
  await page.goto(wire.url)
  await expect.poll(() => page.evaluate('events')).toEqual(['open'])
  const [peer] = peers
  if (!peer) throw new Error('nobody came')
  return peer
}

/** What the page's requests come to, once it is asked for. */
function ask(page: Page, ...numbers: number[]): Promise<unknown> {
  return page.evaluate(`Promise.all([${numbers}].map((n) => peer.request('say', { n })))`)
}

test('what is asked and sent while the line is cut arrives once, and the answers come', async ({
  page,
  bed,
}) => {
  const peer = await visit(page, bed)
  const { wire, peers, asked } = bed
  const before = ask(page, 0, 1, 2)
  wire.target = undefined
  wire.cut()
  if (peer.connected) await once(peer, 'disconnected')
  await expect.poll(() => page.evaluate('events')).toContain('failed')
  const meanwhile = ask(page, 3, 4)
  for (const n of [0, 1, 2]) await peer.notify('news', { n })
  expect(peer.closed).toBe(false)

  bed.mend()
  expect(await before).toEqual([{ n: 0 }, { n: 1 }, { n: 2 }])
  expect(await meanwhile).toEqual([{ n: 3 }, { n: 4 }])
  expect(asked).toEqual([0, 1, 2, 3, 4])
  await expect.poll(() => page.evaluate('received')).toEqual([0, 1, 2])
  expect(await page.evaluate('events.at(-1)')).toBe('resumed')
  expect(peers).toHaveLength(1)
})

test('a line that is dead without saying so is noticed within seconds of waking up', async ({
  page,
  bed,
}) => {
  const peer = await visit(page, bed)
  bed.wire.freeze()
  const answers = ask(page, 0)
  const woken = Date.now()
  await page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
  await expect.poll(() => page.evaluate('events'), { timeout: 10_000 }).toContain('disconnected')
  expect(Date.now() - woken).toBeGreaterThan(4000)

  bed.wire.thaw()
  expect(await answers).toEqual([{ n: 0 }])
  expect(bed.asked).toEqual([0])
  expect(bed.peers).toEqual([peer])
})

test('a reloaded page has its own place again at once', async ({ page, bed }) => {
  const before = await visit(page, bed)
  const gone = once(before, 'close')
  await page.reload()
  // It said goodbye.
  expect(await gone).toEqual([expect.objectContaining({ cause: 'remote', code: 4000 })])
  await expect.poll(() => page.evaluate('events')).toEqual(['open'])
  expect(bed.room.peers).toEqual([bed.peers[1]])
})

test('a page that comes back after its tab crashed, unheard, has its own place again', async ({
  page,
  bed,
}) => {
  const before = await visit(page, bed)
  // The page cannot say goodbye, and the server waits for it.
  bed.wire.target = undefined
  bed.wire.cut()
  await once(before, 'disconnected')
  const closed = once(before, 'close')
  const next = await page.context().newPage()
  await page.close()
  bed.mend()
  await next.goto(bed.wire.url)
  await expect.poll(() => next.evaluate('events')).toEqual(['open'])
  expect(await closed).toEqual([expect.objectContaining({ cause: 'local', code: 4001 })])
  expect(bed.room.peers).toEqual([bed.peers.at(-1)])
})
