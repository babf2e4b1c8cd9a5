import { ChatPage } from '../support/chat-page.js'
import { expect, test } from '../support/test.js'

test('the machine sleeps and loses the connection: awake, the page dials at once', async ({
  sleepy,
  wire,
  visit,
}) => {
  const { page, freeze, thaw } = await sleepy.newPage()
  const ann = await ChatPage.of(page)
  await ann.enter('Ann', wire.url)
  const ben = await visit('Ben', wire.url, { minTimeout: 100, maxTimeout: 100 })
  await expect(ann.members).toHaveCount(2)
  await ann.field.fill('half a thou')
  await freeze()
  wire.cut()
  // Whoever is awake notices and comes back, several times over.
  for (let count = 2; count <= 5; count++) {
    await expect.poll(() => ben.record.all('dial').length).toBe(count)
    await expect(ben.sendButton).toHaveAttribute('aria-disabled', 'false')
    if (count < 5) wire.cut()
  }
  expect(ann.record.all('dial')).toHaveLength(1)

  const awake = Date.now()
  await thaw()
  await expect.poll(() => ann.record.all('dial').length).toBe(2)
  expect(Number(wire.upgrades.at(-1)?.at) - awake).toBeLessThan(2000)
  await expect(ann.state).toHaveText('Connected')
  // She was away for less than the window, and so never left.
  await expect(ben.members).toHaveCount(2)
  await ben.say('good morning')
  await expect(ann.bubbles).toHaveText(['good morning'])
  await ann.field.pressSequentially('ght')
  await ann.field.press('Enter')
  await expect(ben.bubbles).toHaveText(['good morning', 'half a thought'])
  expect(ann.problems).toEqual([])
})
