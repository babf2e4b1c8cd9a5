import { everywhere } from '../support/everywhere.js'
import { expect, test } from '../support/test.js'

const quick = { minTimeout: 200, maxTimeout: 200 }

test('cut: nothing gets through for the one who asked for it, until they end it', async ({
  server,
  visit,
  visitAll,
}) => {
  const ben = await visit('Ben', server.url)
  const people = await visitAll(server.url, quick)
  await expect(ben.members).toHaveCount(4)
  await expect(ben.banner).toBeHidden()
  ben.record.clear()
  await everywhere(people, async (person, frontEnd) => {
    const { drawer, banner, state } = person
    await drawer.open()
    await drawer.button('Cut').click()
    await expect(drawer.button('Cut')).toHaveAttribute('aria-pressed', 'true')
    await expect(drawer.words).toHaveText(/^Cut/)
    await person.insert('written meanwhile')
    await expect(banner).toContainText('Connection lost')
    await expect(ben.member(frontEnd)).toHaveAttribute('data-presence', 'away')

    await drawer.end('Cut')
    await expect(drawer.button('Cut')).toHaveAttribute('aria-pressed', 'false')
    await expect(banner).toContainText('Connected again')
    await expect(state).toHaveText('Connected')
    await expect(ben.member(frontEnd)).toHaveAttribute('data-presence', 'here')
    await person.field.press('Enter')
    await expect(person.newest).toContainText('Sent')
  })
  await expect(ben.bubbles).toHaveText(['written meanwhile', 'written meanwhile', 'written meanwhile'])
  expect(ben.record.texts('banner')).toEqual([])
})

test('freeze: both ends notice the silence by themselves, and what was on its way arrives once', async ({
  server,
  visit,
  visitAll,
}) => {
  const ben = await visit('Ben', server.url)
  const people = await visitAll(server.url, quick)
  await everywhere(people, async (person, frontEnd) => {
    const { drawer, banner, newest } = person
    await drawer.open()
    await drawer.button('Freeze').click()
    await expect(drawer.words).toHaveText(/^Frozen/)
    await person.say(`from the tunnel, ${frontEnd}`)
    await expect(newest).toContainText('Sending…')
    await expect(ben.member(frontEnd)).toHaveAttribute('data-presence', 'away')
    await expect(banner).toContainText('Connection lost')

    await drawer.end('Freeze')
    await expect(newest).toContainText('Sent')
    await expect(ben.member(frontEnd)).toHaveAttribute('data-presence', 'here')
  })
  await expect(ben.bubbles).toHaveCount(3)
})

test('slow: a message is on its way for two seconds, and nobody is told of an outage', async ({
  server,
  visitAll,
}) => {
  const people = await visitAll(server.url, quick)
  await everywhere(people, async (person, frontEnd) => {
    const { drawer, newest, record } = person
    await drawer.open()
    await drawer.button('Slow').click()
    await expect(drawer.words).toHaveText(/^Slow/)
    const before = Date.now()
    await person.say(`slowly, ${frontEnd}`)
    await expect(newest).toContainText('Sending…')
    await expect(newest).toContainText('Sent')
    expect(Date.now() - before).toBeGreaterThanOrEqual(2000)
    expect(record.texts('banner')).toEqual([])
  })
  await everywhere(people, async ({ bubbles }) => expect(bubbles).toHaveCount(3))
})

test('restart: everybody is told, comes back, and still has what was said', async ({ server, visitAll }) => {
  const people = await visitAll(server.url, quick)
  await everywhere(people, async (person, frontEnd) => {
    await person.say(`before, ${frontEnd}`)
    await person.insert('half a thought')
    await expect(person.bubbles).toHaveCount(3)
  })
  await people.react.drawer.open()
  await people.react.drawer.button('Restart the server').click()
  await everywhere(people, async (person) => {
    await expect(person.banner).toContainText('Connection lost')
    await expect(person.banner).toContainText('Connected again')
    await expect(person.members).toHaveCount(3)
    await expect(person.field).toHaveValue('half a thought')
  })
  await people.vue.say(' is whole')
  await everywhere(people, async ({ bubbles }) => {
    await expect(bubbles).toHaveText([/^before/, /^before/, /^before/, 'half a thought is whole'])
  })
})

test('the keyboard opens and closes it, and the way back is kept', async ({ server, visitAll }) => {
  const people = await visitAll(server.url)
  for (const { page, drawer, field } of Object.values(people)) {
    await page.bringToFront()
    await field.focus()
    await page.keyboard.press('Control+.')
    await expect(drawer.button('Cut')).toBeFocused()
    await page.keyboard.press('Escape')
    await expect(drawer.panel).toBeHidden()
    await expect(page.getByRole('button', { name: 'Network' })).toBeFocused()
  }
})
