import { groups } from '../../examples/chat-app/gallery/states.js'
import { expect, test } from '../support/test.js'

/** The banners, as the gallery calls them. */
const banners = ['element', 'react', 'vue'] as const

/** What each state says, what its button is called (`resting` while there is nothing to press), and what it counts. */
const expected: Record<string, string> = {
  idle: '',
  'connecting-early': '',
  'connecting-slow': 'Connecting… | Retry now, resting',
  'connecting-waiting': 'The server does not answer. Trying again… | Retry now',
  'connecting-countdown': 'The server does not answer. Trying again… | Next attempt in 12 s | Retry now',
  'connecting-again': 'The server does not answer. Trying again… | Retry now, resting',
  connected: '',
  restored: 'Connected again',
  'reconnecting-early': '',
  'reconnecting-waiting': 'Connection lost. Trying again… | Retry now',
  'reconnecting-countdown': 'Connection lost. Trying again… | Next attempt in 12 s | Retry now',
  'reconnecting-dialling': 'Connection lost. Trying again… | Retry now, resting',
  'offline-waiting': 'You are offline | Retry now',
  'offline-countdown': 'You are offline | Next attempt in 12 s | Retry now',
  'offline-paused': 'You are offline | Retry now',
  'offline-dialling': 'You are offline | Retry now',
  'offline-never': 'You are offline | Retry now',
  'closed-exhausted': 'Could not reach the server | Retry now',
  'closed-refused': 'The server did not let you in | Reload',
  'closed-refused-sign-in': 'The server did not let you in | Sign in',
  'closed-replaced': 'This page is in use in another window | Use it here',
  'closed-kicked': 'The server closed the connection | Reload',
  'closed-local': '',
}

test('every state is in the gallery', () => {
  expect(groups.flatMap(({ states }) => states.map(({ id }) => id))).toEqual(Object.keys(expected))
})

test('all three banners show each state alike, within their pages, on screens wide and narrow', async ({
  server,
  page,
}) => {
  await page.goto(`${server.url}gallery/`)
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(String(error)))
  for (const width of [1280, 390]) {
    await page.setViewportSize({ width, height: 800 })
    await expect(page.locator('article [data-by] .protoo-banner-bar')).toHaveCount(
      Object.keys(expected).length * banners.length,
    )
    const shown = await page.evaluate(showGallery)
    expect(shown.overflow, `at ${width} px`).toBeLessThanOrEqual(0)
    for (const [id, words] of Object.entries(expected))
      expect(shown.articles[id], `${id} at ${width} px`).toEqual(
        Object.fromEntries(banners.map((banner) => [banner, words])),
      )
    expect(shown.outside, `at ${width} px`).toEqual([])
  }
  expect(problems).toEqual([])
})

test('alone, a banner is alive: its button works, and a screen reader hears it', async ({ server, page }) => {
  for (const banner of banners) {
    await page.goto(`${server.url}gallery/?state=reconnecting-waiting&by=${banner}`)
    const bar = page.locator('.protoo-banner-bar')
    await expect(page.locator('.protoo-banner-live')).toHaveText('Connection lost. Trying again…')
    const button = bar.getByRole('button', { name: 'Retry now' })
    await button.click()
    await expect(button).toHaveAttribute('aria-disabled', 'true')

    await page.goto(`${server.url}gallery/?state=closed-refused-sign-in&by=${banner}`)
    await bar.getByRole('button', { name: 'Sign in' }).click()
    await expect(page.locator('output')).toContainText('signIn')
  }
})

test('other words are shown by all three', async ({ server, page }) => {
  await page.goto(`${server.url}gallery/`)
  await page.getByText('Try other words').click()
  await page.getByRole('textbox', { name: 'reconnecting' }).pressSequentially('!')
  for (const banner of banners)
    await expect(page.locator(`#reconnecting-waiting [data-by=${banner}] .protoo-banner-message`)).toHaveText(
      /!$/,
    )
})

/** Runs in the page: what its banners say, and which parts of them lie outside of where they belong. */
function showGallery() {
  const within = (root: Element, selector: string): HTMLElement | undefined => {
    for (const node of [root, ...root.querySelectorAll('*')]) {
      const found = (node.shadowRoot ?? root).querySelector<HTMLElement>(selector)
      if (found) return found
    }
    return undefined
  }
  const outside: string[] = []
  const describe = (figure: HTMLElement, name: string) => {
    const bar = within(figure, '.protoo-banner-bar')
    if (!bar) return 'no bar'
    if (!bar.checkVisibility()) return ''
    const frame = figure.querySelector('.page')?.getBoundingClientRect()
    const outer = bar.getBoundingClientRect()
    const parts = [...bar.children].filter((part) => part.checkVisibility() && part.textContent)
    for (const [box, around] of [
      [outer, frame] as const,
      ...parts.map((part) => [part.getBoundingClientRect(), outer] as const),
    ])
      if (
        !around ||
        box.left < around.left - 1 ||
        box.right > around.right + 1 ||
        box.top < around.top - 1 ||
        box.bottom > around.bottom + 1
      )
        outside.push(name)
    const rank = ['message', 'countdown', 'action']
    const rankOf = (part: Element) =>
      rank.findIndex((name) => part.classList.contains(`protoo-banner-${name}`))
    return parts
      .sort((a, b) => rankOf(a) - rankOf(b))
      .map((part) => part.textContent + (part.getAttribute('aria-disabled') === 'true' ? ', resting' : ''))
      .join(' | ')
  }
  const articles = [...document.querySelectorAll('article')].map((article) => {
    const figures = [...article.querySelectorAll<HTMLElement>('[data-by]')]
    return [
      article.id,
      Object.fromEntries(
        figures.map((figure) => [
          figure.dataset.by,
          describe(figure, `${article.id} by ${figure.dataset.by}`),
        ]),
      ),
    ]
  })
  return {
    articles: Object.fromEntries(articles) as Record<string, Record<string, string>>,
    outside,
    /** px of the page beyond its window. */
    overflow: document.documentElement.scrollWidth - innerWidth,
  }
}
