// Serves the chat: `node server.js`, then open the address it prints in two windows.
import { createReadStream } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import sirv from 'sirv'
import { serveChat } from './chat.js'

/** The client, as one file for a page without a build step. */
const clientFile = fileURLToPath(import.meta.resolve('@protoo-kit/client-core/protoo.min.js'))

/** By the first part of the path. */
const frontEnds = new Map([['plain', sirv(join(import.meta.dirname, 'plain'), { dev: true })]])

/**
 * @param {{ port?: number, host?: string, forgetAfter?: number }} [options] `port` default 0: any free one;
 *   `host` default 127.0.0.1; `forgetAfter` ms for which an empty room is remembered, default 5 minutes
 * @returns once it listens; rejects with Node's error (such as `EADDRINUSE`) when it cannot
 */
export async function startChat({ port = 0, host = '127.0.0.1', ...options } = {}) {
  const http = createServer(servePages)
  const chat = serveChat(http, options)
  await new Promise((resolve, reject) => {
    http.once('error', reject)
    http.listen(port, host, () => resolve(undefined))
  })
  const address = /** @type {import('node:net').AddressInfo} */ (http.address())
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}/`,
    closeRoom: chat.closeRoom,
    /** @returns {Promise<void>} */
    close() {
      return new Promise((resolve) => {
        http.close(() => resolve())
        chat.stop()
        http.closeIdleConnections()
      })
    },
  }
}

/** @type {import('node:http').RequestListener} */
function servePages(request, response) {
  const [path = '/', query] = (request.url ?? '/').split('?')
  const [, name = '', ...rest] = path.split('/')
  const frontEnd = frontEnds.get(name || 'plain')

  if (path === '/protoo.min.js') {
    response.writeHead(200, { 'Content-Type': 'text/javascript', 'Cache-Control': 'no-cache' })
    createReadStream(clientFile)
      .on('error', () => response.destroy())
      .pipe(response)
  } else if (!frontEnd) {
    response.writeHead(404, { 'Content-Type': 'text/plain' }).end('Not found\n')
  } else if (!name || rest.length === 0) {
    response.writeHead(302, { Location: `/${name || 'plain'}/${query ? `?${query}` : ''}` }).end()
  } else {
    // sirv throws where a range ends before it starts, and the pages are small.
    delete request.headers.range
    request.url = `/${rest.join('/')}`
    frontEnd(request, response)
  }
}

async function main() {
  const { values } = parseArgs({ options: { port: { type: 'string' }, host: { type: 'string' } } })
  const chosen = values.port ?? process.env.PORT
  const port = Number(chosen ?? 3000)
  const { host } = values
  const options = host ? { host } : {}

  const chat = await startChat({ ...options, port }).catch((error) => {
    // Whoever named a port wants that one.
    if (error.code === 'EADDRINUSE' && chosen === undefined) return startChat(options)
    throw error
  })
  console.log(`Chat: ${chat.url}`)
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void chat.close())
}

if (process.argv[1] === import.meta.filename) {
  main().catch((error) => {
    console.error(`The chat did not start: ${error.message}`)
    process.exitCode = 1
  })
}
