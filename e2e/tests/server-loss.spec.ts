import { WebSocketServer } from '@protoo-kit/server-lite'
import { expect, test } from '../support/test.js'

test('whoever the server has sent away stays away, while others come back', async ({
  wire,
  server,
  visit,
}) => {
  const retry = { minTimeout: 100, maxTimeout: 100 }
  const ann = await visit('Ann', wire.url, { ...retry, room: 'doomed' })
  const ben = await visit('Ben', wire.url, retry)
  await expect(ann.state).toHaveText('Connected')
  await expect(ben.state).toHaveText('Connected')

  server.closeRoom('doomed')
  await expect(ann.banner).toContainText('This room was closed by the server')
  // Meanwhile somebody else loses the connection five times, and comes back each time.
  for (let count = 1; count <= 5; count++) {
    wire.cut()
    await expect.poll(() => ben.record.all('dial').length).toBe(1 + count)
    await expect(ben.sendButton).toHaveAttribute('aria-disabled', 'false')
  }
  expect(ann.record.all('dial')).toHaveLength(1)
  expect(wire.upgrades.filter(({ url }) => url.includes('doomed'))).toHaveLength(1)
})

test('a server that accepts and at once closes is not hammered', async ({ wire, serve, visit }) => {
  const flapping = await serve((http) => {
    new WebSocketServer(http).on('connectionrequest', (_info, accept) => accept().close(1011))
  })
  const ann = await visit('Ann', wire.url, { minTimeout: 200, maxTimeout: 10_000, steady: true })
  await expect(ann.state).toHaveText('Connected')
  wire.target = flapping
  wire.cut()
  // The waits are 360 ms, and a fifth longer each time; the first connection did not last either.
  await expect.poll(() => wire.upgrades.length).toBe(6)
  const [, first = 0, ...others] = wire.upgrades.map(({ at }) => at)
  expect(others.filter((at) => at - first <= 1000).length).toBeLessThanOrEqual(3)
  expect(Number(others.at(-1)) - first).toBeGreaterThanOrEqual(1900)
  await expect(ann.banner).toContainText('Connection lost. Trying again')
})
