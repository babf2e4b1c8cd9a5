import { everywhere, isActive } from '../support/everywhere.js'
import type { PageRecord } from '../support/page-record.js'
import { expect, test } from '../support/test.js'

const lost = 'Connection lost. Trying again…'
const restored = 'Connected again'

/** Holds the page to its 1.5 s without a connection, whatever was tried meanwhile. */
async function expectBannerOnTime(record: PageRecord): Promise<void> {
  await expect.poll(() => record.all('late').length).toBe(1)
  await expect.poll(() => record.texts('banner')).toEqual([lost])
  const [gone] = record.all('close')
  const [due] = record.all('late')
  const [shown] = record.all('banner')
  // Browsers round their clocks, so that nobody can measure others by them.
  expect(Number(shown?.at) - Number(gone?.at)).toBeGreaterThanOrEqual(1495)
  expect(Number(shown?.at) - Number(due?.at)).toBeLessThan(250)
  expect(record.all('dial').filter(({ at }) => at < Number(shown?.at)).length).toBeGreaterThanOrEqual(2)
}

test('the server is killed and comes back: all pages say so after 1.5 s, and nothing typed is lost', async ({
  server,
  startServer,
  visitAll,
}) => {
  const people = await visitAll(server.url, { minTimeout: 300, maxTimeout: 300 })
  await everywhere(people, async (person) => {
    await expect(person.members).toHaveCount(3)
    await person.type('typed before')
  })

  await server.kill()
  await everywhere(people, async (person) => {
    await expect(person.sendButton).toHaveAttribute('aria-disabled', 'true')
    await person.type(', and meanwhile')
    await person.field.press('Enter')
    await expectBannerOnTime(person.record)
    await expect(person.state).toHaveText('Reconnecting…')
    await expect(person.action).toHaveText('Retry now')
    // Chromium alone tells of layout shifts; where it finds none, there are none in Firefox to speak of.
    expect(person.record.shiftsOfOutage).toEqual([])
  })

  await startServer(server.port)
  await everywhere(people, async ({ record, state, members, banner, field }, frontEnd) => {
    await expect.poll(() => record.texts('banner')).toEqual([lost, restored])
    expect(Number(record.last('banner')?.at) - Number(record.last('open')?.at)).toBeLessThan(500)
    await expect(state).toHaveText('Connected')
    await expect(members).toHaveCount(3)
    await expect(field).toHaveValue('typed before, and meanwhile')
    expect(await isActive(field)).toBe(true)
    await field.pressSequentially(` at ${frontEnd}`)
    await field.press('Enter')
    await expect(banner).toBeHidden()
  })
  await everywhere(people, async ({ bubbles, record }) => {
    await expect(bubbles).toHaveCount(3)
    expect((await bubbles.allTextContents()).sort()).toEqual(
      Object.keys(people).map((frontEnd) => `typed before, and meanwhile at ${frontEnd}`),
    )
    // One announcement for each change, and none for attempts.
    expect(record.texts('said')).toEqual([lost, restored, ''])
    expect(record.texts('countdown')).toEqual([])
  })
})

test('a short interruption is not worth a word', async ({ wire, visitAll }) => {
  const people = await visitAll(wire.url, { minTimeout: 100, maxTimeout: 100 })
  wire.cut()
  await everywhere(people, async (person, frontEnd) => {
    await expect.poll(() => person.record.all('open').length).toBe(1)
    await expect(person.sendButton).toHaveAttribute('aria-disabled', 'false')
    await person.say(`${frontEnd} is back`)
    await expect(person.newest).toContainText('Sent')
    // When the words would be due, had it not come back.
    await expect.poll(() => person.record.all('late').length).toBe(1)
    expect(person.record.texts('banner')).toEqual([])
    expect(person.record.texts('said')).toEqual([])
    await expect(person.state).toHaveText('Connected')
  })
})

test('five cuts in the middle of a conversation: every message is there once, everywhere', async ({
  wire,
  visitAll,
}) => {
  const people = await visitAll(wire.url, { minTimeout: 100, maxTimeout: 100 })
  for (let round = 1; round <= 5; round++) {
    await everywhere(people, async (person, frontEnd) => {
      await person.insert(`${frontEnd} ${round}`)
      await expect(person.sendButton).toHaveAttribute('aria-disabled', 'false')
      await person.field.press('Enter')
    })
    wire.cut()
    await everywhere(people, async ({ record }) => {
      await expect.poll(() => record.all('open').length).toBe(round)
    })
  }
  const said = [1, 2, 3, 4, 5].flatMap((round) => Object.keys(people).map((name) => `${name} ${round}`))
  await everywhere(people, async ({ bubbles }) => {
    await expect(bubbles).toHaveCount(said.length)
    expect((await bubbles.allTextContents()).sort()).toEqual([...said].sort())
  })
})

test('a message on its way when the connection breaks arrives once, with the next connection', async ({
  wire,
  visitAll,
}) => {
  const people = await visitAll(wire.url, { minTimeout: 100, maxTimeout: 100 })
  wire.freeze()
  await everywhere(people, async (person, frontEnd) => {
    await person.say(`hello from ${frontEnd}?`)
    await expect(person.newest).toContainText('Sending…')
  })
  wire.cut()
  await everywhere(people, async ({ record, newest }) => {
    await expect.poll(() => record.all('dial').length).toBeGreaterThan(0)
    await expect(newest).toContainText('Sending…')
  })

  wire.thaw()
  await everywhere(people, async ({ newest, bubbles }) => {
    await expect(newest).toContainText('Sent')
    await expect(bubbles).toHaveCount(3)
    expect((await bubbles.allTextContents()).sort()).toEqual(
      Object.keys(people).map((frontEnd) => `hello from ${frontEnd}?`),
    )
  })
})

test('a message that could not be sent stays, and can be sent again', async ({
  wire,
  server,
  visit,
  visitAll,
}) => {
  const people = await visitAll(wire.url, { retries: 1, minTimeout: 100, maxTimeout: 100 })
  const ben = await visit('Ben', server.url)
  wire.freeze()
  await everywhere(people, async (person, frontEnd) => {
    await person.say(`from ${frontEnd}`)
    await expect(person.newest).toContainText('Sending…')
  })
  wire.target = undefined
  wire.cut()
  await everywhere(people, async ({ newest, banner }) => {
    await expect(newest).toContainText('Not sent.')
    await expect(banner).toContainText('Could not reach the server')
  })

  wire.thaw()
  wire.target = server.port
  await everywhere(people, async ({ action, state, newest, field }) => {
    await action.click()
    await expect(state).toHaveText('Connected')
    await newest.getByRole('button', { name: 'Send again' }).click()
    await expect(newest).toContainText('Sent')
    expect(await isActive(field)).toBe(true)
  })
  await expect(ben.bubbles).toHaveCount(3)
})

test('a line that is dead without saying so is noticed when the page wakes up, and nothing is lost', async ({
  wire,
  visitAll,
}) => {
  const people = await visitAll(wire.url, { minTimeout: 100, maxTimeout: 100 })
  wire.freeze()
  await everywhere(people, async (person, frontEnd) => {
    await person.say(`frozen ${frontEnd}`)
    await person.type('and half a')
    await person.page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })))
  })
  await everywhere(people, async ({ banner, newest }) => {
    await expect(banner).toContainText(lost)
    await expect(newest).toContainText('Sending…')
  })

  wire.thaw()
  await everywhere(people, async ({ record, newest, bubbles, field }) => {
    await expect.poll(() => record.texts('banner').slice(0, 2)).toEqual([lost, restored])
    await expect(newest).toContainText('Sent')
    await expect(field).toHaveValue('and half a')
    await expect(bubbles).toHaveCount(3)
  })
})

test('the page goes offline and says so, and dials at once when it is online', async ({ wire, visitAll }) => {
  // With a wait so long that nothing but the network's return can end it.
  const people = await visitAll(wire.url, { minTimeout: 60_000, maxTimeout: 60_000, steady: true })
  await everywhere(people, (person) => person.setOffline(true))
  wire.cut()
  await everywhere(people, async (person) => {
    const { banner, state, action } = person
    await expect(banner).toContainText('You are offline')
    await expect(state).toHaveText('Offline')
    await expect(action).toHaveText('Retry now')
    await person.insert('written on the train')
  })

  await everywhere(people, async (person) => {
    const { record, state, field, newest } = person
    expect(record.all('dial')).toHaveLength(0)
    await person.setOffline(false)
    await expect(state).toHaveText('Connected')
    expect(record.all('dial')).toHaveLength(1)
    expect(Number(record.last('dial')?.at) - Number(record.last('online')?.at)).toBeLessThan(250)
    await field.press('Enter')
    await expect(newest).toContainText('written on the train')
    await expect(newest).toContainText('Sent')
  })
})
