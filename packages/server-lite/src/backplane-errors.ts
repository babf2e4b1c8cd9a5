import { ProtooError } from '@protoo-kit/protocol'

/** The other nodes cannot be reached at present: nothing was done, unless the message says otherwise. */
export class BackplaneUnavailableError extends ProtooError<'BACKPLANE_UNAVAILABLE'> {
  constructor(message = 'the other nodes cannot be reached', options?: ErrorOptions) {
    super('BackplaneUnavailableError', 'BACKPLANE_UNAVAILABLE', message, options)
  }
}

/** Broadcasts were lost between nodes. */
export class BackplaneGapError extends ProtooError<'BACKPLANE_GAP'> {
  constructor(message = 'broadcasts between nodes were lost', options?: ErrorOptions) {
    super('BackplaneGapError', 'BACKPLANE_GAP', message, options)
  }
}

/** Nobody in the room has this id, on any node. */
export class PeerNotFoundError extends ProtooError<'PEER_NOT_FOUND'> {
  constructor(message = 'no such peer in the room', options?: ErrorOptions) {
    super('PeerNotFoundError', 'PEER_NOT_FOUND', message, options)
  }
}
