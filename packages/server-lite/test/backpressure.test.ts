import { once } from 'node:events'
import type net from 'node:net'
import { describe, expect, it } from 'vitest'
import type { CloseInfo } from '../src/close.js'
import { answer, connect, gone, handshake, lite, serveRoom, turns } from './support.js'

const MIB = 1024 * 1024
/** Much more than what the system keeps between two sockets of one machine. */
const REQUESTS = 1000
const ANSWER = { text: 'x'.repeat(100_000) }
const ANSWER_BYTES = 100_200

/** A client that has shaken hands and reads nothing since, and its two ends at the server. */
async function enter(bed: Awaited<ReturnType<typeof serveRoom>>, peerId: string) {
  const accepted = once(bed.http, 'connection')
  const socket = handshake(bed.port, {}, `/?peerId=${peerId}`)
  const [serverSide]: net.Socket[] = await accepted
  if (!serverSide) throw new Error('no socket')
  const peer = await bed.joined(peerId)
  await answer(socket)
  socket.pause()
  return { socket, serverSide, peer }
}

/** What the most bytes were that waited to be sent, whenever it is called. */
function watch(socket: net.Socket) {
  let most = 0
  const { write } = socket
  socket.write = (...args: unknown[]) => {
    const result = Reflect.apply(write, socket, args)
    most = Math.max(most, socket.writableLength)
    return result
  }
  return () => most
}

/** One text frame of a client, masked with zeros. */
function frame(message: object): Buffer {
  const text = Buffer.from(JSON.stringify(message))
  return Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), text])
}

const flood = Buffer.concat(
  Array.from({ length: REQUESTS }, (_, id) => frame({ request: true, id, method: 'large' })),
)

describe('a client that floods requests and does not read', () => {
  it('slows only itself', async () => {
    const bed = await serveRoom(lite)
    const { socket, serverSide, peer } = await enter(bed, 'ann')
    const most = watch(serverSide)
    let asked = 0
    peer.handle('large', () => {
      asked++
      return ANSWER
    })
    socket.write(flood)
    await once(serverSide, 'pause')
    const other = await connect(bed.port, '/?peerId=bob')
    other.send({ request: true, id: 1, method: 'x' })
    expect(await other.next()).toMatchObject({ errorCode: 501 })
    await turns(100)
    expect(most()).toBeLessThan(serverSide.writableHighWaterMark + ANSWER_BYTES)
    expect(asked).toBeLessThan(REQUESTS)
    expect(peer.closed).toBe(false)
    // It is not heard any more until it reads.
    peer.close()
    expect(bed.room.hasPeer('ann')).toBe(false)
  })

  it('is closed (4008) when what its handlers answer later is too much, and gone when it does not answer that', async () => {
    const bed = await serveRoom(lite, { maxBufferedBytes: MIB, closeTimeout: 100 })
    const { socket, serverSide, peer } = await enter(bed, 'ann')
    const most = watch(serverSide)
    peer.handle('large', async () => ANSWER)
    const closed = once(peer, 'close')
    socket.write(flood)
    expect((await closed)[0]).toMatchObject({ cause: 'local', code: 4008 })
    expect(most()).toBeGreaterThan(MIB)
    expect(most()).toBeLessThan(MIB + ANSWER_BYTES)
    expect(bed.server.limitHits).toEqual({ bufferedBytes: 1 })
    expect(bed.room.hasPeer('ann')).toBe(false)
    await gone(serverSide)
  })

  it('is heard to the end once it reads, however slowly', async () => {
    const bed = await serveRoom(lite, { maxBufferedBytes: MIB })
    const { socket, serverSide, peer } = await enter(bed, 'ann')
    const most = watch(serverSide)
    peer.handle('large', () => ANSWER)
    socket.write(flood)
    await once(serverSide, 'pause')
    let bytes = 0
    socket.on('data', (chunk) => {
      bytes += chunk.length
      socket.pause()
      setImmediate(() => socket.resume())
    })
    socket.resume()
    const expected = Array.from({ length: REQUESTS }, (_, id) => answerLength(id))
    const total = expected.reduce((sum, length) => sum + length)
    while (bytes < total) await once(socket, 'data')
    expect(bytes).toBe(total)
    expect(most()).toBeLessThan(MIB)
    // It is listened to again.
    const notified = once(peer, 'notification')
    socket.write(frame({ notification: true, method: 'thanks' }))
    expect((await notified)[0]).toMatchObject({ method: 'thanks' })
  })
})

/** Of one answer in fragments of 16 KiB: six with headers of 4 bytes, and a seventh. */
function answerLength(id: number): number {
  const text = JSON.stringify({ response: true, id, ok: true, data: ANSWER })
  return text.length + 4 * Math.ceil(text.length / 16_384)
}

describe('a broadcast', () => {
  it('ends (4008) a client that never reads, and reaches the others', async () => {
    const bed = await serveRoom(lite, { maxBufferedBytes: MIB })
    const { serverSide, peer } = await enter(bed, 'deaf')
    const most = watch(serverSide)
    const client = await connect(bed.port, '/?peerId=bob')
    await bed.joined('bob')
    const closes: CloseInfo[] = []
    peer.on('close', (info) => closes.push(info))
    for (let index = 0; index < 400; index++) {
      bed.room.broadcast('news', { index, ...ANSWER })
      expect((await client.next()).data.index).toBe(index)
    }
    expect(closes).toMatchObject([{ cause: 'local', code: 4008 }])
    expect(most()).toBeLessThan(MIB + ANSWER_BYTES)
    expect(bed.room.peers.map(({ id }) => id)).toEqual(['bob'])
  })
})
