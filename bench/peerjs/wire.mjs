// A WebSocket client that costs next to nothing, so that it is the broker which is measured.
import { once } from 'node:events'
import { connect } from 'node:net'

const TEXT = 0x81
const MASKED = 0x80

/**
 * @param {number} port
 * @param {string} id
 */
export async function open(port, id) {
  const socket = connect(port, '127.0.0.1').setNoDelay(true)
  await once(socket, 'connect')
  const query = `key=peerjs&id=${id}&token=${id}&version=1.5.5`
  const lines = [
    `GET /peerjs?${query} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
  ]
  socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  let head = Buffer.alloc(0)
  // The response, and the message OPEN.
  while (!head.toString('latin1').endsWith('{"type":"OPEN"}')) {
    const [chunk] = await once(socket, 'data')
    head = Buffer.concat([head, chunk])
  }
  return socket
}

/**
 * A text frame of a client. Its mask is zero, which leaves the text as it is (RFC 6455 §5.3).
 *
 * @param {string} text
 */
export function frame(text) {
  const length = Buffer.byteLength(text)
  if (length < 126 || length > 0xffff) throw new RangeError(`a text of ${length} bytes is of no use here`)
  const bytes = Buffer.alloc(8 + length)
  bytes[0] = TEXT
  bytes[1] = MASKED | 126
  bytes.writeUInt16BE(length, 2)
  bytes.write(text, 8)
  return bytes
}

/** Cuts what a server sends into its messages, all of them in frames of 126 to 65535 bytes. */
export class Reader {
  /** @param {(bytes: Buffer, start: number, end: number) => void} onMessage */
  constructor(onMessage) {
    this.onMessage = onMessage
    /** @type {Buffer | undefined} */
    this.rest = undefined
  }

  /** @param {Buffer} chunk */
  read(chunk) {
    const bytes = this.rest ? Buffer.concat([this.rest, chunk]) : chunk
    let offset = 0
    while (bytes.length - offset >= 4) {
      if (bytes[offset] !== TEXT || bytes[offset + 1] !== 126)
        throw new Error(`not the frame that was expected: ${bytes.subarray(offset, offset + 80)}`)
      const end = offset + 4 + bytes.readUInt16BE(offset + 2)
      if (end > bytes.length) break
      this.onMessage(bytes, offset + 4, end)
      offset = end
    }
    this.rest = offset < bytes.length ? bytes.subarray(offset) : undefined
  }
}
