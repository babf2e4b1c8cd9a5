// What is done to a broker that listens on a port of this machine. Every attack ends by itself; whether the broker has
// got over it is the caller's to see.
import { once } from 'node:events'
import { connect } from 'node:net'
import { WebSocket } from 'ws'
import { brokenFrame, hostileFrame, hostileRequest } from './frames.mjs'
import { Random } from './random.mjs'

/** Frames on one connection. The last of them may end it. */
const FRAMES_AT_A_TIME = 25

/**
 * @param {number} port
 * @param {string} id
 */
export async function openClient(port, id) {
  const socket = new WebSocket(
    `ws://127.0.0.1:${port}/peerjs?key=peerjs&id=${encodeURIComponent(id)}&token=${encodeURIComponent(id)}`,
  )
  socket.on('error', () => {})
  await once(socket, 'message')
  return socket
}

/**
 * @param {number} port
 * @param {{ seed: number, count: number }} options
 */
export async function fuzzFrames(port, { seed, count }) {
  const random = new Random(seed)
  let left = count
  for (let connection = 0; left > 0; connection++) {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => {})
    const id = random.pick(['__proto__', 'constructor', `fuzz-${connection}`])
    const closed = once(socket, 'close')
    socket.write(
      `GET /peerjs?key=peerjs&id=${id}&token=${connection} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`,
    )
    await Promise.race([once(socket, 'data'), closed])
    const frames = Math.min(FRAMES_AT_A_TIME, left)
    for (let frame = 1; frame < frames; frame++) socket.write(hostileFrame(random))
    socket.write(brokenFrame(random))
    left -= frames
    // All of it is read before the end of it.
    socket.resume().end()
    await closed
  }
}

/**
 * @param {number} port
 * @param {{ seed: number, count: number }} options
 */
export async function fuzzRequests(port, { seed, count }) {
  const random = new Random(seed)
  for (let index = 0; index < count; index++) {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => {})
    const closed = once(socket, 'close')
    socket.end(hostileRequest(random))
    socket.resume()
    await closed
  }
}

/**
 * @param {number} port
 * @param {number} bytes of one message
 * @returns {Promise<number>} what the connection is closed with
 */
export async function hugePayload(port, bytes) {
  const socket = await openClient(port, 'huge')
  socket.send(Buffer.alloc(bytes, 'x'), { binary: false }, () => {})
  const [code] = await once(socket, 'close')
  return code
}

/**
 * @param {number} port
 * @param {{ messages: number, ids: number }} options how many, to how many ids that are not there
 * @returns {Promise<number>} how many times the sender was told that one is not there
 */
export async function floodAbsent(port, { messages, ids }) {
  const socket = await openClient(port, 'flood')
  let expired = 0
  socket.on('message', (data) => {
    if (String(data).includes('"EXPIRE"')) expired += 1
  })
  const payload = { sdp: 'v=0'.repeat(40) }
  for (let index = 0; index < messages; index++) {
    socket.send(JSON.stringify({ type: 'OFFER', payload, dst: `absent-${index % ids}` }))
    if (index % 1000 === 999) {
      // No more under way than the broker keeps up with.
      socket.ping()
      await once(socket, 'pong')
    }
  }
  socket.close()
  await once(socket, 'close')
  return expired
}

/**
 * Clients that never read are sent as much as there is.
 *
 * @param {number} port
 * @param {{ bytes: number }} options
 * @returns {Promise<number>} how many times the sender was told that its receiver is gone
 */
export async function floodSleeper(port, { bytes }) {
  const sleeper = await openClient(port, 'sleeper')
  sleeper.pause()
  const sender = await openClient(port, 'sender')
  let left = 0
  sender.on('message', (data) => {
    if (String(data).includes('"LEAVE"')) left += 1
  })
  const payload = 'x'.repeat(64 * 1024)
  for (let sent = 0; sent < bytes && left === 0; sent += payload.length) {
    sender.send(JSON.stringify({ type: 'OFFER', payload, dst: 'sleeper' }))
    sender.ping()
    await once(sender, 'pong')
  }
  sleeper.terminate()
  sender.terminate()
  return left
}

/** @param {number} port */
export async function stillRelays(port) {
  const [a, b] = await Promise.all([openClient(port, 'still-a'), openClient(port, 'still-b')])
  a.send(JSON.stringify({ type: 'OFFER', payload: 'alive', dst: 'still-b' }))
  const [frame] = await once(b, 'message')
  for (const socket of [a, b]) socket.terminate()
  return JSON.parse(String(frame)).payload === 'alive'
}
