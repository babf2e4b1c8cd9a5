import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expectNoViolations } from '../support/axe.js'
import { expect, folder, test } from './built-site.js'

/** One of each kind. */
const pages = [
  '/',
  '/start/react',
  '/concepts/connection',
  '/migrating/socket-io',
  '/api/redis',
  '/benchmarks',
  '/protocol',
]

for (const colorScheme of ['light', 'dark'] as const)
  for (const [screen, viewport] of [
    ['wide', { width: 1280, height: 800 }],
    ['phone', { width: 390, height: 844 }],
  ] as const)
    test(`${colorScheme}, ${screen}: nothing keeps people out, nothing sticks out, nothing is asked of elsewhere`, async ({
      site,
      browser,
    }) => {
      const page = await browser.newPage({ colorScheme, viewport })
      const problems: string[] = []
      page.on('pageerror', (error) => problems.push(String(error)))
      page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) problems.push(message.text())
      })
      page.on('request', (request) => {
        if (!request.url().startsWith(site) && !request.url().startsWith('data:'))
          problems.push(`asked for ${request.url()}`)
      })
      for (const path of pages) {
        await page.goto(site + path)
        await expect(page.locator('html')).toHaveClass(colorScheme === 'dark' ? /dark/ : /^(?!.*dark)/)
        await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
        await expectNoViolations(page, `${path}, ${colorScheme}, ${screen}`)
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
        expect(overflow, `${path}, ${screen}`).toBeLessThanOrEqual(0)
      }
      expect(problems).toEqual([])
      await page.close()
    })

test('every link of the site leads to a page and a heading that are there', async ({ site }) => {
  const files = listPages()
  expect(files.length).toBeGreaterThan(60)
  const pages = new Map(files.map((file) => [`/${file.replace(/(^|\/)index\.html$/, '$1')}`, read(file)]))
  const ids = new Map([...pages].map(([path, html]) => [path, idsOf(html)]))
  const dead: string[] = []
  for (const [path, html] of pages)
    for (const [, href = ''] of html.matchAll(/<a\b[^>]*? href="([^"]+)"/g)) {
      const url = new URL(href.replaceAll('&amp;', '&'), site + path)
      if (url.origin !== site) continue
      const known = ids.get(url.pathname)
      if (!known || (url.hash && !known.has(decodeURIComponent(url.hash.slice(1)))))
        dead.push(`${path}: ${href}`)
    }
  expect(dead).toEqual([])
})

test('search finds what it should, without a server that searches', async ({ site, page }) => {
  await page.goto(site)
  await page.getByRole('button', { name: 'Search' }).click()
  await page.getByRole('searchbox').or(page.getByPlaceholder('Search')).fill('SessionLostError')
  const results = page.getByRole('option')
  await expect(results.first()).toBeVisible()
  await results.filter({ hasText: 'How a request can end' }).first().click()
  await expect(page).toHaveURL(/errors/)
})

test('the demo: cut, gone, offline, closed; a real peer on a network within the page', async ({
  site,
  page,
}) => {
  await page.goto(`${site}/how-to/banner`)
  const demo = page.getByRole('region', { name: 'A connection to try' })
  const state = demo.getByRole('row', { name: /^state/ }).getByRole('cell')
  const bar = demo.locator('.protoo-banner-bar')
  await expect(state).toHaveText('open')
  await expect(bar).toBeHidden()

  await demo.getByRole('button', { name: 'Server gone' }).click()
  await expect(state).toHaveText(/waiting|connecting/)
  await expect(bar).toContainText('Connection lost')
  await demo.getByRole('button', { name: 'Server gone' }).click()
  await demo.locator('.demo-buttons').getByRole('button', { name: 'Retry now' }).click()
  await expect(bar).toContainText('Connected again')
  await expect(state).toHaveText('open')

  await demo.getByRole('button', { name: 'Offline' }).click()
  await expect(bar).toContainText('You are offline')
  await expect(state).toHaveText('paused')
  await demo.getByRole('button', { name: 'Offline' }).click()
  await expect(state).toHaveText('open')

  await demo.getByRole('button', { name: 'Closed by the server' }).click()
  await expect(state).toHaveText('closed')
  await expect(bar).toContainText('The server closed the connection')
  await demo.getByRole('button', { name: 'Start again' }).click()
  await expect(state).toHaveText('open')
  await expect(bar).toBeHidden()

  await demo.getByRole('button', { name: 'Cut the line' }).click()
  await expect(state).toHaveText('open')
})

function listPages(): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.html') && file !== '404.html')
    .map((file) => file.replaceAll('\\', '/'))
}

function read(file: string): string {
  return readFileSync(join(folder, file), 'utf8')
}

function idsOf(html: string): Set<string> {
  return new Set([...html.matchAll(/\bid="([^"]+)"/g)].map(([, id = '']) => id))
}
