// `npm run screenshots`: takes the pictures in docs/images, with this machine's fonts.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { chromium } from '@playwright/test'
import { startChat } from '../examples/chat-app/server.js'
import { findChromium } from './browsers.mjs'
import { buildChat } from './chat.mjs'
import { root } from './run.mjs'

/** @typedef {import('@playwright/test').Page} Page */

const directory = join(root, 'docs/images')
const room = 'launch-day'

/** Who is at which front end. */
const people = {
  'Mira Okafor': 'react',
  'Jonas Weber': 'vue',
  'Priya Nair': 'plain',
  'Ana Duarte': 'vue',
}

/** @type {[name: keyof typeof people, text: string][]} */
const conversation = [
  ['Jonas Weber', 'Morning! The venue confirmed: we have the big room from four.'],
  ['Jonas Weber', 'Do we still want the demo before the talk?'],
  ['Mira Okafor', 'Yes, please. People are sharper before the drinks 🙂'],
  ['Priya Nair', 'I can run it. Ten minutes, live, no slides.'],
  ['Priya Nair', 'And if the wifi goes down halfway, they see it come back.'],
  ['Ana Duarte', 'Brave. I will bring a cable anyway'],
  ['Jonas Weber', 'Perfect. I will update the page and send the invites tonight.'],
]

const sizes = {
  desktop: { width: 1200, height: 760 },
  column: { width: 600, height: 760 },
  phone: { width: 390, height: 800 },
  wide: { width: 1440, height: 760 },
}

if ((await buildChat()) !== 0) process.exit(1)
const browser = await chromium.launch({
  executablePath: await findChromium(),
  chromiumSandbox: process.getuid?.() !== 0 && !process.env.CI,
})
try {
  await mkdir(directory, { recursive: true })
  await takeAll()
} finally {
  await browser.close()
}

async function takeAll() {
  const chat = await startChat()
  const start = await open('desktop')
  await start.goto(chat.url)
  await start.getByRole('textbox', { name: 'Your name' }).fill('Mira Okafor')
  await take(start, 'start')

  const gallery = await open('wide')
  await gallery.goto(`${chat.url}gallery/`)
  await gallery.getByRole('heading', { name: 'Long wait', exact: true }).waitFor()
  await gallery.evaluate(() => {
    document.getElementById('reconnecting-waiting')?.scrollIntoView()
    // From below the bar that stays at the top.
    scrollBy(0, -70)
  })
  await take(gallery, 'gallery')

  /** @type {Page[]} */
  const pages = []
  for (const [name, frontEnd] of Object.entries(people)) {
    const page = await open(name.startsWith('Ana') ? 'phone' : 'desktop')
    const retry = frontEnd === 'react' ? { minTimeout: '9000', maxTimeout: '9000' } : {}
    await page.goto(`${chat.url}${frontEnd}/?${new URLSearchParams({ room, name, ...retry })}`)
    await page.getByText('Connected', { exact: true }).waitFor()
    pages.push(page)
  }
  const [mira, jonas, priya, ana] = /** @type {[Page, Page, Page, Page]} */ (pages)
  for (const [name, text] of conversation) {
    const page = pages[Object.keys(people).indexOf(name)]
    await page?.getByRole('textbox', { name: 'Message' }).pressSequentially(text)
    await page?.keyboard.press('Enter')
    for (const page of pages) await page.getByText(text).waitFor()
  }
  await mira.getByRole('textbox', { name: 'Message' }).pressSequentially('One more thing: who brings the ')
  await ana.getByText('Mira Okafor is typing…').waitFor()
  await take(ana, 'chat-phone-dark')
  await takeSideBySide([mira, jonas, priya], 'chat-three-front-ends')

  await chat.close()
  await mira.getByText('Next attempt in 7 s').waitFor()
  await take(mira, 'chat-reconnecting')
}

/** @param {keyof typeof sizes} size */
async function open(size) {
  const context = await browser.newContext({
    viewport: sizes[size],
    deviceScaleFactor: 2,
    colorScheme: size === 'phone' ? 'dark' : 'light',
    locale: 'en-GB',
    reducedMotion: 'reduce',
  })
  const page = await context.newPage()
  // The longest waits that the random part of them allows.
  await page.addInitScript(() => {
    Math.random = () => 0.999
  })
  return page
}

/**
 * @param {Page} page
 * @param {string} name
 */
async function take(page, name) {
  const path = join(directory, `${name}.png`)
  await page.mouse.move(0, 0)
  await page.screenshot({ path, caret: 'initial' })
  console.log(path)
}

/**
 * @param {Page[]} pages
 * @param {string} name
 */
async function takeSideBySide(pages, name) {
  const pictures = []
  for (const page of pages) {
    const before = page.viewportSize()
    await page.setViewportSize(sizes.column)
    pictures.push(await page.screenshot())
    if (before) await page.setViewportSize(before)
  }
  const album = await open('desktop')
  await album.setViewportSize({ width: 40 + pages.length * 420, height: 560 })
  await album.setContent(`
    <style>
      body { margin: 20px 0; display: flex; justify-content: center; gap: 20px; background: #e4e2dc }
      img { width: 400px; border-radius: 10px; box-shadow: 0 4px 20px rgb(0 0 0 / 15%) }
    </style>
    ${pictures.map((picture) => `<img src="data:image/png;base64,${picture.toString('base64')}" alt="">`).join('')}`)
  await take(album, name)
}
