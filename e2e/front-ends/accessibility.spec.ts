import { groups } from '../../examples/chat-app/gallery/states.js'
import { expectNoViolations } from '../support/axe.js'
import { frontEnds } from '../support/chat-page.js'
import { expect, test } from '../support/test.js'

// Projects run this in light and in dark colours.
test.beforeEach(async ({ page, colorScheme }) => {
  const dark = await page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches)
  expect(dark).toBe(colorScheme === 'dark')
})

test('start page', async ({ server, page }) => {
  await page.goto(server.url)
  await expect(page.getByRole('button', { name: 'Join' })).toBeVisible()
  await expectNoViolations(page, 'start')
})

for (const frontEnd of frontEnds) {
  test(`${frontEnd}: talking, with the drawer open, reconnecting, and gone`, async ({
    server,
    startServer,
    visit,
  }) => {
    const options = { frontEnd, minTimeout: 60_000, maxTimeout: 60_000, steady: true }
    const ann = await visit('Ann', server.url, options)
    const ben = await visit('Ben', server.url)
    await ann.say('one')
    await ben.say('two')
    await expect(ann.bubbles).toHaveText(['one', 'two'])
    await expectNoViolations(ann.page, 'talking')

    await ann.drawer.open()
    await expectNoViolations(ann.page, 'drawer')
    await ann.drawer.close()

    await server.kill()
    await expect(ann.countdown).toBeVisible()
    await expectNoViolations(ann.page, 'reconnecting')

    const again = await startServer(server.port)
    await ann.action.click()
    await expect(ann.state).toHaveText('Connected')
    again.closeRoom('lobby')
    await expect(ann.banner).toContainText('This room was closed')
    await expectNoViolations(ann.page, 'closed')
  })
}

test('gallery: all states, by all banners', async ({ server, page }) => {
  await page.goto(`${server.url}gallery/`)
  await expect(page.getByRole('article')).toHaveCount(groups.flatMap(({ states }) => states).length)
  await expectNoViolations(page, 'as it is')
  // The banners in it are pictures, inert: now they are looked at as if each were in use.
  await page.evaluate(() => {
    for (const node of document.querySelectorAll<HTMLElement>('[inert]')) node.inert = false
  })
  await expectNoViolations(page, 'alive')
})

for (const banner of ['element', 'react', 'vue'])
  test(`gallery: one state alone, by ${banner}`, async ({ server, page }) => {
    await page.goto(`${server.url}gallery/?state=closed-refused-sign-in&by=${banner}`)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await expectNoViolations(page, 'alone')
  })
