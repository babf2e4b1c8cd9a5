import { messenger } from './messenger.js'
import { roomHandler } from './room-handler.js'
import { sessionHandler } from './session-handler.js'

/** The middleware that comes with it (L1). */
export const middleware: {
  readonly messenger: typeof messenger
  /** The overview calls it so. */
  readonly p2pMessenger: typeof messenger
  readonly sessionHandler: typeof sessionHandler
  readonly roomHandler: typeof roomHandler
} = { messenger, p2pMessenger: messenger, sessionHandler, roomHandler }
