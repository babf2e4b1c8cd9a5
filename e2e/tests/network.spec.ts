import { ChatPage } from '../support/chat-page.js'
import { expect, test } from '../support/test.js'

test('the page goes offline and says so, and dials at once when it is online', async ({ wire, visit }) => {
  // With a wait so long that nothing but the network's return can end it.
  const ann = await visit('Ann', wire.url, { minTimeout: 60_000, maxTimeout: 60_000, steady: true })
  await expect(ann.state).toHaveText('Connected')
  await ann.page.context().setOffline(true)
  wire.cut()
  await expect(ann.banner).toContainText('You are offline')
  await expect(ann.state).toHaveText('Offline')
  await expect(ann.retryButton).toBeVisible()
  await ann.field.fill('written on the train')

  const online = Date.now()
  await ann.page.context().setOffline(false)
  await expect(ann.state).toHaveText('Connected')
  expect(Number(wire.upgrades.at(-1)?.at) - online).toBeLessThan(1000)
  expect(wire.upgrades).toHaveLength(2)
  await ann.field.press('Enter')
  await expect(ann.newest).toContainText('written on the train')
  await expect(ann.newest).toContainText('Sent')
})

test('the machine sleeps and loses the connection: awake, the page dials at once', async ({
  sleepy,
  wire,
  visit,
}) => {
  const { page, freeze, thaw } = await sleepy.newPage()
  const ann = new ChatPage(page, 'Ann')
  await ann.enter(wire.url)
  const ben = await visit('Ben', wire.url, { minTimeout: 100, maxTimeout: 100 })
  await expect(ann.members).toHaveCount(2)
  await ann.field.fill('half a thou')
  await freeze()
  wire.cut()
  // Whoever is awake notices and comes back, several times over.
  for (let count = 2; count <= 5; count++) {
    await expect.poll(() => ben.dials.length).toBe(count)
    await expect(ben.sendButton).toHaveAttribute('aria-disabled', 'false')
    if (count < 5) wire.cut()
  }
  expect(ann.dials).toHaveLength(1)

  const awake = Date.now()
  await thaw()
  await expect.poll(() => ann.dials.length).toBe(2)
  expect(Number(ann.dials[1]) - awake).toBeLessThan(2000)
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

test('a message on its way when the connection breaks arrives once, with the next connection', async ({
  wire,
  visit,
}) => {
  const ann = await visit('Ann', wire.url, { minTimeout: 100, maxTimeout: 100 })
  const ben = await visit('Ben', wire.url, { minTimeout: 100, maxTimeout: 100 })
  await expect(ann.members).toHaveCount(2)
  wire.freeze()
  await ann.say('hello?')
  await expect(ann.newest).toContainText('Sending…')
  wire.cut()
  await expect.poll(() => wire.upgrades.length).toBe(2)
  await expect(ann.newest).toContainText('Sending…')

  wire.thaw()
  await expect(ann.newest).toContainText('Sent')
  await expect(ben.bubbles).toHaveText(['hello?'])
})

test('a message that could not be sent stays, and can be sent again', async ({ wire, server, visit }) => {
  const ann = await visit('Ann', wire.url, { retries: 1, minTimeout: 100, maxTimeout: 100 })
  const ben = await visit('Ben', server.url)
  await expect(ann.members).toHaveCount(2)
  wire.freeze()
  await ann.say('hello?')
  await expect(ann.newest).toContainText('Sending…')
  wire.target = undefined
  wire.cut()
  await expect(ann.newest).toContainText('Not sent.')
  await expect(ann.banner).toContainText('gave up after 2 attempts')

  wire.thaw()
  wire.target = server.port
  await ann.retryButton.click()
  await expect(ann.state).toHaveText('Connected')
  await ann.newest.getByRole('button', { name: 'Send again' }).click()
  await expect(ann.newest).toContainText('Sent')
  await expect(ann.field).toBeFocused()
  await expect(ben.bubbles).toHaveText(['hello?'])
})
