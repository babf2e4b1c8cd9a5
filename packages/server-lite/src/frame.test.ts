import { describe, expect, it } from 'vitest'
import { frameText } from './frame.js'

/** The frames in a buffer, read by RFC 6455 §5.2. */
function read(buffer: Buffer) {
  const frames: { fin: boolean; opcode: number; payload: Buffer }[] = []
  for (let at = 0; at < buffer.length; ) {
    const first = buffer.readUInt8(at)
    const short = buffer.readUInt8(at + 1)
    expect(short & 0x80).toBe(0)
    let start = at + 2
    let length = short
    if (short === 126) {
      length = buffer.readUInt16BE(start)
      start += 2
      expect(length).toBeGreaterThan(125)
    } else if (short === 127) {
      length = Number(buffer.readBigUInt64BE(start))
      start += 8
      expect(length).toBeGreaterThan(0xffff)
    }
    frames.push({ fin: first >= 0x80, opcode: first & 0x7f, payload: buffer.subarray(start, start + length) })
    at = start + length
  }
  return frames
}

describe('frameText()', () => {
  it('is what RFC 6455 §5.7 gives as an example', () => {
    expect(frameText('Hello', 1000).toString('hex')).toBe('810548656c6c6f')
    expect(frameText('Hello', 3).toString('hex')).toBe('010348656c80026c6f')
  })

  it.each([0, 1, 125, 126, 127, 65535, 65536, 100_000])('frames %i bytes', (length) => {
    const text = 'x'.repeat(length)
    const [frame, ...more] = read(frameText(text, Number.POSITIVE_INFINITY))
    expect(more).toEqual([])
    expect(frame).toMatchObject({ fin: true, opcode: 1 })
    expect(frame?.payload.toString()).toBe(text)
  })

  it.each([1, 2, 3, 125, 126, 4096, 65536, 200_000])(
    'fragments above %i bytes, and only then',
    (threshold) => {
      const text = 'aé🎈'.repeat(Math.max(2, Math.ceil(threshold / 3)))
      const frames = read(frameText(text, threshold))
      expect(Buffer.concat(frames.map(({ payload }) => payload)).toString()).toBe(text)
      expect(frames.length).toBe(Math.ceil(Buffer.byteLength(text) / threshold))
      for (const [index, { fin, opcode, payload }] of frames.entries()) {
        expect(opcode).toBe(index === 0 ? 1 : 0)
        expect(fin).toBe(index === frames.length - 1)
        expect(payload.length).toBeLessThanOrEqual(threshold)
      }
      expect(read(frameText('x'.repeat(threshold), threshold))).toHaveLength(1)
    },
  )
})
