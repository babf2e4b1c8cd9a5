import type { Page } from '@playwright/test'
import { everywhere } from '../support/everywhere.js'
import { expect, test } from '../support/test.js'

/** px of the page beyond what is to be seen of it. */
const overflow = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)

test('a narrow screen has room for everything', async ({ server, visitAll }) => {
  const people = await visitAll(server.url, {
    room: 'a-room-with-a-long-name-without-any-space-to-break-it-at',
    minTimeout: 60_000,
    maxTimeout: 60_000,
    steady: true,
  })
  await everywhere(people, async (person) => {
    await person.page.setViewportSize({ width: 320, height: 480 })
    await person.say('word'.repeat(200))
    await expect(person.newest).toContainText('Sent')
  })
  await server.kill()
  await everywhere(people, async ({ page, banner, countdown, action, state, field, sendButton }) => {
    await expect(countdown).toBeVisible()
    for (const locator of [banner, action, state, field, sendButton])
      await expect(locator).toBeInViewport({ ratio: 1 })
    expect(await overflow(page)).toBe(0)
  })
})

test('the start page has room on a narrow screen, and leads to each front end', async ({ server, page }) => {
  await page.setViewportSize({ width: 320, height: 480 })
  for (const [label, path] of [
    ['React', 'react'],
    ['Vue', 'vue'],
    ['Plain', 'plain'],
  ] as const) {
    await page.goto(server.url)
    expect(await overflow(page)).toBe(0)
    await page.getByRole('radio', { name: label }).check({ force: true })
    await page.getByRole('textbox', { name: 'Your name' }).fill('Ann')
    await page.getByRole('button', { name: 'Join' }).click()
    await expect(page).toHaveURL(new RegExp(`/${path}/`))
    await expect(page.locator('#state')).toHaveText('Connected')
  }
})
