import { fragments } from '@protoo-kit/protocol'

const FIN = 0x80
const CONTINUATION = 0x0
const TEXT = 0x1

/**
 * One text message as it goes over the wire from a server: unmasked, in one
 * frame or, above `threshold` bytes, in fragments (RFC 6455 §5.2, §5.4). The
 * result holds them all, so that it is written at once, and to any number of sockets.
 *
 * @param threshold most bytes of payload in one frame; Infinity never fragments
 */
export function frameText(text: string, threshold: number): Buffer {
  const length = Buffer.byteLength(text)
  if (length <= threshold) {
    const { frame, start } = emptyTextFrame(length)
    frame.write(text, start)
    return frame
  }
  const parts = [...fragments(Buffer.from(text), threshold)]
  const size = parts.reduce((sum, { data }) => sum + headerLength(data.length) + data.length, 0)
  const frames = Buffer.allocUnsafe(size)
  let offset = 0
  let opcode = TEXT
  for (const { data, fin } of parts) {
    offset = writeHeader(frames, offset, fin ? FIN | opcode : opcode, data.length)
    frames.set(data, offset)
    offset += data.length
    opcode = CONTINUATION
  }
  return frames
}

/** One text frame from a server, with `length` bytes from `start` on that are yet to be filled with UTF-8. */
export function emptyTextFrame(length: number): { frame: Buffer; start: number } {
  const start = headerLength(length)
  const frame = Buffer.allocUnsafe(start + length)
  writeHeader(frame, 0, FIN | TEXT, length)
  return { frame, start }
}

function headerLength(length: number): number {
  if (length < 126) return 2
  return length < 0x10000 ? 4 : 10
}

/** @returns where the payload begins */
function writeHeader(target: Buffer, offset: number, first: number, length: number): number {
  target[offset] = first
  if (length < 126) {
    target[offset + 1] = length
    return offset + 2
  }
  if (length < 0x10000) {
    target[offset + 1] = 126
    return target.writeUInt16BE(length, offset + 2)
  }
  target[offset + 1] = 127
  return target.writeBigUInt64BE(BigInt(length), offset + 2)
}
