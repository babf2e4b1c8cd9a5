import { expectNoViolations } from '../support/axe.js'
import { expect, MessagingPage, test } from '../support/router-test.js'

test('a message reaches both devices of a user, and the sender learns of it', async ({ signIn }) => {
  const alice = await signIn('alice')
  const phone = await signIn('bob')
  const desk = await signIn('bob')
  await alice.person('bob').click()
  await expect(alice.page.locator('#devices')).toHaveText('2 devices')
  await alice.say('Hi Bob!')
  await expect(alice.outcome).toHaveText('Sent to 2 devices')
  for (const device of [phone, desk]) {
    await expect(device.person('alice')).toContainText('1 unread')
    await device.person('alice').click()
    await expect(device.bubbles).toHaveText(['Hi Bob!'])
  }
  await phone.say('Hi Alice!')
  await expect(alice.bubbles).toHaveText(['Hi Bob!', 'Hi Alice!'])
  await expect(phone.outcome).toHaveText('Delivered')
})

test('a session is offered, progresses, opens, carries what both write, and ends', async ({ signIn }) => {
  const alice = await signIn('alice')
  const bob = await signIn('bob')
  await alice.person('bob').click()
  await alice.button('Session').click()
  await expect(alice.call).toHaveText('bob is being asked…')
  await expect(bob.call).toHaveText('alice offers a session')
  await bob.button('Accept').click()
  await expect(alice.call).toHaveText('In session with bob')
  await expect(bob.call).toHaveText('In session with alice')

  await expect(alice.mine).toBeFocused()
  await alice.mine.pressSequentially('one letter after the other')
  await expect(bob.theirs).toHaveText('one letter after the other')
  await bob.mine.fill('I see')
  await expect(alice.theirs).toHaveText('I see')

  await bob.button('End').click()
  await expect(alice.call).toHaveText('bob has ended the session')
  await expect(alice.mine).toBeHidden()
})

test('a session may be declined, canceled, and lost with who was asked', async ({ signIn }) => {
  const alice = await signIn('alice')
  const bob = await signIn('bob')
  await alice.person('bob').click()
  await alice.button('Session').click()
  await bob.button('Decline').click()
  await expect(alice.call).toHaveText('bob: declined')
  await alice.button('Session').click()
  await expect(bob.call).toHaveText('alice offers a session')
  await alice.button('Cancel').click()
  await expect(bob.call).toHaveText('alice has ended the session')
  await alice.button('Session').click()
  await expect(bob.call).toHaveText('alice offers a session')
  // Once the grace period is over.
  await bob.button('Sign out').click()
  await expect(alice.call).toHaveText('bob: peer offline', { timeout: 15_000 })
})

test('a reload within the grace period is no going offline; what was said meanwhile arrives', async ({
  messaging,
  signIn,
}) => {
  const alice = await signIn('alice')
  const bob = await signIn('bob')
  await alice.person('bob').click()
  await bob.page.goto('about:blank')
  await alice.say('while you were away')
  await bob.page.goto(messaging.url)
  await expect(bob.state).toHaveText('Online')
  await bob.person('alice').click()
  await expect(bob.bubbles).toHaveText(['while you were away'])
  await expect(alice.outcome).toHaveText('Delivered')
  await bob.page.reload()
  await expect(bob.state).toHaveText('Online')
  await bob.person('alice').click()
  await bob.say('back again')
  await expect(alice.bubbles).toHaveText(['while you were away', 'back again'])
  expect(messaging.events).toEqual(['online alice', 'online bob'])
  // Who leaves for good is told of once the time is over.
  await bob.page.close()
  await expect(alice.page.locator('#devices')).toHaveText('offline', { timeout: 15_000 })
  expect(messaging.events).toEqual(['online alice', 'online bob', 'offline bob'])
})

test('the same device elsewhere closes the old one with 3000, which stays away until it is asked back', async ({
  messaging,
  signIn,
}) => {
  const alice = await signIn('alice')
  const uuid = await alice.page.evaluate(() => sessionStorage.uuid)
  const twin = new MessagingPage(await alice.page.context().newPage())
  await twin.page.addInitScript((id) => {
    sessionStorage.uuid = id
  }, uuid)
  await twin.page.goto(`${messaging.url}?name=alice`)
  await expect(twin.state).toHaveText('Online')
  await expect(alice.state).toHaveText('Open elsewhere')
  expect(await alice.closeCodes()).toEqual([[3000, 'online elsewhere']])
  await expect(alice.banner.getByRole('button')).toBeVisible()
  expect(messaging.events).toEqual(['online alice'])
  await alice.banner.getByRole('button').click()
  await expect(alice.state).toHaveText('Online')
  await expect(twin.state).toHaveText('Open elsewhere')
  expect(messaging.events).toEqual(['online alice'])
})

test('the keyboard is enough', async ({ signIn }) => {
  const alice = await signIn('alice')
  const bob = await signIn('bob')
  await expect(alice.person('bob')).toBeVisible()
  await alice.page.locator('#signout').focus()
  await alice.page.keyboard.press('Tab')
  await expect(alice.person('bob')).toBeFocused()
  await alice.page.keyboard.press('Enter')
  await expect(alice.field).toBeFocused()
  await alice.page.keyboard.type('typed')
  await alice.page.keyboard.press('Enter')
  await expect(bob.person('alice')).toContainText('1 unread')
  await alice.button('Session').focus()
  await alice.page.keyboard.press('Enter')
  await bob.button('Accept').focus()
  await bob.page.keyboard.press('Enter')
  await expect(bob.mine).toBeFocused()
  await bob.page.keyboard.type('hands off the mouse')
  await expect(alice.theirs).toHaveText('hands off the mouse')
})

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing on the page, ${colorScheme}`, async ({ signIn }) => {
    const alice = await signIn('alice')
    const bob = await signIn('bob')
    await alice.page.emulateMedia({ colorScheme })
    await alice.person('bob').click()
    await alice.field.fill('hello')
    await alice.field.press('Enter')
    await expect(bob.person('alice')).toContainText('1 unread')
    await expectNoViolations(alice.page, 'talking')
    await alice.button('Session').click()
    await expect(bob.button('Accept')).toBeVisible()
    await expectNoViolations(alice.page, 'offering a session')
  })
}
