// Frames of a WebSocket as a client sends them, right and wrong.
/** @typedef {import('../../packages/peerjs-server/test/hostile/random.mjs').Random} Random */

const TEXT = 0x1
const CLOSE = 0x8
const PING = 0x9
const FIN = 0x80

/**
 * @param {number} opcode
 * @param {Buffer} payload
 * @param {{ first?: number, masked?: boolean, announced?: bigint }} [options] `first` is the rest of the first byte, `announced` another length
 */
export function frame(opcode, payload, { first = FIN, masked = true, announced } = {}) {
  const length = announced ?? BigInt(payload.length)
  const bit = masked ? 0x80 : 0
  const header = length < 126n ? Buffer.alloc(2) : length < 65_536n ? Buffer.alloc(4) : Buffer.alloc(10)
  header[0] = first | opcode
  if (header.length === 2) header[1] = bit | Number(length)
  else if (header.length === 4) {
    header[1] = bit | 126
    header.writeUInt16BE(Number(length), 2)
  } else {
    header[1] = bit | 127
    header.writeBigUInt64BE(length, 2)
  }
  if (!masked) return Buffer.concat([header, payload])
  const key = Buffer.from([0x5a, 0x00, 0xff, 0x13])
  const body = Buffer.allocUnsafe(payload.length)
  for (let index = 0; index < payload.length; index++)
    body[index] = (payload[index] ?? 0) ^ (key[index & 3] ?? 0)
  return Buffer.concat([header, key, body])
}

/** @param {string} text */
export function textFrame(text) {
  return frame(TEXT, Buffer.from(text))
}

/**
 * The same, in fragments of any length, with pings between them.
 *
 * @param {Random} random
 * @param {string} text
 */
export function fragmented(random, text) {
  const bytes = Buffer.from(text)
  const parts = []
  for (let at = 0, opcode = TEXT; ; opcode = 0) {
    const end = Math.min(at + random.below(bytes.length + 1), bytes.length)
    parts.push(frame(opcode, bytes.subarray(at, end), { first: end === bytes.length ? FIN : 0 }))
    if (end === bytes.length) break
    if (random.below(3) === 0) parts.push(frame(PING, random.bytes(random.below(126))))
    at = end
  }
  return Buffer.concat(parts)
}

/**
 * What ends a connection, and with which code.
 *
 * @param {Random} random
 * @param {number} maxMessage bytes that the other end takes
 * @param {boolean} byServer what a server sends is not masked
 * @returns {{ name: string, bytes: Buffer, code: number }}
 */
export function fatal(random, maxMessage, byServer = false) {
  const masked = !byServer
  const some = random.bytes(random.below(40))
  const make = (/** @type {number} */ opcode, /** @type {Buffer} */ payload, options = {}) =>
    frame(opcode, payload, { masked, ...options })
  const closing = (/** @type {number} */ code, rest = Buffer.alloc(0)) => {
    const bytes = Buffer.alloc(2)
    bytes.writeUInt16BE(code)
    return make(CLOSE, Buffer.concat([bytes, rest]))
  }
  const bad = random.pick([
    Buffer.from([0xff]),
    Buffer.from([0xc3]),
    Buffer.from([0xc0, 0xaf]),
    Buffer.from([0xed, 0xa0, 0x80]),
    Buffer.from([0xf4, 0x90, 0x80, 0x80]),
    Buffer.from([0xe2, 0x82]),
  ])
  /** @type {[string, number, Buffer][]} */
  const kinds = [
    ['bad UTF-8', 1007, make(TEXT, Buffer.concat([Buffer.from('{"a":"'), bad]))],
    ['bad UTF-8 over two fragments', 1007, Buffer.concat([make(TEXT, bad, { first: 0 }), make(0, bad)])],
    ['the wrong masking', 1002, frame(TEXT, some, { masked: !masked })],
    ['reserved bits', 1002, make(TEXT, some, { first: FIN | random.pick([0x10, 0x20, 0x40, 0x70]) })],
    ['a reserved opcode', 1002, make(random.pick([3, 4, 5, 6, 7, 11, 12, 13, 14, 15]), some)],
    ['a ping that is too long', 1002, make(PING, Buffer.alloc(126 + random.below(200)))],
    ['a ping in fragments', 1002, make(PING, some, { first: 0 })],
    ['a continuation of nothing', 1002, make(0, some)],
    [
      'a text within another',
      1002,
      Buffer.concat([make(TEXT, Buffer.from('a'), { first: 0 }), make(TEXT, Buffer.from('b'))]),
    ],
    ['a close with half a code', 1002, make(CLOSE, Buffer.from([3]))],
    [
      'a close with a code that is none',
      1002,
      closing(random.pick([0, 999, 1004, 1005, 1006, 1015, 2000, 2999, 5000, 65535])),
    ],
    ['a close whose reason is bad UTF-8', 1007, closing(1000, bad)],
    [
      'a length above the limit',
      1009,
      make(TEXT, Buffer.alloc(0), { announced: BigInt(maxMessage + 1 + random.below(1000)) }),
    ],
    [
      'a length above 2^53',
      1009,
      make(TEXT, Buffer.alloc(0), { announced: random.pick([2n ** 53n, 2n ** 63n - 1n, 2n ** 62n]) }),
    ],
    [
      'fragments above the limit',
      1009,
      Buffer.concat([
        make(TEXT, Buffer.alloc(10), { first: 0 }),
        make(0, Buffer.alloc(0), { first: 0, announced: BigInt(maxMessage) }),
      ]),
    ],
  ]
  const [name, code, bytes] = random.pick(kinds)
  return { name, bytes, code }
}

/** Takes the frames of the other end apart: its texts, and with which code it closes. */
export class FrameReader {
  /** @param {{ text?: (text: string) => void, close?: (code: number) => void, pong?: () => void }} handlers */
  constructor(handlers) {
    this.handlers = handlers
    /** @type {Buffer} */
    this.rest = Buffer.alloc(0)
    /** @type {Buffer[]} */
    this.fragments = []
  }

  /** @param {Buffer} chunk */
  push(chunk) {
    this.rest = this.rest.length > 0 ? Buffer.concat([this.rest, chunk]) : chunk
    for (;;) {
      const { rest } = this
      if (rest.length < 2) return
      const short = rest.readUInt8(1) & 0x7f
      const masked = (rest.readUInt8(1) & 0x80) !== 0
      const start = (short === 126 ? 4 : short === 127 ? 10 : 2) + (masked ? 4 : 0)
      if (rest.length < start) return
      const length =
        short === 126 ? rest.readUInt16BE(2) : short === 127 ? Number(rest.readBigUInt64BE(2)) : short
      if (rest.length < start + length) return
      const payload = Buffer.from(rest.subarray(start, start + length))
      if (masked)
        for (let index = 0; index < length; index++)
          payload[index] = (payload[index] ?? 0) ^ rest.readUInt8(start - 4 + (index & 3))
      this.rest = rest.subarray(start + length)
      this.take(rest.readUInt8(0), payload)
    }
  }

  /**
   * @param {number} first
   * @param {Buffer} payload
   */
  take(first, payload) {
    const opcode = first & 0x0f
    if (opcode === CLOSE) this.handlers.close?.(payload.length >= 2 ? payload.readUInt16BE(0) : 1005)
    else if (opcode === 0xa) this.handlers.pong?.()
    else if (opcode < 2) {
      this.fragments.push(payload)
      if ((first & FIN) === 0) return
      const text = Buffer.concat(this.fragments.splice(0)).toString()
      this.handlers.text?.(text)
    }
  }
}
