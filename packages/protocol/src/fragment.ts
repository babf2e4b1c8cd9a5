/**
 * WebSocket-Node, under the stock packages, refuses a frame over 64 KiB (server)
 * or 1 MiB (client) with 1009 while taking longer messages in fragments, and
 * sends such itself from 16 KiB on. Ours must, to be heard by it.
 */
export const FRAGMENTATION_THRESHOLD: number = 16 * 1024

export interface Fragment {
  data: Uint8Array
  /** Whether this is the last one (RFC 6455 §5.4). */
  fin: boolean
}

/**
 * Cuts a message into fragments of at most `threshold` bytes.
 * @throws RangeError when no fragment could hold a byte
 */
export function* fragments(message: Uint8Array, threshold: number): Generator<Fragment> {
  if (!(threshold >= 1)) throw new RangeError(`a fragment must hold at least 1 byte, not ${threshold}`)
  let start = 0
  do {
    const end = start + threshold
    yield { data: message.subarray(start, end), fin: end >= message.length }
    start = end
  } while (start < message.length)
}
