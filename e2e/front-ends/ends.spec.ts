import { WebSocketServer } from 'ws'
import type { ChatPage } from '../support/chat-page.js'
import { everywhere, inTurn, isActive } from '../support/everywhere.js'
import { expect, test } from '../support/test.js'

const quick = { minTimeout: 100, maxTimeout: 100 }

/** The end has its own words, for eyes and ears, its own action, and costs nothing that was typed. */
async function expectEnd({ banner, live, state, action, field }: ChatPage, words: string, button: string) {
  await expect(banner).toContainText(words)
  await expect(live).toHaveText(words)
  await expect(state).toHaveText('Disconnected')
  await expect(action).toHaveText(button)
  await expect(action).toHaveAttribute('aria-disabled', 'false')
  await expect(field).toHaveValue('not sent yet')
}

test('exhausted: the retries are spent, and "Retry now" begins anew', async ({
  server,
  startServer,
  visitAll,
}) => {
  const people = await visitAll(server.url, { ...quick, retries: 2 })
  await everywhere(people, (person) => person.insert('not sent yet'))
  await server.kill()
  await inTurn(people, async (person) => {
    await expectEnd(person, 'Could not reach the server', 'Retry now')
    expect(person.record.all('dial')).toHaveLength(3)
    await person.action.click()
    await expect.poll(() => person.record.all('dial').length).toBe(6)
    await expectEnd(person, 'Could not reach the server', 'Retry now')
  })

  await startServer(server.port)
  await inTurn(people, async ({ action, state, field, newest }) => {
    await action.click()
    await expect(state).toHaveText('Connected')
    // The button went away under it.
    await expect.poll(() => isActive(field)).toBe(true)
    await expect(field).toHaveValue('not sent yet')
    await field.press('Enter')
    await expect(newest).toContainText('Sent')
  })
})

test('kicked: a room that the server closes is left for good, until people join again', async ({
  server,
  visitAll,
}) => {
  const people = await visitAll(server.url, { ...quick, room: 'doomed' })
  await everywhere(people, (person) => person.insert('not sent yet'))
  server.closeRoom('doomed')
  await everywhere(people, async (person) => {
    await expectEnd(person, 'This room was closed by the server', 'Join again')
    expect(person.record.all('dial')).toHaveLength(0)
    await person.action.click()
    await expect(person.state).toHaveText('Connected')
    await expect(person.field).toHaveValue('not sent yet')
    await expect(person.members).toHaveCount(3)
    expect(person.record.all('dial')).toHaveLength(1)
  })
})

test('replaced: the same person in a second tab takes over, and can be called back', async ({
  server,
  visitAll,
}) => {
  const words = 'This chat goes on in another window'
  const people = await visitAll(server.url, quick)
  await everywhere(people, async (person, frontEnd) => {
    await person.insert('not sent yet')
    const id = await person.page.evaluate(() => sessionStorage.peerId)
    const twin = await person.page.context().newPage()
    await twin.addInitScript((id) => {
      sessionStorage.peerId = id
    }, id)
    await twin.goto(`${server.url}${frontEnd}/?room=lobby&name=${frontEnd}`)
    await expect(twin.locator('#state')).toHaveText('Connected')
    await expectEnd(person, words, 'Use it here')
    await expect(person.members).toHaveCount(3)
    expect(person.record.all('dial')).toHaveLength(0)

    await person.action.click()
    await expect(person.state).toHaveText('Connected')
    await expect(twin.locator('.protoo-banner-bar')).toContainText(words)
    await expect(person.field).toHaveValue('not sent yet')
    await twin.close()
  })
  // Nobody has seen anybody leave or come.
  await everywhere(people, async ({ members }) => expect(members).toHaveCount(3))
})

test('refused: what the server does not accept is not tried again by itself', async ({
  wire,
  server,
  serve,
  visitAll,
}) => {
  const refusing = await serve((http) => {
    // As one does that looks at who it is once the connection is there.
    const handleProtocols = () => 'protoo-session.v1'
    new WebSocketServer({ server: http, handleProtocols }).on('connection', (socket) => socket.close(4003))
  })
  const people = await visitAll(wire.url, quick)
  await everywhere(people, (person) => person.insert('not sent yet'))
  wire.target = refusing
  wire.cut()
  await everywhere(people, async (person) => {
    await expectEnd(person, 'The server did not let you in', 'Join again')
  })
  const upgrades = wire.upgrades.length
  wire.target = server.port
  await everywhere(people, async (person) => {
    await person.action.click()
    await expect(person.state).toHaveText('Connected')
    await expect(person.field).toHaveValue('not sent yet')
  })
  expect(wire.upgrades).toHaveLength(upgrades + 3)
})
