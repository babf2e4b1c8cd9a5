import { everywhere } from '../support/everywhere.js'
import { expect, test } from '../support/test.js'

test('who comes, goes away, comes back and leaves is seen at all front ends', async ({
  server,
  wire,
  visit,
  visitAll,
}) => {
  const people = await visitAll(server.url)
  const ann = await visit('Ann', wire.url, { frontEnd: 'vue', minTimeout: 100, maxTimeout: 100 })
  const seen = (presence: string) =>
    everywhere(people, async (person) => {
      await expect(person.member('Ann')).toHaveAttribute('data-presence', presence)
    })
  await seen('here')

  wire.target = undefined
  wire.cut()
  await seen('away')
  await everywhere(people, async (person) => expect(person.member('Ann')).toContainText('away'))
  wire.target = server.port
  await seen('here')
  await expect(ann.members).toHaveCount(4)

  await ann.page.getByRole('button', { name: 'Leave room' }).click()
  await everywhere(people, async ({ members }) => expect(members).toHaveCount(3))
  // Closing the page is leaving, too.
  await people.plain.page.close()
  const { react, vue } = people
  for (const { members } of [react, vue]) await expect(members).toHaveCount(2)
})

test('who is typing is seen by the others, until it is sent or deleted, or for five seconds', async ({
  server,
  visitAll,
}) => {
  const people = await visitAll(server.url)
  const { plain, react, vue } = people
  // Time stands still in the pages: what goes away does so because it was told.
  await everywhere(people, (person) => person.stopTime())

  await plain.type('Hel')
  for (const person of [react, vue]) {
    await expect(person.typing).toHaveText('plain is typing…')
    await expect(person.member('plain')).toContainText('typing')
  }
  await expect(plain.typing).toHaveText('')

  await react.type('Hi')
  await expect(vue.typing).toHaveText(/^(plain and react|react and plain) are typing…$/)
  await expect(plain.typing).toHaveText('react is typing…')

  await plain.type('lo')
  await plain.field.press('Enter')
  await expect(vue.bubbles).toHaveText(['Hello'])
  await expect(vue.typing).toHaveText('react is typing…')
  await react.field.press('Backspace')
  await react.field.press('Backspace')
  for (const { typing } of [plain, vue]) await expect(typing).toHaveText('')

  await vue.type('Me, too')
  for (const { typing } of [plain, react]) await expect(typing).toHaveText('vue is typing…')
  await plain.page.clock.runFor(5000)
  await expect(plain.typing).toHaveText('')
  await expect(react.typing).toHaveText('vue is typing…')
})
