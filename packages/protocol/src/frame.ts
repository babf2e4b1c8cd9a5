import { randomFillSync } from 'node:crypto'
import { fragments } from './fragment.js'

const FIN = 0x80
const CONTINUATION = 0x0
const TEXT = 0x1
const MASKED = 0x80
const MASK_LENGTH = 4

/** Random bytes for masks, taken from the system many at a time. */
const randomness = Buffer.allocUnsafeSlow(8 * 1024)
let used = randomness.length

export interface FrameOptions {
  /** Most bytes of payload in one frame; Infinity never fragments. */
  readonly threshold: number
  /** Whether payloads are masked, as a client's must be and a server's must not (RFC 6455 §5.1). */
  readonly masked: boolean
}

/**
 * Text messages as they go over the wire, one after the other, so that they are written at once: each in one
 * frame or, above the threshold, in fragments (RFC 6455 §5.2, §5.4). Unmasked, the result is good for any number of sockets.
 *
 * @param messages texts, and what this function made of others
 */
export function frameTexts(messages: readonly (string | Buffer)[], options: FrameOptions): Buffer {
  const first = messages[0]
  if (messages.length === 1 && first !== undefined)
    return typeof first === 'object' ? first : frameText(first, options)
  let size = 0
  const lengths = messages.map((message) => {
    if (typeof message !== 'string') size += message.length
    const length = typeof message === 'string' ? Buffer.byteLength(message) : 0
    if (typeof message === 'string') size += framedLength(length, options)
    return length
  })
  const target = Buffer.allocUnsafe(size)
  let offset = 0
  for (const [index, message] of messages.entries()) {
    if (typeof message === 'string') offset = writeText(target, offset, message, lengths[index] ?? 0, options)
    else offset += message.copy(target, offset)
  }
  return target
}

function frameText(text: string, options: FrameOptions): Buffer {
  const length = Buffer.byteLength(text)
  const target = Buffer.allocUnsafe(framedLength(length, options))
  writeText(target, 0, text, length, options)
  return target
}

/** One unmasked text frame, with `length` bytes from `start` on that are yet to be filled with UTF-8. */
export function emptyTextFrame(length: number): { frame: Buffer; start: number } {
  const frame = Buffer.allocUnsafe(headerLength(length) + length)
  return { frame, start: writeHeader(frame, 0, FIN | TEXT, length, false) }
}

function framedLength(length: number, { threshold, masked }: FrameOptions): number {
  const overhead = (payload: number) => headerLength(payload) + (masked ? MASK_LENGTH : 0)
  if (length <= threshold) return overhead(length) + length
  const whole = Math.floor(length / threshold)
  const rest = length % threshold
  return length + whole * overhead(threshold) + (rest ? overhead(rest) : 0)
}

/** @returns where the next message begins */
function writeText(
  target: Buffer,
  offset: number,
  text: string,
  length: number,
  options: FrameOptions,
): number {
  const { threshold, masked } = options
  if (length <= threshold) {
    const start = writeHeader(target, offset, FIN | TEXT, length, masked)
    target.write(text, start, length)
    if (masked) mask(target, start, length)
    return start + length
  }
  let at = offset
  let opcode = TEXT
  for (const { data, fin } of fragments(Buffer.from(text), threshold)) {
    const start = writeHeader(target, at, fin ? FIN | opcode : opcode, data.length, masked)
    target.set(data, start)
    if (masked) mask(target, start, data.length)
    at = start + data.length
    opcode = CONTINUATION
  }
  return at
}

function headerLength(length: number): number {
  if (length < 126) return 2
  return length < 0x10000 ? 4 : 10
}

/** @returns where the payload begins */
function writeHeader(target: Buffer, offset: number, first: number, length: number, masked: boolean): number {
  const bit = masked ? MASKED : 0
  target[offset] = first
  let end = offset + 2
  if (length < 126) target[offset + 1] = bit | length
  else if (length < 0x10000) {
    target[offset + 1] = bit | 126
    end = target.writeUInt16BE(length, end)
  } else {
    target[offset + 1] = bit | 127
    end = target.writeBigUInt64BE(BigInt(length), end)
  }
  return masked ? end + MASK_LENGTH : end
}

/** Masks a payload with a key that nobody can foresee, which goes before it (RFC 6455 §5.3). */
function mask(target: Buffer, start: number, length: number): void {
  if (used === randomness.length) {
    randomFillSync(randomness)
    used = 0
  }
  const key = start - MASK_LENGTH
  randomness.copy(target, key, used, used + MASK_LENGTH)
  used += MASK_LENGTH
  for (let index = 0; index < length; index++) {
    // Within bounds, both of them.
    target[start + index] = (target[start + index] as number) ^ (target[key + (index & 3)] as number)
  }
}
