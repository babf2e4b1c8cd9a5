import type { Page } from '@playwright/test'
import { type BrokerProcess, expect, test } from '../support/peerjs-test.js'

declare global {
  interface Window {
    // The client as it comes from npm, whose types a page's script does not bring along.
    // biome-ignore lint/suspicious/noExplicitAny: as above
    Peer: any
    // biome-ignore lint/suspicious/noExplicitAny: as above
    peer: any
    events: string[]
    received: number[]
  }
}

/** A page with nothing but a client of the original's, open at the broker. */
async function client(
  visit: (url: string) => Promise<Page>,
  broker: BrokerProcess,
  id?: string,
): Promise<Page> {
  const page = await visit(`http://127.0.0.1:${broker.port}/peerjs/broker/`)
  await page.addScriptTag({ url: '/peerjs/peerjs.min.js' })
  await page.evaluate(
    async ([port, id]) => {
      const options = { host: '127.0.0.1', port, path: '/peerjs/broker', config: { iceServers: [] } }
      const peer = id ? new window.Peer(id, options) : new window.Peer(options)
      window.peer = peer
      window.events = []
      window.received = []
      for (const name of ['open', 'disconnected', 'close']) peer.on(name, () => window.events.push(name))
      peer.on('error', (error: { type: string }) => window.events.push(`error ${error.type}`))
      peer.on('connection', (connection: { on(event: string, listener: (data: number) => void): void }) =>
        connection.on('data', (data) => window.received.push(data)),
      )
      await new Promise((resolve) => peer.once('open', resolve))
    },
    [broker.port, id] as const,
  )
  return page
}

const idOf = (page: Page) => page.evaluate(() => window.peer.id as string)

/** Connects to another and sends numbers, once it is open. */
async function sendNumbers(page: Page, to: string, from: number, count: number): Promise<void> {
  await page.evaluate(
    async ([to, from, count]) => {
      const connection = window.peer.connect(to, { reliable: true })
      await new Promise((resolve) => connection.on('open', resolve))
      for (let number = from; number < from + count; number++) connection.send(number)
    },
    [to, from, count] as const,
  )
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index)

test.describe('the client from npm', () => {
  test('gets an id, finds another, and a thousand messages arrive in order (J13)', async ({
    visit,
    broker,
  }) => {
    const [a, b] = await Promise.all([client(visit, broker), client(visit, broker)])
    expect(await idOf(a)).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/)
    await sendNumbers(a, await idOf(b), 0, 1000)
    await expect.poll(() => b.evaluate(() => window.received.length)).toBe(1000)
    expect(await b.evaluate(() => window.received)).toEqual(numbers(1000))
  })

  test('calls another, and the frames of a camera arrive both ways', async ({ visit, broker }) => {
    const [a, b] = await Promise.all([client(visit, broker, 'ann'), client(visit, broker, 'bob')])
    await b.evaluate(() => {
      // biome-ignore lint/suspicious/noExplicitAny: a call of the original's
      window.peer.on('call', async (call: any) => {
        window.peer.mediaCall = call
        call.answer(await navigator.mediaDevices.getUserMedia({ video: true, audio: true }))
      })
    })
    await a.evaluate(async () => {
      const stream = await navigator.mediaDevices.getUserMedia({ video: true, audio: true })
      window.peer.mediaCall = window.peer.call('bob', stream)
    })
    for (const page of [a, b]) {
      const frames = () =>
        page.evaluate(async () => {
          const connection: RTCPeerConnection | undefined = window.peer.mediaCall?.peerConnection
          const reports = connection ? [...(await connection.getStats()).values()] : []
          const video = reports.find(({ type, kind }) => type === 'inbound-rtp' && kind === 'video')
          return video?.framesDecoded ?? 0
        })
      await expect.poll(frames, { timeout: 20_000 }).toBeGreaterThan(10)
    }
  })

  test('comes back to a broker that was killed, with its id, and is found again', async ({
    visit,
    startBroker,
  }) => {
    const broker = await startBroker()
    const [a, b] = await Promise.all([client(visit, broker, 'ann'), client(visit, broker, 'bob')])
    await sendNumbers(a, 'bob', 0, 10)
    await broker.kill()
    for (const page of [a, b])
      await expect.poll(() => page.evaluate(() => window.events.includes('disconnected'))).toBe(true)
    const next = await startBroker(broker.port)
    for (const page of [a, b]) {
      await page.evaluate(async () => {
        const opened = new Promise((resolve) => window.peer.once('open', resolve))
        window.peer.reconnect()
        await opened
      })
    }
    expect(next.port).toBe(broker.port)
    await sendNumbers(a, 'bob', 10, 10)
    await expect.poll(() => b.evaluate(() => window.received)).toEqual(numbers(20))
    expect(await idOf(a)).toBe('ann')
  })

  test('is told OPEN when it reconnects before its old connection is gone', async ({ visit, broker }) => {
    const page = await client(visit, broker, 'ann')
    // The client forgets its socket without closing it, as when the network is another.
    await page.evaluate(async () => {
      const { peer } = window
      peer.socket.removeAllListeners()
      Object.defineProperty(peer.socket, 'close', { value: () => {} })
      peer.disconnect()
      peer._socket = peer._createServerConnection()
      const opened = new Promise((resolve) => peer.once('open', resolve))
      peer.reconnect()
      await opened
    })
    expect(await page.evaluate(() => window.peer.open)).toBe(true)
  })

  test('hears what it understands of refusals', async ({ visit, broker }) => {
    const a = await client(visit, broker, 'ann')
    const refused = await a.evaluate(async (port) => {
      const options = { host: '127.0.0.1', port, path: '/peerjs/broker' }
      const failure = (peer: { on(event: string, listener: (error: { type: string }) => void): void }) =>
        new Promise<string>((resolve) => peer.on('error', ({ type }) => resolve(type)))
      const gone = failure(window.peer)
      window.peer.connect('nobody')
      return [
        await failure(new window.Peer('ann', options)),
        await failure(new window.Peer('bob', { ...options, key: 'other' })),
        await gone,
      ]
    }, broker.port)
    expect(refused).toEqual(['unavailable-id', 'server-error', 'peer-unavailable'])
  })
})
