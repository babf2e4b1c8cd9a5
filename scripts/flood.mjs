// `npm run flood -- [--rounds 7] [--seconds 3] [--only kind,…] [--json]` (after a build): what one peer that sends as fast as it can does to the others.
// In each round the others' requests are timed without it and with it, so that only what it adds counts. It dials again at once
// whenever it is closed. Each kind of flood has a row: docs/fuzz.md.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { parseArgs } from 'node:util'
import { createPeer } from '@protoo-kit/client-core'
import { Room, WebSocketServer } from '@protoo-kit/server-lite'
import { frame, textFrame } from '../test/fuzz/frames.mjs'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    seconds: { type: 'string', default: '3' },
    only: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
    role: { type: 'string', default: 'measure' },
  },
})

/** Others, each of which asks this often, in ms. */
const OTHERS = 20
const SPACING = 20

/** What is sent without end. @type {Record<string, Buffer>} */
const floods = {
  requests: textFrame('{"request":true,"id":1,"method":"echo","data":{}}'),
  notifications: textFrame('{"notification":true,"method":"n","data":{}}'),
  'what is no JSON': textFrame('{'),
  'nested arrays': textFrame(
    `{"request":true,"id":1,"method":"echo","data":${'['.repeat(7000)}${']'.repeat(7000)}}`,
  ),
  'answers to nothing': textFrame('{"response":true,"id":1,"ok":true}'),
  pings: frame(9, Buffer.alloc(0)),
  'binary frames': frame(2, Buffer.alloc(4)),
}

if (values.role === 'server') await serve()
else if (values.role === 'flood') flood()
else await measure()

async function serve() {
  const http = createServer().listen(0, '127.0.0.1')
  await once(http, 'listening')
  const server = new WebSocketServer(http)
  const room = new Room()
  let joined = 0
  server.on('connectionrequest', (_info, accept) => {
    const peer = room.createPeer(`peer ${++joined}`, accept())
    peer.handle('echo', (data) => data)
    peer.on('notification', () => {})
  })
  process.once('disconnect', () => process.exit())
  process.on('message', () => process.send?.({ hits: server.limitHits, joined }))
  process.send?.(http.address())
}

/** Sends what it is told to, to the port that it is told, until it is told otherwise. */
function flood() {
  /** @type {import('node:net').Socket | undefined} */
  let socket
  process.once('disconnect', () => process.exit())
  process.on('message', (/** @type {{ port: number, kind: string | undefined }} */ { port, kind }) => {
    socket?.removeAllListeners('close')
    socket?.destroy()
    if (!kind) return
    const one = floods[kind] ?? Buffer.alloc(0)
    const many = Buffer.concat(Array(Math.ceil(65_536 / one.length)).fill(one))
    const dial = () => {
      const dialled = connect(port, '127.0.0.1')
      socket = dialled
      dialled.on('error', () => {})
      dialled.on('close', dial)
      dialled.write(
        'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: protoo\r\n\r\n',
      )
      const send = () => {
        while (!dialled.destroyed && dialled.write(many));
      }
      dialled.once('data', send)
      dialled.on('drain', send)
      dialled.resume()
    }
    dial()
  })
}

async function measure() {
  const server = fork(import.meta.filename, ['--role', 'server'])
  const flooder = fork(import.meta.filename, ['--role', 'flood'])
  const [{ port }] = await once(server, 'message')
  const peers = Array.from({ length: OTHERS }, () => createPeer(`ws://127.0.0.1:${port}`, { session: false }))
  await Promise.all(peers.map((peer) => new Promise((resolve) => peer.once('open', resolve))))
  await times(peers, 1000)
  const seconds = Number(values.seconds)
  /** @type {Record<string, object>} */
  const rows = {}
  let worst = true
  const only = values.only.split(',').filter(Boolean)
  for (const kind of only.length ? only : Object.keys(floods)) {
    if (!floods[kind]) throw new Error(`no flood of ${kind}: there are ${Object.keys(floods).join(', ')}`)
    const pairs = []
    for (let round = 0; round < Number(values.rounds); round++) {
      const alone = await times(peers, seconds * 1000)
      flooder.send({ port, kind })
      const flooded = await times(peers, seconds * 1000)
      flooder.send({ port, kind: undefined })
      pairs.push({ alone, flooded })
    }
    const alone = median(pairs.map(({ alone }) => alone))
    const flooded = median(pairs.map(({ flooded }) => flooded))
    const bound = Math.max(3 * alone, 5)
    rows[kind] = {
      'p99 alone, ms': round(alone),
      'p99 flooded, ms': round(flooded),
      'may be, ms': round(bound),
      ok: flooded <= bound,
    }
    worst &&= flooded <= bound
  }
  server.send('hits')
  const [{ hits, joined }] = await once(server, 'message')
  if (values.json) console.log(JSON.stringify({ rows, hits, joined }))
  else {
    console.table(rows)
    console.log(`the flooding peer was let in ${joined - OTHERS} times; limits hit: ${JSON.stringify(hits)}`)
  }
  for (const peer of peers) peer.close()
  server.disconnect()
  flooder.disconnect()
  process.exitCode = worst ? 0 : 1
}

/**
 * How long the 99th of a hundred requests takes, in ms.
 *
 * @param {ReturnType<typeof createPeer>[]} peers
 * @param {number} ms for which they are made
 */
async function times(peers, ms) {
  const end = performance.now() + ms
  /** @type {number[]} */
  const all = []
  await Promise.all(
    peers.map(async (peer, number) => {
      await after((SPACING * number) / OTHERS)
      while (performance.now() < end) {
        const start = performance.now()
        await /** @type {any} */ (peer).request('echo', { number })
        all.push(performance.now() - start)
        await after(SPACING)
      }
    }),
  )
  all.sort((a, b) => a - b)
  return all[Math.floor(all.length * 0.99)] ?? Number.NaN
}

/** @param {number} ms */
function after(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** @param {number[]} numbers */
function median(numbers) {
  return numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN
}

/** @param {number} number */
function round(number) {
  return Math.round(number * 100) / 100
}
