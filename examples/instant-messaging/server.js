// Serves the messaging and its page: `node server.js`, then open the address it prints in two windows.
import { createReadStream } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import sirv from 'sirv'
import { serveMessaging } from './messaging.js'

/** The client and the banner, each one file for a page without a build step. */
const bundles = new Map(
  ['routed.min.js', 'reconnect-banner.min.js'].map((name) => [
    `/${name}`,
    fileURLToPath(import.meta.resolve(`@protoo-kit/client-core/${name}`)),
  ]),
)
const servePage = sirv(join(import.meta.dirname, 'page'), { dev: true })

/**
 * @param {{ port?: number, host?: string, gracePeriod?: number }} [options] `port` default 0: any free one;
 *   `host` default 127.0.0.1; `gracePeriod` see serveMessaging
 * @returns once it listens; rejects with Node's error (such as `EADDRINUSE`) when it cannot
 */
export async function startMessaging({ port = 0, host = '127.0.0.1', ...options } = {}) {
  const http = createServer((request, response) => {
    const bundle = bundles.get((request.url ?? '').split('?')[0] ?? '')
    if (bundle) {
      response.writeHead(200, { 'Content-Type': 'text/javascript', 'Cache-Control': 'no-cache' })
      createReadStream(bundle)
        .on('error', () => response.destroy())
        .pipe(response)
    } else {
      // sirv throws where a range ends before it starts, and the page is small.
      delete request.headers.range
      servePage(request, response)
    }
  })
  const app = serveMessaging(http, options)
  await new Promise((resolve, reject) => {
    http.once('error', reject)
    http.listen(port, host, () => resolve(undefined))
  })
  const address = /** @type {import('node:net').AddressInfo} */ (http.address())
  return {
    app,
    url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}/`,
    /** @returns {Promise<void>} */
    close() {
      return new Promise((resolve) => {
        http.once('close', resolve)
        app.close(true)
      })
    },
  }
}

async function main() {
  const { values } = parseArgs({ options: { port: { type: 'string' }, host: { type: 'string' } } })
  const chosen = values.port ?? process.env.PORT
  const options = values.host ? { host: values.host } : {}
  const messaging = await startMessaging({ ...options, port: Number(chosen ?? 3000) }).catch((error) => {
    // Whoever named a port wants that one.
    if (error.code === 'EADDRINUSE' && chosen === undefined) return startMessaging(options)
    throw error
  })
  console.log(`Instant messaging: ${messaging.url}`)
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void messaging.close())
}

if (process.argv[1] === import.meta.filename) {
  main().catch((error) => {
    console.error(`The messaging did not start: ${error.message}`)
    process.exitCode = 1
  })
}
