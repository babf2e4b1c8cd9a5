import { readFile } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as protoo from 'protoo-server'
import { expect, test } from '../support/test.js'

test('pages with protoo.min.js talk through the stock protoo-server', async ({ browser, serve }) => {
  const room = new protoo.Room()
  const carls: Socket[] = []
  const files = new Map([
    ['/', await readFile(join(import.meta.dirname, '../support/stock.html'))],
    [
      '/protoo.min.js',
      await readFile(fileURLToPath(import.meta.resolve('@protoo-kit/client-core/protoo.min.js'))),
    ],
  ])
  const port = await serve((http) => {
    http.on('request', ({ url = '' }, response) => {
      const path = url.split('?')[0] ?? ''
      response.setHeader('Content-Type', path.endsWith('.js') ? 'text/javascript' : 'text/html')
      response.end(files.get(path))
    })
    new protoo.WebSocketServer(http).on('connectionrequest', ({ request, socket }, accept) => {
      const id = new URLSearchParams(request.url?.split('?')[1]).get('peerId') ?? ''
      if (id === 'carl') {
        carls.push(socket)
        accept()
        return
      }
      const peer = room.createPeer(id, accept())
      peer.on('request', ({ method, data }, accept, reject) => {
        if (method === 'shout') accept({ text: data.text.toUpperCase() })
        else reject(404, `no ${method} here`)
      })
      peer.on('notification', ({ method, data }) => {
        for (const other of room.peers) if (other !== peer) other.notify(method, { from: id, ...data })
      })
    })
  })

  const context = await browser.newContext()
  const dials: string[] = []
  const problems: string[] = []
  const visit = async (id: string) => {
    const page = await context.newPage()
    page.on('websocket', (socket) => dials.push(socket.url()))
    page.on('pageerror', (error) => problems.push(String(error)))
    page.on('console', (message) => problems.push(message.text()))
    await page.goto(`http://127.0.0.1:${port}/?peerId=${id}`)
    await expect(page.locator('li')).toHaveText(['open'])
    return page
  }
  const ann = await visit('ann')
  const ben = await visit('ben')

  // Requests, both ways.
  await ann.getByRole('button', { name: 'Shout' }).click()
  await expect(ann.locator('li').last()).toHaveText('answered HELLO')
  await ann.getByRole('button', { name: 'Ask nonsense' }).click()
  await expect(ann.locator('li').last()).toHaveText('refused 404 no nonsense here')
  expect(await room.getPeer('ben').request('add', { terms: [20, 22] })).toEqual({ sum: 42 })
  await expect(room.getPeer('ben').request('subtract')).rejects.toMatchObject({ code: 501 })

  // A notification, from page to page.
  await ann.getByRole('button', { name: 'Wave' }).click()
  await expect(ben.locator('li').last()).toHaveText('ann sends wave')

  room.close()
  for (const page of [ann, ben]) await expect(page.locator('li').last()).toHaveText('close kicked 4000')

  // Whoever was cut off instead comes back, by when the others would have come back too.
  const carl = await visit('carl')
  carls[0]?.destroy()
  await expect(carl.locator('li')).toHaveText(['open', 'disconnected', 'open'])
  expect(dials.filter((url) => !url.includes('carl'))).toHaveLength(2)
  expect(problems).toEqual([])
  await context.close()
})
