/**
 * What a proxy tells apart: the HTTP head; a session frame, an ack, a message (a fragmented one: its last frame);
 * another frame of a message (`part`); whatever else.
 *
 * @typedef {object} Unit
 * @property {'head' | 'session' | 'ack' | 'message' | 'part' | 'other'} kind
 * @property {Buffer} bytes
 * @property {() => string} text the head, or the frame's payload
 */

const HEAD_END = '\r\n\r\n'
const CONTINUATION = 0
const FIRST_CONTROL_OPCODE = 8

/** Cuts one direction of a WebSocket connection into its {@link Unit}s. */
export class Scanner {
  rest = Buffer.alloc(0)
  /** Whether WebSocket frames follow. */
  upgraded = false
  /** The kind of the message that its first frame began. @type {Unit['kind']} */
  begun = 'message'

  /**
   * @param {Buffer} chunk
   * @returns {Unit[]} those that it completes
   */
  feed(chunk) {
    this.rest = Buffer.concat([this.rest, chunk])
    const units = []
    for (let unit = this.next(); unit; unit = this.next()) {
      this.rest = this.rest.subarray(unit.bytes.length)
      units.push(unit)
    }
    return units
  }

  /** @returns {Unit | undefined} */
  next() {
    return this.upgraded ? this.frame() : this.head()
  }

  /** @returns {Unit | undefined} */
  head() {
    const end = this.rest.indexOf(HEAD_END)
    if (end < 0) return
    const bytes = this.rest.subarray(0, end + HEAD_END.length)
    // Of a refusal nothing more is looked at.
    this.upgraded = /^(GET |HTTP\/1\.1 101)/.test(bytes.toString('latin1'))
    return { kind: 'head', bytes, text: () => bytes.toString('latin1') }
  }

  /** RFC 6455 §5.2. @returns {Unit | undefined} */
  frame() {
    const { rest } = this
    if (rest.length < 2) return
    const [first = 0, second = 0] = rest
    const short = second & 0x7f
    const start = 2 + (short === 127 ? 8 : short === 126 ? 2 : 0)
    const masked = second >= 0x80
    const headLength = start + (masked ? 4 : 0)
    if (rest.length < headLength) return
    const length =
      short === 127 ? Number(rest.readBigUInt64BE(2)) : short === 126 ? rest.readUInt16BE(2) : short
    if (rest.length < headLength + length) return
    const bytes = rest.subarray(0, headLength + length)
    const text = (size = length) => {
      const payload = Buffer.from(bytes.subarray(headLength, headLength + size))
      if (masked)
        payload.forEach((byte, index) => {
          payload[index] = byte ^ (rest[start + (index % 4)] ?? 0)
        })
      return payload.toString()
    }
    const opcode = first & 0x0f
    if (opcode >= FIRST_CONTROL_OPCODE) return { kind: 'other', bytes, text }
    if (opcode !== CONTINUATION) this.begun = kindOf(text(Math.min(length, 10)))
    return { kind: first >= 0x80 ? this.begun : 'part', bytes, text }
  }
}

/**
 * @param {string} beginning
 * @returns {Unit['kind']}
 */
function kindOf(beginning) {
  if (beginning.startsWith('{"session"')) return 'session'
  return beginning.startsWith('{"ack"') ? 'ack' : 'message'
}
