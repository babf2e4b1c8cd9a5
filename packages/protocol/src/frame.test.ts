import { describe, expect, it } from 'vitest'
import { frameTexts } from './frame.js'

const frameText = (text: string, threshold: number) => frameTexts([text], { threshold, masked: false })

/** The frames in a buffer, read by RFC 6455 §5.2. */
function read(buffer: Buffer, masked = false) {
  const frames: { fin: boolean; opcode: number; payload: Uint8Array; key: string }[] = []
  for (let at = 0; at < buffer.length; ) {
    const first = buffer.readUInt8(at)
    const second = buffer.readUInt8(at + 1)
    const short = second & 0x7f
    expect(second >= 0x80).toBe(masked)
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
    const key = buffer.subarray(start, start + (masked ? 4 : 0))
    start += key.length
    const payload = buffer
      .subarray(start, start + length)
      .map((byte, index) => (masked ? byte ^ key.readUInt8(index % 4) : byte))
    frames.push({ fin: first >= 0x80, opcode: first & 0x7f, payload, key: key.toString('hex') })
    at = start + length
  }
  return frames
}

describe('frameTexts()', () => {
  it('is what RFC 6455 §5.7 gives as an example', () => {
    expect(frameText('Hello', 1000).toString('hex')).toBe('810548656c6c6f')
    expect(frameText('Hello', 3).toString('hex')).toBe('010348656c80026c6f')
  })

  it.each([0, 1, 125, 126, 127, 65535, 65536, 100_000])('frames %i bytes', (length) => {
    const text = 'x'.repeat(length)
    const [frame, ...more] = read(frameText(text, Number.POSITIVE_INFINITY))
    expect(more).toEqual([])
    expect(frame).toMatchObject({ fin: true, opcode: 1 })
    expect(Buffer.from(frame?.payload ?? []).toString()).toBe(text)
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

  it.each([0, 5, 126, 70_000])('masks %i bytes, with another key each time', (length) => {
    const text = 'é'.repeat(length)
    const options = { threshold: 20_000, masked: true }
    const [one, other] = [frameTexts([text], options), frameTexts([text], options)]
    expect(one.length).toBe(other.length)
    if (length > 0) expect(one.equals(other)).toBe(false)
    for (const frames of [one, other]) {
      const parts = read(frames, true).map(({ payload }) => payload)
      expect(Buffer.concat(parts).toString()).toBe(text)
    }
  })

  it('is masked as RFC 6455 §5.7 gives as an example, but for the key', () => {
    const frame = frameTexts(['Hello'], { threshold: 1000, masked: true })
    const key = frame.subarray(2, 6)
    expect(frame.subarray(0, 2).toString('hex')).toBe('8185')
    expect([...frame.subarray(6)].map((byte, index) => byte ^ key.readUInt8(index % 4))).toEqual([
      ...Buffer.from('Hello'),
    ])
  })

  it('puts many into one piece, with keys that differ', () => {
    const texts = Array.from({ length: 5000 }, (_, index) => `${index} aé🎈`)
    const frames = frameTexts(texts, { threshold: 1000, masked: true })
    const parts = read(frames, true)
    expect(parts.map(({ payload }) => Buffer.from(payload).toString())).toEqual(texts)
    expect(new Set(parts.map(({ key }) => key)).size).toBeGreaterThan(4990)
    const shared = frameTexts(['shared'], { threshold: 1000, masked: false })
    const mixed = frameTexts(['a', shared, 'b'], { threshold: 1000, masked: false })
    expect(read(mixed).map(({ payload }) => Buffer.from(payload).toString())).toEqual(['a', 'shared', 'b'])
  })
})
