// The chat's pages and what they load.
import { createReadStream, existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sirv from 'sirv'

/** Of client-core, each as one file for a page without a build step. @type {Map<string, string>} */
const clientFiles = new Map(
  ['protoo.min.js', 'reconnect-banner.min.js', 'devtools.min.js'].map((name) => [
    `/${name}`,
    fileURLToPath(import.meta.resolve(`@protoo-kit/client-core/${name}`)),
  ]),
)

/** Folders by the first part of the path. */
const folders = new Map([
  ...['start', 'shared', 'plain'].map((name) => /** @type {const} */ ([name, folder(name)])),
  ...['react', 'vue', 'gallery'].map((name) => /** @type {const} */ ([name, folder(`dist/${name}`)])),
])

/** A room can be linked to without saying with which front end. */
const frontEnds = ['plain', 'react', 'vue']

/** @param {string} path */
function folder(path) {
  const directory = join(import.meta.dirname, path)
  return { directory, serve: sirv(directory, { dev: true }) }
}

/** @type {import('node:http').RequestListener} */
export function servePage(request, response) {
  const [path = '/', query = ''] = (request.url ?? '/').split('?')
  const file = clientFiles.get(path)
  if (file) return serveFile(file, response)
  if (path === '/') return serveStart(request, response, query)

  const [, name = '', ...rest] = path.split('/')
  const { directory, serve } = folders.get(name) ?? {}
  if (!directory || !serve) notFound(response, 'Not found')
  else if (!existsSync(directory)) notFound(response, `Not built: run "npm run build" in examples/chat-app`)
  else if (rest.length === 0) redirect(response, `/${name}/`, query)
  else {
    // sirv throws where a range ends before it starts, and the pages are small.
    delete request.headers.range
    request.url = `/${rest.join('/')}`
    serve(request, response, () => notFound(response, 'Not found'))
  }
}

/**
 * The start page; or, when it is said who comes and where to, the room itself.
 *
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 * @param {string} query
 */
function serveStart(request, response, query) {
  const given = new URLSearchParams(query)
  const front = given.get('front') ?? 'plain'
  if (given.get('room') && given.get('name') && frontEnds.includes(front))
    return redirect(response, `/${front}/`, query)
  request.url = '/start/'
  servePage(request, response)
}

/**
 * @param {string} file
 * @param {import('node:http').ServerResponse} response
 */
function serveFile(file, response) {
  const content = createReadStream(file)
  content.once('open', () => {
    response.writeHead(200, { 'Content-Type': 'text/javascript', 'Cache-Control': 'no-cache' })
    content.pipe(response)
  })
  content.once('error', () => {
    if (response.headersSent) response.destroy()
    else notFound(response, 'Not built: run "npm run build" in the root of the repository')
  })
}

/**
 * @param {import('node:http').ServerResponse} response
 * @param {string} path
 * @param {string} query
 */
function redirect(response, path, query) {
  response.writeHead(302, { Location: `${path}${query && `?${query}`}` }).end()
}

/**
 * @param {import('node:http').ServerResponse} response
 * @param {string} text
 */
function notFound(response, text) {
  response.writeHead(404, { 'Content-Type': 'text/plain' }).end(`${text}\n`)
}
