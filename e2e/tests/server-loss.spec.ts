import { WebSocketServer } from '@protoo-kit/server-lite'
import { expect, test } from '../support/test.js'

test('the server is killed and comes back: the page says so, and nothing typed is lost', async ({
  server,
  startServer,
  visit,
}) => {
  const retry = { minTimeout: 1000, maxTimeout: 1000 }
  const ann = await visit('Ann', server.url, retry)
  const ben = await visit('Ben', server.url, retry)
  await expect(ann.members).toHaveCount(2)
  await ann.say('before')
  await expect(ben.bubbles).toHaveText(['before'])
  await ann.field.fill('typed before')
  await ann.field.focus()

  const killed = Date.now()
  await server.kill()
  await expect(ann.sendButton).toHaveAttribute('aria-disabled', 'true')
  await ann.page.keyboard.type(', and meanwhile')
  await ann.page.keyboard.press('Enter')
  await expect(ann.banner).toBeVisible()
  expect(Date.now() - killed).toBeGreaterThanOrEqual(1400)
  await expect(ann.banner).toContainText('Connection lost. Trying again')
  await expect(ann.state).toHaveText('Reconnecting…')
  await expect(ann.live).toHaveText('Connection lost. Trying again…')

  await startServer(server.port)
  await expect(ann.live).toHaveText('Connected again')
  for (const { state, members } of [ann, ben]) {
    await expect(state).toHaveText('Connected')
    await expect(members).toHaveCount(2)
  }
  await expect(ann.banner).toBeHidden()
  await expect(ann.field).toHaveValue('typed before, and meanwhile')
  await expect(ann.field).toBeFocused()
  await ann.page.keyboard.press('Enter')
  await expect(ben.bubbles).toHaveText(['before', 'typed before, and meanwhile'])
  await ben.say('after')
  await expect(ann.bubbles).toHaveText(['before', 'typed before, and meanwhile', 'after'])
})

test('a short interruption is not worth a word', async ({ wire, visit }) => {
  const ann = await visit('Ann', wire.url, { minTimeout: 100, maxTimeout: 100 })
  await expect(ann.state).toHaveText('Connected')
  await ann.page.evaluate(() => {
    const said: string[] = []
    const watched = ['notice', 'live', 'state'].map((id) => document.getElementById(id))
    const observer = new MutationObserver(() => {
      said.push(watched.map((node) => node?.textContent).join('|'))
    })
    for (const node of watched)
      if (node) observer.observe(node, { childList: true, attributeFilter: ['class'] })
    Object.assign(window, { said })
  })
  wire.cut()
  await expect.poll(() => wire.upgrades.length).toBe(2)
  await ann.say('as if nothing had happened')
  await expect(ann.sendButton).toHaveAttribute('aria-disabled', 'false')
  await ann.field.press('Enter')
  await expect(ann.newest).toContainText('Sent')
  await expect(ann.banner).toBeHidden()
  const said = await ann.page.evaluate(() => (window as unknown as { said: string[] }).said)
  expect(said.filter((words) => /lost|again|Reconnecting/.test(words))).toEqual([])
})

test('the server stays away until the retries are spent; "Retry now" works once it is back', async ({
  server,
  startServer,
  visit,
}) => {
  const ann = await visit('Ann', server.url, { retries: 2, minTimeout: 100, maxTimeout: 100 })
  await expect(ann.state).toHaveText('Connected')
  await ann.field.fill('still here')
  await server.kill()
  await expect(ann.banner).toContainText('Could not reach the server: gave up after 3 attempts')
  await expect(ann.state).toHaveText('Disconnected')
  await expect(ann.live).toHaveText('Could not reach the server: gave up after 3 attempts')
  // The first one, and three more.
  expect(ann.dials).toHaveLength(4)

  await ann.retryButton.click()
  await expect(ann.banner).toContainText('gave up after 3 attempts')
  expect(ann.dials).toHaveLength(7)

  await startServer(server.port)
  await ann.retryButton.click()
  await expect(ann.state).toHaveText('Connected')
  // The button went away under it.
  await expect(ann.field).toBeFocused()
  await expect(ann.field).toHaveValue('still here')
  await ann.field.press('Enter')
  await expect(ann.newest).toContainText('Sent')
})

test('"Retry now" during a long wait dials at once', async ({ server, startServer, visit }) => {
  const ann = await visit('Ann', server.url, { minTimeout: 60_000, maxTimeout: 60_000, steady: true })
  await expect(ann.state).toHaveText('Connected')
  await server.kill()
  await expect(ann.banner).toContainText(/Trying again in 5\d s…/)
  await startServer(server.port)
  expect(ann.dials).toHaveLength(1)

  const clicked = Date.now()
  await ann.retryButton.click()
  await expect(ann.state).toHaveText('Connected')
  expect(ann.dials).toHaveLength(2)
  expect(Number(ann.dials[1]) - clicked).toBeLessThan(1000)
})

test('the seconds are counted for the eye, and a screen reader is told once', async ({ server, visit }) => {
  const ann = await visit('Ann', server.url, { minTimeout: 60_000, maxTimeout: 60_000, steady: true })
  await expect(ann.state).toHaveText('Connected')
  await ann.page.evaluate(() => {
    const said: (string | null)[] = []
    const live = document.getElementById('live')
    if (live) new MutationObserver(() => said.push(live.textContent)).observe(live, { childList: true })
    Object.assign(window, { said })
  })
  const before = await ann.field.boundingBox()
  await server.kill()
  await expect(ann.banner).toContainText('in 58 s…')
  await expect(ann.banner).toContainText('in 56 s…')
  expect(await ann.page.evaluate(() => (window as unknown as { said: string[] }).said)).toEqual([
    'Connection lost. Trying again…',
  ])
  // Nothing has moved, and nobody was dragged to the button.
  expect(await ann.field.boundingBox()).toEqual(before)
  await expect(ann.field).toBeFocused()
})

test('the server refuses for a while: the page goes on trying, and gets in', async ({
  wire,
  server,
  serve,
  visit,
}) => {
  const refusing = await serve((http) => {
    http.on('upgrade', (_request, socket) => {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
    })
  })
  const ann = await visit('Ann', wire.url, { minTimeout: 500, maxTimeout: 500 })
  await expect(ann.state).toHaveText('Connected')
  wire.target = refusing
  wire.cut()
  await expect(ann.banner).toContainText('Connection lost. Trying again')
  await expect.poll(() => wire.upgrades.length).toBeGreaterThanOrEqual(4)
  await expect(ann.state).toHaveText('Reconnecting…')

  wire.target = server.port
  await expect(ann.state).toHaveText('Connected')
  await ann.say('in again')
  await expect(ann.newest).toContainText('Sent')
})

test('a server that is not there from the start is said not to answer', async ({ server, visit }) => {
  const { page, banner, state } = await visit('', server.url, {
    retries: 3,
    minTimeout: 700,
    maxTimeout: 700,
    steady: true,
  })
  await server.kill()
  await page.getByLabel('Your name').fill('Ann')
  await page.getByRole('button', { name: 'Join' }).click()
  await expect(state).toHaveText(/Connecting…|Reconnecting…/)
  await expect(banner).toContainText('The server does not answer. Trying again')
  await expect(banner).toContainText('Could not reach the server: gave up after 4 attempts')
})

test('a room that the server closes is left for good', async ({ wire, server, visit }) => {
  const retry = { minTimeout: 100, maxTimeout: 100 }
  const ann = await visit('Ann', wire.url, { ...retry, room: 'doomed' })
  const ben = await visit('Ben', wire.url, retry)
  await expect(ann.state).toHaveText('Connected')
  await expect(ben.state).toHaveText('Connected')
  await ann.field.fill('not sent yet')

  server.closeRoom('doomed')
  await expect(ann.banner).toContainText('This room was closed by the server')
  await expect(ann.state).toHaveText('Disconnected')
  await expect(ann.field).toHaveValue('not sent yet')
  await expect(ann.retryButton).toBeHidden()

  // Meanwhile somebody else loses the connection five times, and comes back each time.
  for (let count = 1; count <= 5; count++) {
    wire.cut()
    await expect.poll(() => ben.dials.length).toBe(1 + count)
    await expect(ben.sendButton).toHaveAttribute('aria-disabled', 'false')
  }
  expect(ann.dials).toHaveLength(1)
  expect(wire.upgrades.filter(({ url }) => url.includes('doomed'))).toHaveLength(1)

  await ann.page.getByRole('button', { name: 'Back to start' }).click()
  await ann.page.getByLabel('Room').fill('lobby')
  await ann.page.getByRole('button', { name: 'Join' }).click()
  await expect(ann.members).toHaveText([/Ben/, /Ann/])
})

test('a server that accepts and at once closes is not hammered', async ({ wire, serve, visit }) => {
  const flapping = await serve((http) => {
    new WebSocketServer(http).on('connectionrequest', (_info, accept) => accept().close(1011))
  })
  const ann = await visit('Ann', wire.url, { minTimeout: 100, maxTimeout: 10_000, steady: true })
  await expect(ann.state).toHaveText('Connected')
  wire.target = flapping
  wire.cut()
  // The waits are 100 ms, doubled each time; the first connection did not last either.
  await expect.poll(() => wire.upgrades.length).toBe(6)
  const [, first = 0, ...others] = wire.upgrades.map(({ at }) => at)
  expect(others.filter((at) => at - first <= 2000).length).toBeLessThanOrEqual(3)
  expect(Number(others.at(-1)) - first).toBeGreaterThanOrEqual(2900)
  await expect(ann.banner).toContainText('Connection lost. Trying again')
})
