import { setTimeout as delay } from 'node:timers/promises'
import { type Peer, Room, WebSocketServer } from '@protoo-kit/server-lite'
import { DevToolsBrowser, type Tab } from '../support/devtools-browser.js'
import { servePeerPage } from '../support/peer-page.js'
import { expect, test } from '../support/test.js'

/** ms of each part: `npm run hidden-tab` takes five minutes in all. */
const PART = Number(process.env.HIDDEN_TAB_SECONDS ?? 20) * 500
/** ms, and so four seconds until a client counts as dead: far less than the page's timers are late. */
const HEARTBEAT = 2000

test('a hidden and throttled tab stays connected: receiving only, and idle', async ({
  serve,
  launchOptions,
}) => {
  test.setTimeout(PART * 2 + 90_000)
  const room = new Room()
  const drops: string[] = []
  let joined: (peer: Peer) => void
  const joining = new Promise<Peer>((resolve) => {
    joined = resolve
  })
  const port = await serve((http) => {
    servePeerPage(http)
    new WebSocketServer(http, { session: { heartbeat: HEARTBEAT } }).on('connectionrequest', (_, accept) => {
      const peer = room.createPeer('tab', accept())
      for (const event of ['disconnected', 'close'] as const) peer.on(event, () => drops.push(event))
      joined(peer)
    })
  })
  const browser = await DevToolsBrowser.launch({
    ...launchOptions,
    args: ['--enable-features=IntensiveWakeUpThrottling:grace_period_seconds/10'],
  })
  try {
    const tab = await browser.newTab(`http://127.0.0.1:${port}/`)
    const peer = await joining
    await browser.newTab('about:blank')
    await expect.poll(() => tab.evaluate('document.hidden')).toBe(true)
    // Ten ticks a second when visible; at most one a minute from some seconds on.
    await expect.poll(() => ticksWithin(tab, 3000), { timeout: 60_000 }).toBeLessThanOrEqual(1)

    const before = Number(await tab.evaluate('received.length'))
    let sent = 0
    for (const end = Date.now() + PART; Date.now() < end; await delay(50)) {
      await peer.notify('tick', { n: sent++ })
    }
    await expect.poll(() => tab.evaluate('received.length')).toBe(before + sent)
    await delay(PART)

    expect(await tab.evaluate('document.hidden')).toBe(true)
    expect(await ticksWithin(tab, 3000)).toBeLessThanOrEqual(1)
    expect(await tab.evaluate('events')).toEqual(['open'])
    expect(drops).toEqual([])
    expect(peer.connected).toBe(true)
  } finally {
    room.close()
    await browser.close()
  }
})

async function ticksWithin(tab: Tab, ms: number): Promise<number> {
  const before = Number(await tab.evaluate('ticks'))
  await delay(ms)
  return Number(await tab.evaluate('ticks')) - before
}
