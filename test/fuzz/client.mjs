// A client of client-core at a server that speaks rubbish: `node client.mjs SEED INPUTS`.
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { createPeer } from '@protoo-kit/client-core'
import { Random } from '../../packages/peerjs-server/test/hostile/random.mjs'
import { TEXTS } from './constants.mjs'
import { FrameReader, fatal, frame } from './frames.mjs'
import { hostileText, isControl, judge } from './texts.mjs'

/** Bytes of a message above which `ws` closes a client's connection. */
const MAX_MESSAGE = 100 * 0x100000
const SESSION = {
  token: '0123456789abcdef'.repeat(2),
  resumed: false,
  received: 0,
  window: 30_000,
  heartbeat: 15_000,
  maxMessageBytes: 1e6,
  maxRequests: 1000,
}

const [, , seed = '1', inputs = '1000'] = process.argv
for (const event of ['uncaughtException', 'unhandledRejection'])
  process.on(event, (error) => {
    console.error(event, error)
    process.exit(70)
  })
process.on('disconnect', () => process.exit())

/** What the next connection is told. @type {(socket: import('node:net').Socket) => void} */
let speak = () => {}
const server = createServer((socket) => {
  let head = ''
  socket.on('error', () => {})
  const read = (/** @type {Buffer} */ chunk) => {
    head += chunk.toString('latin1')
    if (!head.includes('\r\n\r\n')) return
    socket.off('data', read)
    const key = /sec-websocket-key: (\S+)/i.exec(head)?.[1]
    const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
    const name = /protoo-session/.test(head) ? 'protoo-session.v1' : 'protoo'
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Protocol: ${name}\r\n\r\n`,
    )
    speak(socket)
  }
  socket.on('data', read)
}).listen(0, '127.0.0.1')
await once(server, 'listening')
const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())

const tally = { inputs: 0, connections: 0, protocolErrors: 0, answered: 0, growth: 0 }
const text = (/** @type {string} */ content) => frame(1, Buffer.from(content), { masked: false })

/** @param {Random} random */
async function connection(random) {
  const session = random.below(2) === 0
  const welcome = session && random.below(4) === 0 ? wild(random) : JSON.stringify({ session: SESSION })
  const texts = Array.from({ length: TEXTS }, () => Buffer.from(hostileText(random, 'protoo')).toString())
  const last = fatal(random, MAX_MESSAGE, true)
  const good = !session || welcome === JSON.stringify({ session: SESSION })
  let code = 0
  let expected = 0
  for (const content of texts) {
    // A session's own frames, and the blank that stands in for a message, are no messages.
    if (session && (content === '{}' || isControl(content))) continue
    const verdict = judge(content, 'protoo', false)
    if (good && verdict.kind === 'invalid') expected++
  }
  const over = new Promise((resolve) => {
    speak = (socket) => {
      const reader = new FrameReader({ close: (closed) => (code = closed) })
      socket.on('data', (chunk) => reader.push(chunk))
      socket.once('close', resolve)
      const kept = session ? texts.filter((content) => !isControl(content)) : texts
      socket.write(Buffer.concat([...(session ? [text(welcome)] : []), ...kept.map(text)]))
      socket.write(last.bytes)
      if (!good) socket.end()
    }
  })
  let errors = 0
  const peer = createPeer(`ws://127.0.0.1:${port}`, {
    session,
    retry: { retries: 0, minTimeout: 1, maxTimeout: 1 },
  })
  peer.on('protocolerror', () => errors++)
  peer.on('request', (_request, accept) => accept({}))
  peer.on('notification', () => {})
  const settled = Promise.allSettled(
    Array.from({ length: 5 }, () => peer.request('x', {}, { whenOpen: true, timeout: 20_000 })),
  )
  await over
  peer.close()
  // Every request has an end.
  await settled
  if (good && code !== last.code) throw new Error(`${last.name} was closed with ${code}, not ${last.code}`)
  if (errors !== expected) throw new Error(`${errors} protocol errors instead of ${expected}`)
  tally.inputs += texts.length + 1
  tally.connections++
  tally.protocolErrors += errors
}

/** The first frame of a session, and wrong. @param {Random} random */
function wild(random) {
  const name = random.pick(['token', 'received', 'heartbeat', 'maxMessageBytes', 'maxRequests'])
  const wrong = random.pick([null, 'x', {}, [], 1.5, '__proto__'])
  return random.pick([
    JSON.stringify({ session: { ...SESSION, [name]: wrong } }),
    '{"session":null}',
    '{"ack":0}',
    '{}',
    'null',
    '',
    hostileText(random, 'router'),
  ])
}

/** That it is still a client: it asks, and is answered. */
async function proper() {
  speak = (socket) => {
    const reader = new FrameReader({
      text: (content) => {
        const { id, data } = JSON.parse(content)
        socket.write(text(JSON.stringify({ response: true, id, ok: true, data })))
      },
    })
    socket.on('data', (chunk) => reader.push(chunk))
  }
  const peer = createPeer(`ws://127.0.0.1:${port}`, { session: false })
  const { n } = await peer.request('echo', { n: 42 }, { whenOpen: true })
  if (n === 42) tally.answered++
  peer.close()
}

function heap() {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed
}

await proper()
let before = 0
for (let turn = 0; tally.inputs < Number(inputs); turn++) {
  if (!before && tally.inputs > Number(inputs) / 4) before = heap()
  await connection(new Random(Number(seed) * 1_000_003 + turn)).catch((error) => {
    throw new Error(`seed ${seed}, turn ${turn}: ${error.message}`)
  })
}
await proper()
tally.growth = heap() - before
process.send?.(tally)
