import { frontEnds } from '../support/chat-page.js'
import { everywhere, isActive } from '../support/everywhere.js'
import { expect, test } from '../support/test.js'

test('people at three front ends talk in one room, and somebody in another room sees nothing of it', async ({
  server,
  visit,
  visitAll,
}) => {
  const people = await visitAll(server.url)
  const eve = await visit('Eve', server.url, { room: 'elsewhere' })
  const { plain, react, vue } = people
  await everywhere(people, async (person, own) => {
    await expect(person.members).toHaveCount(3)
    for (const name of frontEnds)
      await expect(person.member(name)).toHaveText(new RegExp(name === own ? `${name}\\s*you$` : `${name}$`))
  })

  await plain.say('one')
  await expect(react.bubbles).toHaveText(['one'])
  await react.say('two')
  await expect(vue.bubbles).toHaveText(['one', 'two'])
  await vue.say('three')
  const said = ['one', 'two', 'three']
  await everywhere(people, async ({ bubbles, newest }) => {
    await expect(bubbles).toHaveText(said)
    await expect(newest).toContainText('Sent')
  })

  const newcomer = await visit('Newcomer', server.url, { frontEnd: 'react' })
  await expect(newcomer.bubbles).toHaveText(said)
  await expect(eve.state).toHaveText('Connected')
  await expect(eve.members).toHaveText([/Eve\s*you/])
  await expect(eve.bubbles).toHaveCount(0)
})

test('messages written at the same time have one order at all front ends, and none is there twice', async ({
  server,
  visitAll,
}) => {
  const people = await visitAll(server.url)
  await everywhere(people, async (person, frontEnd) => {
    for (let count = 1; count <= 10; count++) await person.say(`${frontEnd} ${count}`)
  })
  await everywhere(people, async ({ bubbles }, frontEnd) => {
    await expect(bubbles).toHaveCount(30)
    const texts = await bubbles.allTextContents()
    for (const name of frontEnds)
      expect(
        texts.filter((text) => text.startsWith(name)),
        frontEnd,
      ).toEqual(Array.from({ length: 10 }, (_, index) => `${name} ${index + 1}`))
  })
  // Those that came while others were on their way are where the server put them, once all is answered.
  const order = () => Promise.all(Object.values(people).map(({ bubbles }) => bubbles.allTextContents()))
  await expect
    .poll(async () => {
      const [one, ...others] = await order()
      return others.every((texts) => texts.join() === one?.join())
    })
    .toBe(true)
})

test('what others write and are called is shown as text', async ({ server, visit, visitAll }) => {
  const markup = '<img src=x onerror="document.title=1">'
  const people = await visitAll(server.url)
  const eve = await visit(markup, server.url)
  await eve.say(`<b>bold</b> {{ 7 * 6 }} ${markup}`)
  await everywhere(people, async ({ page, bubbles }) => {
    await expect(bubbles).toHaveText([`<b>bold</b> {{ 7 * 6 }} ${markup}`])
    await expect(page.locator('img, b')).toHaveCount(0)
  })
})

for (const frontEnd of frontEnds) {
  test(`${frontEnd}: a reload keeps who you are and what you have not sent, and brings back what was said`, async ({
    server,
    visit,
  }) => {
    const ann = await visit('Ann', server.url)
    const ben = await visit('Ben', server.url, { frontEnd })
    await expect(ann.members).toHaveCount(2)
    await ann.say('before')
    await expect(ben.bubbles).toHaveText(['before'])
    await ben.type('half a sent')

    await ben.page.reload()
    await expect(ben.bubbles).toHaveText(['before'])
    await expect(ben.field).toHaveValue('half a sent')
    await expect(ann.members).toHaveText([/Ann/, /Ben/])
    await ben.type('ence')
    await ben.field.press('Enter')
    await expect(ann.bubbles).toHaveText(['before', 'half a sentence'])
  })

  test(`${frontEnd}: the keyboard is enough to join, write and leave`, async ({ server, visit }) => {
    const ann = await visit('Ann', server.url)
    const page = await ann.page.context().newPage()
    await page.goto(`${server.url}?front=${frontEnd}`)
    const name = page.getByRole('textbox', { name: 'Your name' })
    await expect(name).toBeFocused()
    await page.keyboard.type('Ben')
    await page.keyboard.press('Tab')
    await expect(page.getByRole('textbox', { name: 'Room' })).toBeFocused()
    await expect(page.getByRole('textbox', { name: 'Room' })).toHaveValue('lobby')
    await page.keyboard.press('Enter')

    await expect(page).toHaveURL(new RegExp(`/${frontEnd}/`))
    const field = page.getByRole('textbox', { name: 'Message' })
    await expect(field).toBeFocused()
    await expect(page.locator('#state')).toHaveText('Connected')
    await page.keyboard.type('two')
    await page.keyboard.press('Shift+Enter')
    await page.keyboard.type('lines')
    await page.keyboard.press('Enter')
    await expect(ann.bubbles).toHaveText(['two\nlines'], { useInnerText: true })

    await page.getByRole('button', { name: 'Leave room' }).press('Enter')
    await expect(name).toBeFocused()
    await expect(ann.members).toHaveCount(1)
  })
}

test('the field has the focus from the start', async ({ server, visitAll }) => {
  await everywhere(await visitAll(server.url), async ({ field }) => {
    await expect.poll(() => isActive(field)).toBe(true)
  })
})
