import { emptyTextFrame } from '@protoo-kit/protocol/node'
import type { Relay } from './message.js'

/** A message to a client as it goes over the wire: a WebSocket frame, whose payload begins at `start`. */
export interface Frame {
  readonly bytes: Buffer
  readonly start: number
}

const CLOSING_BRACE = 0x7d

/** `{type, src, dst, payload}` in that order (J4). The payload is copied as it is. */
export function frameRelay({ type, dst, payload }: Relay, src: string): Frame {
  const head = `{"type":"${type}","src":${JSON.stringify(src)},"dst":${JSON.stringify(dst)}`
  if (payload === undefined) return frameText(`${head}}`)
  const lead = `${head},"payload":`
  const length = Buffer.byteLength(lead)
  const { frame, start } = emptyTextFrame(length + payload.length + 1)
  frame.write(lead, start)
  frame.set(payload, start + length)
  frame[frame.length - 1] = CLOSING_BRACE
  return { bytes: frame, start }
}

/** @throws TypeError for what JSON cannot hold */
export function frameJson(value: unknown): Frame {
  return frameText(JSON.stringify(value))
}

/** The same in memory of its own: a small Buffer keeps a whole slab of others alive. */
export function detached({ bytes, start }: Frame): Frame {
  const copy = Buffer.allocUnsafeSlow(bytes.length)
  copy.set(bytes)
  return { bytes: copy, start }
}

function frameText(text: string): Frame {
  const { frame, start } = emptyTextFrame(Buffer.byteLength(text))
  frame.write(text, start)
  return { bytes: frame, start }
}
