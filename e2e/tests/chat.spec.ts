import { expect, test } from '../support/test.js'

test('two people talk in one room, and somebody in another room sees nothing of it', async ({
  server,
  visit,
}) => {
  const ann = await visit('Ann', server.url)
  const ben = await visit('Ben', server.url)
  const eve = await visit('Eve', server.url, { room: 'elsewhere' })
  await expect(ann.members).toHaveText([/Ann\s*you/, /Ben/])
  await expect(ben.members).toHaveText([/Ann/, /Ben\s*you/])
  await expect(eve.members).toHaveText([/Eve\s*you/])

  await ann.say('one')
  await expect(ben.bubbles).toHaveText(['one'])
  await ben.say('two')
  await ben.say('three')
  await expect(ann.bubbles).toHaveText(['one', 'two', 'three'])
  await ann.say('four')
  await expect(ben.bubbles).toHaveText(['one', 'two', 'three', 'four'])
  await expect(ann.newest).toContainText('Sent')
  await expect(eve.state).toHaveText('Connected')
  await expect(eve.bubbles).toHaveCount(0)

  await ben.page.close()
  await expect(ann.members).toHaveText([/Ann/])
})

test('a burst of messages arrives in the order in which it was sent', async ({ server, visit }) => {
  const ann = await visit('Ann', server.url)
  const ben = await visit('Ben', server.url)
  await expect(ann.members).toHaveCount(2)
  const lines = Array.from({ length: 30 }, (_, index) => `line ${index + 1}`)
  for (const line of lines) await ann.say(line)
  await expect(ann.bubbles).toHaveText(lines)
  await expect(ben.bubbles).toHaveText(lines)
})

test('a reload keeps who you are, and brings back what was said', async ({ server, visit }) => {
  const ann = await visit('Ann', server.url)
  const ben = await visit('Ben', server.url)
  await expect(ann.members).toHaveCount(2)
  await ann.say('before')
  await expect(ben.bubbles).toHaveText(['before'])
  await ben.field.fill('half a sent')

  await ben.page.reload()
  await expect(ben.bubbles).toHaveText(['before'])
  await expect(ben.field).toHaveValue('half a sent')
  await expect(ann.members).toHaveText([/Ann/, /Ben/])
  await ben.say('after')
  await expect(ann.bubbles).toHaveText(['before', 'after'])
})

test('the same person in a second tab takes over, and the first tab stays away', async ({
  server,
  visit,
}) => {
  const ann = await visit('Ann', server.url)
  const ben = await visit('Ben', server.url)
  await expect(ann.members).toHaveCount(2)
  const id = await ben.page.evaluate(() => sessionStorage.peerId)

  const twin = await ben.page.context().newPage()
  await twin.addInitScript((id) => {
    sessionStorage.peerId = id
  }, id)
  await twin.goto(`${server.url}?room=lobby&name=Ben`)
  await expect(twin.locator('#state')).toHaveText('Connected')
  await expect(ben.banner).toContainText('This chat goes on in another window')
  await twin.getByRole('textbox', { name: 'Message' }).fill('from the second tab')
  await twin.keyboard.press('Enter')
  await expect(ann.bubbles).toHaveText(['from the second tab'])
  await expect(ann.members).toHaveText([/Ann/, /Ben/])
  expect(ben.dials).toHaveLength(1)
})

test('the keyboard is enough to join, write and leave', async ({ server, visit }) => {
  const ann = await visit('Ann', server.url)
  const page = await ann.page.context().newPage()
  await page.goto(server.url)
  await expect(page.getByLabel('Your name')).toBeFocused()
  await page.keyboard.type('Ben')
  await page.keyboard.press('Tab')
  await expect(page.getByLabel('Room')).toBeFocused()
  await expect(page.getByLabel('Room')).toHaveValue('lobby')
  await page.keyboard.press('Enter')

  await expect(page.getByRole('textbox', { name: 'Message' })).toBeFocused()
  await expect(page.locator('#state')).toHaveText('Connected')
  await page.keyboard.type('two')
  await page.keyboard.press('Shift+Enter')
  await page.keyboard.type('lines')
  await page.keyboard.press('Enter')
  await expect(ann.bubbles).toHaveText(['two\nlines'], { useInnerText: true })

  await page.getByRole('button', { name: 'Leave room' }).press('Enter')
  await expect(page.getByLabel('Your name')).toBeFocused()
  await expect(ann.members).toHaveCount(1)
})

test('what others write and are called is shown as text', async ({ server, visit }) => {
  const markup = '<img src=x onerror="document.title=1">'
  const ann = await visit('Ann', server.url)
  const eve = await visit(markup, server.url)
  await expect(ann.members).toHaveText([/Ann/, /<img src=x/])
  await eve.say(`<b>bold</b> ${markup}`)
  await expect(ann.bubbles).toHaveText([`<b>bold</b> ${markup}`])
  await expect(ann.page.locator('img, b')).toHaveCount(0)
})

test('nothing that a client sends breaks the chat for the others', async ({ server, visit }) => {
  const ann = await visit('Ann', server.url)
  const result = await ann.page.evaluate(async (url) => {
    const open = (query: string) =>
      new Promise<WebSocket>((resolve) => {
        const socket = new WebSocket(`${url.replace('http', 'ws')}${query}`, 'protoo')
        socket.onopen = socket.onerror = () => resolve(socket)
      })
    const refused: number[] = []
    for (const query of ['', '?roomId=lobby', `?roomId=lobby&peerId=${'x'.repeat(65)}`]) {
      const socket = await open(query)
      refused.push(socket.readyState)
    }
    const socket = await open('?roomId=lobby&peerId=eve')
    const request = (id: number, method: string, data: unknown) =>
      JSON.stringify({ request: true, id, method, data })
    const frames = [
      '',
      'null',
      '[]',
      '{"request":true}',
      '{"response":true,"id":1,"ok":true}',
      '{"notification":true,"method":"message","data":null}',
      new Uint8Array([1, 2, 3]),
      request(1, 'message', { text: 'not joined' }),
      request(2, 'join', null),
      request(3, 'join', { name: 7 }),
      request(4, 'constructor', {}),
      request(5, 'join', { name: 'Eve' }),
      request(6, 'message', 'text'),
      request(7, 'message', { text: ' ' }),
      request(8, 'message', { text: 'x'.repeat(2001) }),
      request(9, 'message', { text: 'fine', id: {} }),
      request(10, 'message', { text: 'fine', id: 'a' }),
      request(11, 'message', { text: 'again', id: 'a' }),
    ]
    const answers: Record<number, number | true> = {}
    await new Promise<void>((resolve) => {
      socket.onmessage = ({ data }) => {
        const { response, id, ok, errorCode } = JSON.parse(data)
        if (response) answers[id] = ok || errorCode
        if (id === 11) resolve()
      }
      for (const frame of frames) socket.send(frame)
    })
    const oversized = new Promise<number>((resolve) => {
      socket.onclose = ({ code }) => resolve(code)
    })
    socket.send('x'.repeat(100_000))
    return { refused, answers, oversized: await oversized }
  }, server.url)

  expect(result.refused).toEqual([3, 3, 3])
  expect(result.answers).toEqual({
    1: 403,
    2: 400,
    3: 400,
    4: 501,
    5: true,
    6: 400,
    7: 400,
    8: 400,
    9: 400,
    10: true,
    11: true,
  })
  expect(result.oversized).toBe(1009)
  // Once only: the second one had the same id.
  await expect(ann.bubbles).toHaveText(['fine'])
  await expect(ann.members).toHaveText([/Ann/])
  await ann.say('still here')
  await expect(ann.newest).toContainText('Sent')
})

test('a narrow screen has room for everything', async ({ server, visit }) => {
  const ann = await visit('Ann with a rather long name', server.url, {
    room: 'a-room-with-a-long-name-without-any-space-to-break-it-at',
    minTimeout: 60_000,
    maxTimeout: 60_000,
    steady: true,
  })
  await ann.page.setViewportSize({ width: 320, height: 480 })
  await ann.say('word'.repeat(200))
  await expect(ann.newest).toContainText('Sent')
  await server.kill()
  await expect(ann.banner).toContainText('Trying again in')
  for (const locator of [ann.banner, ann.retryButton, ann.state, ann.field, ann.sendButton])
    await expect(locator).toBeInViewport({ ratio: 1 })
  expect(await ann.page.evaluate(() => document.documentElement.scrollWidth)).toBe(320)
})
