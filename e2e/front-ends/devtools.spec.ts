import { readFile } from 'node:fs/promises'
import { readRecording } from '@protoo-kit/client-core/testing'
import { expectNoViolations } from '../support/axe.js'
import { expect, test } from '../support/test.js'

test('the devtools show what goes over the connection, and export it', async ({ server, visit }) => {
  const ann = await visit('Ann', server.url)
  expect(await ann.page.locator('protoo-devtools').count()).toBe(0)
  const address = new URL(ann.page.url())
  address.searchParams.set('devtools', '')
  await ann.page.goto(address.href)

  const panel = ann.page.getByRole('region', { name: 'protoo devtools' })
  const rows = panel.getByRole('listitem')
  await expect(panel.locator('.state')).toHaveText('open')
  const join = rows.filter({ hasText: 'request' }).filter({ hasText: 'join' })
  await expect(join.locator('.took')).toHaveText(/^\d+ ms$/)
  await ann.say('hello')
  await expect(rows.filter({ hasText: 'request' }).filter({ hasText: 'message' })).toHaveCount(1)
  await expect(panel.locator('[data-name="in flight"] dd')).toHaveText('0')

  // By keyboard: one tab stop, arrows from there, and the frame on Enter.
  await rows.last().getByRole('button').focus()
  await ann.page.keyboard.press('Home')
  await expect(rows.first().getByRole('button')).toBeFocused()
  await ann.page.keyboard.press('ArrowDown')
  await ann.page.keyboard.press('End')
  await join.getByRole('button').press('Enter')
  await expect(join.getByRole('group', { name: 'The frame' })).toContainText('"method": "join"')

  await expectNoViolations(ann.page, 'light')
  await ann.page.emulateMedia({ colorScheme: 'dark' })
  await expectNoViolations(ann.page, 'dark')
  await ann.page.emulateMedia({ colorScheme: null })

  await panel.getByRole('searchbox').fill('join')
  await expect(rows).toHaveCount(2)
  await panel.getByRole('searchbox').fill('')

  await panel.getByRole('button', { name: 'Fold' }).click()
  await expect(panel.getByRole('list')).toBeHidden()
  await ann.say('over the folded panel')
  await panel.getByRole('button', { name: 'Fold' }).click()
  await expect(rows.first()).toBeVisible()

  const saved = ann.page.waitForEvent('download')
  await panel.getByRole('button', { name: 'Export' }).click()
  const { events } = readRecording(JSON.parse(await readFile(await (await saved).path(), 'utf8')))
  expect(events[0]).toMatchObject({ type: 'dial' })
  expect(events.some((event) => 'frame' in event && event.frame.includes('"join"'))).toBe(true)
  expect(JSON.stringify(events)).not.toMatch(/[0-9a-f]{32}/)

  // What was before is gone; an ack or a heartbeat may come at any moment.
  await expect(rows.filter({ hasText: 'dialling' })).toHaveCount(1)
  await panel.getByRole('button', { name: 'Clear' }).click()
  await expect(rows.filter({ hasText: 'dialling' })).toHaveCount(0)
  await expect(join).toHaveCount(0)
  await ann.page.keyboard.press('Escape')
  await expect(panel).toHaveCount(0)
  await ann.say('still here')
})
