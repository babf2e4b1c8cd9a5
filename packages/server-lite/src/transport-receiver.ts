import type { FrameReceiver } from './allowance.js'
import type { CloseInfo } from './close.js'

/** Who gets what arrives: the Peer, or one of your own. */
export interface TransportReceiver extends FrameReceiver {
  /** For good: told once, and before `close` is emitted. */
  ended(info: CloseInfo): void
  /** The connection dropped, and the session waits for the next one. */
  away(): void
  /** The session has its next connection. */
  back(): void
}
