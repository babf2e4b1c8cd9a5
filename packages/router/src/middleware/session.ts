import { EventEmitter } from 'node:events'
import { emitSafely } from '../emit.js'
import type { Peer } from '../peer.js'
import { Request } from '../request.js'
import type { Response } from '../response.js'
import { relay } from './relay.js'

export interface SessionEvents {
  /** The callee has answered provisionally: it rings. */
  progress: []
  /** The callee has accepted. */
  open: []
  /** It is over, or never came about. Told once. */
  close: []
}

/** `connecting`: offered; `progress`: the callee has said so much as that; `open`: accepted; `closed`. */
export type SessionStatus = 'connecting' | 'progress' | 'open' | 'closed'

/** A session between two peers: one calls, the other is called, and then each may send requests to the other (L22). */
export class Session extends EventEmitter<SessionEvents> {
  private current: SessionStatus = 'connecting'

  /** @internal */
  constructor(
    /** Where the requests in it go to. */
    readonly path: string,
    /** The request that offers it. */
    readonly req: Request,
    /** Who calls. */
    readonly peerA: Peer,
    /** Who is called. */
    readonly peerB: Peer,
  ) {
    super()
    this.setMaxListeners(Number.POSITIVE_INFINITY)
  }

  get status(): SessionStatus {
    return this.current
  }

  /**
   * Offers it to the callee.
   * @internal
   */
  offer(): void {
    const { req, peerA, peerB, path } = this
    req.reply(100, 'connecting', { sessionPath: path })
    req.data.sessionPath = path
    req.on('incomingResponse', (response) => this.answered(response))
    // A callee that goes offline makes the request fail with 410, which is told to the caller like any other answer.
    const callerGone = (): void => this.left(peerB, () => peerB.cancel(req))
    const calleeGone = (): void => this.left(peerA, () => {})
    peerA.on('offline', callerGone)
    peerB.on('offline', calleeGone)
    this.once('close', () => {
      peerA.off('offline', callerGone)
      peerB.off('offline', calleeGone)
    })
    peerB.send(req)
  }

  /**
   * A request in the session, of either peer.
   * @internal
   */
  handle(req: Request): void {
    const { peerA, peerB } = this
    const from = req.peer
    // Anybody may guess a path; it says nothing to those who are not in it.
    if (from !== peerA && from !== peerB) req.reply(404, 'session not found')
    else if (req.method === 'session') req.reply(403, 'invalid method')
    else if (this.current === 'closed') req.reply(404, 'session closed')
    else if (req.method === 'end') this.end(req, from)
    else this.forward(req, from === peerA ? peerB : peerA)
  }

  private end(req: Request, from: Peer): void {
    const { peerA, peerB, path } = this
    if (this.current === 'open') {
      this.close()
      req.reply(200, 'session ended')
      req.data.sessionPath = path
      other(this, from).send(req)
    } else if (from !== peerA) req.reply(400, 'cannot send "end" on a non open session')
    else {
      req.reply(200, 'session canceled')
      // The caller's offer is answered 487 by this, and that closes the session.
      peerB.cancel(this.req, req)
    }
  }

  private forward(req: Request, to: Peer): void {
    req.data.sessionPath = this.path
    relay(req)
    to.send(req)
  }

  private answered(response: Response): void {
    if (this.current === 'closed' || this.current === 'open') return
    if (response.isAccept) this.become('open')
    else if (response.isReject) this.close()
    else if (this.current === 'connecting') this.become('progress')
    if (!this.req.ended) this.req.reply(response)
  }

  /** One of the two is offline for good. */
  private left(to: Peer, unopened: () => void): void {
    if (this.current === 'open') {
      this.close()
      to.send(Request.create({ method: 'end', data: { sessionPath: this.path } }))
    } else if (this.current !== 'closed') unopened()
  }

  private become(status: 'progress' | 'open'): void {
    this.current = status
    emitSafely(this, status)
  }

  private close(): void {
    this.current = 'closed'
    emitSafely(this, 'close')
  }
}

function other({ peerA, peerB }: Session, peer: Peer): Peer {
  return peer === peerA ? peerB : peerA
}
