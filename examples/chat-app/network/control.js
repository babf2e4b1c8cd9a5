/**
 * `GET /network?peerId=…` tells a page what is wrong with its connection, and `POST /network` makes it so.
 *
 * @import { IncomingMessage, ServerResponse } from 'node:http'
 * @import { Condition, Network } from './network.js'
 */
import { isText } from '../text.js'

const MAX_BODY = 1024

/** @type {Map<unknown, Condition>} */
const conditions = new Map([
  ['restore', 'open'],
  ['cut', 'cut'],
  ['freeze', 'frozen'],
  ['slow', 'slow'],
])

/**
 * Answers with `{ enabled, condition, endsIn }`: `condition` is `open`, `cut`, `frozen`, `slow` or `restarting`, and `endsIn`
 * in ms. A body is `{ peerId, action }`: `cut`, `freeze`, `slow`, `restore`, or `restart`, which is for everybody.
 *
 * @param {Network} network
 * @param {{ restart(): void, restartsIn(): number }} host
 * @param {boolean} enabled whether visitors may do so
 * @returns {(request: IncomingMessage, response: ServerResponse) => void}
 */
export function createNetworkControl(network, host, enabled) {
  /** @param {string} peerId */
  const stateOf = (peerId) =>
    host.restartsIn() > 0
      ? { enabled, condition: 'restarting', endsIn: host.restartsIn() }
      : { enabled, ...network.conditionOf(peerId) }

  return (request, response) => {
    if (request.method === 'GET') {
      const peerId = new URLSearchParams(request.url?.split('?')[1]).get('peerId') ?? ''
      return answer(response, 200, stateOf(peerId))
    }
    if (request.method !== 'POST') return answer(response, 405, { error: 'GET or POST' })
    if (!enabled) return answer(response, 403, { error: 'start the server with --network to allow this' })
    if (!isOwnPage(request)) return answer(response, 403, { error: 'only from pages of this server' })

    readJson(request, (data) => {
      const { peerId, action } = data
      const condition = conditions.get(action)
      if (action === 'restart') host.restart()
      else if (!isText(peerId, 64) || !condition)
        return answer(response, 400, {
          error: '{ peerId, action } expected: cut, freeze, slow, restore or restart',
        })
      else if (!network.setCondition(peerId, condition)) return answer(response, 503, { error: 'too many' })
      answer(response, 200, stateOf(isText(peerId, 64) ? peerId : ''))
    })
  }
}

/**
 * Browsers say where a POST comes from. What says nothing is no browser.
 *
 * @param {IncomingMessage} request
 */
function isOwnPage({ headers: { origin, host } }) {
  if (origin === undefined) return true
  return URL.canParse(origin) && new URL(origin).host === host
}

/**
 * @param {IncomingMessage} request
 * @param {(data: Record<string, unknown>) => void} done with an empty object for what is no JSON object
 */
function readJson(request, done) {
  let text = ''
  request.setEncoding('utf8')
  request.on('data', (chunk) => {
    text += chunk
    if (text.length > MAX_BODY) request.destroy()
  })
  request.on('end', () => {
    /** @type {unknown} */
    let value
    try {
      value = JSON.parse(text)
    } catch {
      // Nothing that we know.
    }
    done(typeof value === 'object' && value !== null ? { ...value } : {})
  })
}

/**
 * @param {ServerResponse} response
 * @param {number} status
 * @param {object} data
 */
function answer(response, status, data) {
  response
    .writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' })
    .end(JSON.stringify(data))
}
