// Attacks on the servers of servers.mjs. What comes back is compared with what the model says (texts.mjs).
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { MAX_MESSAGE, TEXTS } from './constants.mjs'
import { FrameReader, fatal, fragmented, textFrame } from './frames.mjs'
import { hostileText, isControl, judge } from './texts.mjs'

/** @typedef {import('../../packages/peerjs-server/test/hostile/random.mjs').Random} Random */
/** @typedef {import('./texts.mjs').Dialect} Dialect */
/** @typedef {Record<Dialect, number>} Ports */

/** What has been sent, and what ought to have become of it. */
export class Tally {
  constructor() {
    this.inputs = 0
    /** @type {Map<string, number>} */
    this.expected = new Map()
    /** @type {Map<string, number>} */
    this.codes = new Map()
  }

  /** @param {string} name */
  expect(name) {
    this.expected.set(name, (this.expected.get(name) ?? 0) + 1)
  }
}

const PATHS = { protoo: '/', router: '/', peerjs: '/peerjs' }

/** A WebSocket made by hand. */
class Raw {
  /**
   * @param {Dialect} dialect
   * @param {number} port
   * @param {{ names?: string, query?: string }} [options]
   */
  constructor(dialect, port, { names = 'protoo', query = '' } = {}) {
    this.socket = connect(port, '127.0.0.1')
    /** @type {string[]} */
    this.texts = []
    this.closeCode = 0
    this.status = 0
    this.head = ''
    this.socket.on('error', () => {})
    this.ended = new Promise((resolve) => this.socket.once('close', resolve))
    this.changed = () => {}
    const reader = new FrameReader({
      text: (text) => this.texts.push(text),
      close: (code) => {
        this.closeCode = code
      },
    })
    this.socket.on('data', (chunk) => {
      if (this.status) reader.push(chunk)
      else {
        this.head += chunk.toString('latin1')
        const end = this.head.indexOf('\r\n\r\n')
        if (end < 0) return
        this.status = Number(this.head.slice(9, 12))
        const rest = Buffer.from(this.head.slice(end + 4), 'latin1')
        if (this.status === 101 && rest.length > 0) reader.push(rest)
      }
      this.changed()
    })
    this.socket.once('close', () => this.changed())
    const key = randomBytes(16).toString('base64')
    this.socket.write(
      `GET ${PATHS[dialect]}${query} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Protocol: ${names}\r\n\r\n`,
      'latin1',
    )
  }

  /**
   * Resolves once this is so, or the connection is over.
   *
   * @param {() => boolean} condition
   */
  async until(condition) {
    while (!condition() && !this.socket.destroyed) {
      await new Promise((resolve) => {
        this.changed = () => resolve(undefined)
      })
    }
  }
}

/**
 * Texts on one connection, all of which it has to survive, and then a frame that ends it with its code.
 *
 * @param {Dialect} dialect
 * @param {Ports} ports
 * @param {Random} random
 * @param {Tally} tally
 */
export async function attackTexts(dialect, ports, random, tally) {
  const id = `fuzz-${random.below(1e9)}`
  const raw = new Raw(dialect, ports[dialect], {
    query: dialect === 'peerjs' ? `?key=peerjs&id=${id}&token=${id}` : '',
  })
  await raw.until(() => raw.status > 0)
  if (raw.status !== 101) throw new Error(`${dialect}: the handshake was answered ${raw.status}`)
  /** @type {string[]} */
  const ids = []
  const bytes = []
  for (let count = 0; count < TEXTS; count++) {
    // As the other end reads it: half of a pair becomes U+FFFD.
    const text = Buffer.from(hostileText(random, dialect)).toString()
    bytes.push(random.below(6) === 0 ? fragmented(random, text) : textFrame(text))
    if (dialect === 'peerjs') judgePeerjs(text, tally)
    else expectAnswer(judge(text, dialect), dialect, ids, tally)
  }
  tally.inputs += TEXTS + 1
  const last = fatal(random, MAX_MESSAGE)
  raw.socket.write(Buffer.concat(bytes))
  raw.socket.write(last.bytes)
  await raw.ended
  tally.codes.set(
    `${last.name}: ${raw.closeCode}`,
    (tally.codes.get(`${last.name}: ${raw.closeCode}`) ?? 0) + 1,
  )
  if (raw.closeCode !== last.code)
    throw new Error(`${dialect}: ${last.name} was closed with ${raw.closeCode}, not ${last.code}`)
  if (dialect === 'peerjs') return
  const answered = raw.texts.map((text) => JSON.stringify(JSON.parse(text).id)).sort()
  if (JSON.stringify(answered) !== JSON.stringify(ids.sort()))
    throw new Error(`${dialect}: answered ${answered.length} requests of ${ids.length}: ${answered} / ${ids}`)
}

/**
 * @param {import('./texts.mjs').Verdict} verdict
 * @param {Dialect} dialect
 * @param {string[]} ids of those that are answered
 * @param {Tally} tally
 */
function expectAnswer(verdict, dialect, ids, tally) {
  if (verdict.kind === 'invalid') tally.expect(`${dialect} ${verdict.code}`)
  if (verdict.kind === 'limited') tally.expect(`${dialect} ${verdict.limit}`)
  if ('id' in verdict) ids.push(JSON.stringify(verdict.id))
}

/**
 * @param {string} text
 * @param {Tally} tally
 */
function judgePeerjs(text, tally) {
  let message
  try {
    message = JSON.parse(text)
  } catch {
    // No JSON at all.
  }
  const isObject = typeof message === 'object' && message !== null && !Array.isArray(message)
  if (!isObject || typeof message.type !== 'string' || (message.dst && typeof message.dst !== 'string'))
    tally.expect('peerjs error')
}

/** What is no number of messages that anybody could have. */
const ACKS = [
  '-0.5',
  '1e9',
  '9007199254740993',
  '"1"',
  'null',
  '{}',
  '[]',
  'true',
  '1e999',
  '{"__proto__":1}',
]
const HEX = '0123456789abcdef'

/**
 * A session: wild names to resume by, wild acks.
 *
 * @param {Ports} ports
 * @param {Random} random
 * @param {Tally} tally
 */
export async function attackSession({ protoo: port }, random, tally) {
  const token = Array.from({ length: random.pick([32, 31, 33, 0]) }, () =>
    random.pick([...HEX, 'G', 'A']),
  ).join('')
  const number = () =>
    random.pick(['0', '1', '-1', '01', '1e3', '999999999999999', '9999999999999999', '', 'x', '__proto__'])
  const resume = random.pick([
    `protoo-resume.${token}.${number()}.${number()}`,
    `protoo-resume.${token}`,
    `protoo-resume...${number()}`,
    `protoo-resume.${'a'.repeat(5000)}`,
    `protoo-auth.${random.pick(['', '====', '!!', 'w5xuw', 'A'.repeat(6000)])}`,
  ])
  const raw = new Raw('protoo', port, { names: `protoo-session.v1, protoo, ${resume}` })
  await raw.until(() => raw.texts.length > 0)
  const { session } = JSON.parse(raw.texts[0] ?? '{}')
  if (raw.status !== 101 || session?.resumed !== false)
    throw new Error(`resumed by ${resume}: ${raw.status} ${raw.texts[0]}`)
  if (/protoo-(resume|auth)/.test(raw.head)) throw new Error(`${resume} was echoed`)
  const frames = Array.from({ length: 10 }, () =>
    random.pick([
      '{"ack":0}',
      '{"ack":0,"echo":true}',
      '{"ack":-1}',
      '{"session":{"token":"x"}}',
      '{"session":null,"ack":0}',
      '{ }',
      '{"ack":0,"request":true}',
      '{"ack":0,"notification":1,"method":"x"}',
      hostileText(random, 'protoo'),
    ]),
  ).filter(isHarmless)
  for (const text of frames) {
    if (!isControl(text) && text !== '{}') expectAnswer(judge(text, 'protoo'), 'protoo', [], tally)
  }
  raw.socket.write(Buffer.concat(frames.map(textFrame)))
  const echo = random.below(2) === 0 ? ',"echo":true' : ''
  raw.socket.write(textFrame(`{"ack":${random.pick(ACKS)}${echo}}`))
  tally.inputs += frames.length + 2
  await raw.until(() => raw.closeCode > 0)
  raw.socket.destroy()
  await raw.ended
  if (raw.closeCode !== 1002) throw new Error(`a wild ack was closed with ${raw.closeCode}, not 1002`)
}

/**
 * Whether the session goes on after it.
 *
 * @param {string} text
 */
function isHarmless(text) {
  if (!isControl(text)) return true
  const { ack = 0 } = JSON.parse(text)
  return Number.isSafeInteger(ack) && ack <= 0 && Buffer.byteLength(text) <= 1024
}

const STATUSES = new Set([101, 400, 403, 404, 405, 408, 413, 414, 426, 431, 500, 501, 503, 200, 204, 401])

/**
 * Requests that are no handshakes, or nearly.
 *
 * @param {Ports} ports
 * @param {Random} random
 * @param {Tally} tally
 */
export async function attackHandshake(ports, random, tally) {
  const dialect = random.pick(/** @type {Dialect[]} */ (['protoo', 'router', 'peerjs']))
  const line = (/** @type {string} */ right, /** @type {string[]} */ ...wrong) =>
    random.below(5) > 0 ? right : random.pick([...wrong, ''])
  const lines = [
    `${line('GET', 'POST', 'G\u00e9T', 'OPTIONS')} ${line(PATHS[dialect], '/%', '*', 'http://[', '/\u0000', `/${'a'.repeat(3000)}`)} HTTP/${line('1.1', '1.0', '9')}`,
    line('Host: x', 'Host: a, b', 'Host: evil@x'),
    line('Connection: Upgrade', 'Connection: keep-alive'),
    line('Upgrade: websocket', 'Upgrade: WebSocket', 'Upgrade: h2c'),
    line(
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Version: 8',
      'Sec-WebSocket-Version: 1e1',
      'Sec-WebSocket-Version: -13',
    ),
    line(
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      'Sec-WebSocket-Key: dGhl',
      `Sec-WebSocket-Key: ${'A'.repeat(5000)}==`,
    ),
    line(
      'Sec-WebSocket-Protocol: protoo',
      'Sec-WebSocket-Protocol: PROTOO, protoo',
      'Sec-WebSocket-Protocol: ,,;',
      `Sec-WebSocket-Protocol: ${'x,'.repeat(3000)}`,
    ),
    line(
      'Origin: http://x',
      'Origin: null',
      'Origin: http://evil.example',
      'Origin: \u00ff\u0080',
      `Origin: http://${'a.'.repeat(2000)}`,
    ),
    line(
      'X-Forwarded-For: 1.1.1.1',
      'Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=99',
      'Content-Length: 5',
      'Transfer-Encoding: chunked',
    ),
  ].filter((text) => text !== '')
  const socket = connect(ports[dialect], '127.0.0.1')
  socket.on('error', () => {})
  const closed = once(socket, 'close')
  let text = ''
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1')
    // It has been let in, or may be asked another one.
    if (text.includes('\r\n\r\n')) socket.destroy()
  })
  socket.write(Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'))
  // Not all have an end: some wait for a body.
  socket.end()
  await closed
  tally.inputs++
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(text)?.[1] ?? 0)
  if (text !== '' && !STATUSES.has(status))
    throw new Error(`answered ${text.slice(0, 200)} to ${lines.join(' | ')}`)
  tally.codes.set(`handshake: ${status}`, (tally.codes.get(`handshake: ${status}`) ?? 0) + 1)
}
