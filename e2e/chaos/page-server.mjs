import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

/** @typedef {import('./client.mjs').ClientReport} ClientReport */

/** What a browser loads, by path. */
const FILES = new Map([
  ['/', fileURLToPath(new URL('page.html', import.meta.url))],
  ['/client.mjs', fileURLToPath(new URL('client.mjs', import.meta.url))],
  ['/conversation.mjs', fileURLToPath(new URL('conversation.mjs', import.meta.url))],
  ['/random.mjs', fileURLToPath(new URL('random.mjs', import.meta.url))],
  ['/protoo.min.js', fileURLToPath(import.meta.resolve('@protoo-kit/client-core/protoo.min.js'))],
])

/**
 * Serves clients in pages, past the proxy. Each page that is opened is one.
 *
 * @param {{ url: string, seed: number }} options
 */
export async function servePages({ url, seed }) {
  let pages = 0
  /** @type {(patience: number) => void} */
  let finish = () => {}
  const finished = new Promise((resolve) => {
    finish = resolve
  })
  /** @type {ClientReport[]} */
  const reports = []
  let changed = () => {}

  const server = createServer(async (request, response) => {
    const path = request.url ?? ''
    const file = FILES.get(path)
    if (file) {
      response.setHeader('Content-Type', path === '/' ? 'text/html' : 'text/javascript')
      response.end(await readFile(file))
    } else if (path === '/options') response.end(JSON.stringify({ url, seed, id: `page${++pages}` }))
    else if (path === '/finish') response.end(JSON.stringify({ patience: await finished }))
    else if (path === '/report') {
      reports.push(/** @type {ClientReport} */ (await json(request)))
      response.end()
      changed()
    } else response.writeHead(404).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())

  return {
    url: `http://127.0.0.1:${port}/`,
    /**
     * @param {number} patience ms
     * @param {number} count of pages
     * @returns what they report; fewer when they do not in time
     */
    async finish(patience, count) {
      finish(patience)
      const deadline = performance.now() + patience + 5000
      while (reports.length < count && performance.now() < deadline)
        await new Promise((resolve) => {
          changed = () => resolve(undefined)
          setTimeout(changed, 500)
        })
      return reports
    },
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
