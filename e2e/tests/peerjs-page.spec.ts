import type { Page } from '@playwright/test'
import { expectNoViolations } from '../support/axe.js'
import { expect, test } from '../support/peerjs-test.js'

const state = (page: Page) => page.getByRole('banner').getByRole('status')

/** Two tabs, one of which has followed the other's link. */
async function meet(visit: (url: string) => Promise<Page>, url: string): Promise<[Page, Page]> {
  const first = await visit(url)
  await expect(state(first)).toHaveText('Ready')
  const link = await first.getByRole('link', { name: 'Open in another tab' }).getAttribute('href')
  const second = await visit(link ?? '')
  for (const page of [first, second]) await expect(page.getByText(/^Connected to /)).toBeVisible()
  return [first, second]
}

/** Frames that a video has shown. */
const framesOf = (page: Page, name: string) =>
  page
    .getByLabel(name)
    .evaluate((video: HTMLVideoElement) => video.getVideoPlaybackQuality().totalVideoFrames)

test('two tabs talk by keyboard alone, and see each other', async ({ visit, broker }) => {
  const [ann, bob] = await meet(visit, broker.url)
  await expect(bob.getByLabel('Message', { exact: true })).toBeFocused()
  await bob.keyboard.type('Hello')
  await bob.keyboard.press('Enter')
  await expect(ann.getByText('Hello', { exact: true })).toBeVisible()

  await ann.getByRole('button', { name: 'Start call' }).focus()
  await ann.keyboard.press('Enter')
  for (const page of [ann, bob])
    await expect.poll(() => framesOf(page, "The other's picture"), { timeout: 20_000 }).toBeGreaterThan(5)
  await bob.getByRole('button', { name: 'Hang up' }).click()
  await expect(ann.getByRole('button', { name: 'Start call' })).toBeEnabled()
})

test('a page shows the picture of its camera', async ({ visit, broker }) => {
  const [ann, bob] = await meet(visit, broker.url)
  await ann.getByLabel('Use my camera').check()
  await ann.getByRole('button', { name: 'Start call' }).click()
  await expect.poll(() => framesOf(bob, "The other's picture"), { timeout: 20_000 }).toBeGreaterThan(5)
})

test('a page that is reloaded has its id back', async ({ visit, broker }) => {
  const page = await visit(broker.url)
  await expect(state(page)).toHaveText('Ready')
  const id = await page.getByLabel('Your id').textContent()
  await page.reload()
  await expect(state(page)).toHaveText('Ready')
  await expect(page.getByLabel('Your id')).toHaveText(id ?? '')
})

test('what is connected goes on without the broker, and the page comes back to it', async ({
  visit,
  startBroker,
}) => {
  const broker = await startBroker()
  const [ann, bob] = await meet(visit, broker.url)
  await broker.kill()
  await expect(state(ann)).toHaveText('Reconnecting…')
  await ann.getByLabel('Message', { exact: true }).fill('Still here')
  await ann.keyboard.press('Enter')
  await expect(bob.getByText('Still here')).toBeVisible()
  await startBroker(broker.port)
  for (const page of [ann, bob]) await expect(state(page)).toHaveText('Ready', { timeout: 15_000 })
})

test('says when nobody is there', async ({ visit, broker }) => {
  const page = await visit(`${broker.url}?with=nobody`)
  await expect(page.getByRole('alert')).toHaveText('Nobody with this id is there.', { timeout: 15_000 })
})

for (const scheme of ['light', 'dark'] as const) {
  test(`fits a narrow window, and everybody: ${scheme}`, async ({ visit, broker }) => {
    const [page] = await meet(visit, broker.url)
    await page.emulateMedia({ colorScheme: scheme })
    await expectNoViolations(page, 'connected')
    await page.setViewportSize({ width: 360, height: 740 })
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    expect(overflow).toBeLessThanOrEqual(0)
  })
}
