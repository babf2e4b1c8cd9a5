// `npm run screenshots`: takes the pictures of the chat in docs/images, with this machine's fonts.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { chromium } from '@playwright/test'
import { startChat } from '../examples/chat-app/server.js'
import { findChromium } from './browsers.mjs'
import { root } from './run.mjs'

const directory = join(root, 'docs/images')
const room = 'launch-day'

/** @type {[name: string, text: string][]} */
const conversation = [
  ['Jonas Weber', 'Morning! The venue confirmed: we have the big room from four.'],
  ['Jonas Weber', 'Do we still want the demo before the talk?'],
  ['Mira Okafor', 'Yes, please. People are sharper before the drinks 🙂'],
  ['Priya Nair', 'I can run it. Ten minutes, live, no slides.'],
  ['Priya Nair', 'And if the wifi goes down halfway, they see it come back.'],
  ['Ana Duarte', 'Brave. I will bring a cable anyway'],
  ['Jonas Weber', 'Perfect. I will update the page and send the invites tonight.'],
]

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
  let chat = await startChat()
  const port = Number(new URL(chat.url).port)
  /** @type {Record<string, import('@playwright/test').Page>} */
  const pages = {}
  for (const name of ['Mira Okafor', 'Jonas Weber', 'Priya Nair', 'Ana Duarte'])
    pages[name] = await visit(chat.url, name)
  for (const [name, text] of conversation) {
    await pages[name]?.getByRole('textbox', { name: 'Message' }).fill(text)
    await pages[name]?.keyboard.press('Enter')
    for (const page of Object.values(pages)) await page.getByText(text).waitFor()
  }

  const { 'Mira Okafor': mira, 'Ana Duarte': ana } = pages
  if (!mira || !ana) throw new Error('somebody is missing')
  await mira.getByRole('textbox', { name: 'Message' }).fill('One more thing: who brings the ')
  await take(mira, 'chat-connected')
  await take(ana, 'chat-phone-dark')

  await chat.close()
  await mira.getByText('Trying again in 7 s').waitFor()
  await take(mira, 'chat-reconnecting')

  chat = await startChat({ port })
  await mira.getByRole('button', { name: 'Retry now' }).click()
  await mira.mouse.move(0, 0)
  for (const name of Object.keys(pages)) await mira.locator('#members').getByText(name).waitFor()
  chat.closeRoom(room)
  await mira.locator('#words', { hasText: 'This room was closed by the server' }).waitFor()
  await take(mira, 'chat-closed')
  await chat.close()
}

/**
 * @param {string} url
 * @param {string} name
 */
async function visit(url, name) {
  const phone = name.startsWith('Ana')
  const context = await browser.newContext({
    viewport: phone ? { width: 390, height: 760 } : { width: 1200, height: 760 },
    deviceScaleFactor: 2,
    colorScheme: phone ? 'dark' : 'light',
    locale: 'en-GB',
    reducedMotion: 'reduce',
  })
  const page = await context.newPage()
  // The longest waits that the random part of them allows.
  await page.addInitScript(() => {
    Math.random = () => 0.999
  })
  const retry = name.startsWith('Mira') ? { minTimeout: '9000', maxTimeout: '9000' } : {}
  await page.goto(`${url}?${new URLSearchParams({ room, name, ...retry })}`)
  await page.getByText('Connected', { exact: true }).waitFor()
  return page
}

/**
 * @param {import('@playwright/test').Page} page
 * @param {string} name
 */
async function take(page, name) {
  const path = join(directory, `${name}.png`)
  await page.screenshot({ path, caret: 'initial' })
  console.log(path)
}
