import { randomBytes } from 'node:crypto'
import type { Application } from '../application.js'
import { callSafely } from '../emit.js'
import type { PathPattern } from '../path-pattern.js'
import type { Peer } from '../peer.js'
import type { Request } from '../request.js'
import type { Router } from '../router.js'
import { Session } from './session.js'

export interface SessionHandlerOptions {
  /** Who is called, with the parameters `username` and `uuid`. Default `/:username/:uuid`. */
  path?: PathPattern | undefined
  /** Told of each session before it is offered. If it answers the request, the session is not. */
  onsession?: ((session: Session, req: Request) => unknown) | undefined
  /** Most sessions of one caller at a time; the answer to a further one is 429. Default 100. */
  maxSessions?: number | undefined
}

/** Of how many sessions that are over it is remembered that they were. */
const MAX_CLOSED = 1000

/**
 * Sessions between two peers (L22): `app.use('/users', sessionHandler(app))`. A `session` request to `/users/bob/phone` is
 * offered there; what is then sent to its `sessionPath` goes from one to the other, until `end`.
 */
export function sessionHandler(app: Application, options: SessionHandlerOptions = {}): Router {
  const { path = '/:username/:uuid', onsession, maxSessions = 100 } = options
  const router = app.Router()
  const sessions = new Sessions(maxSessions)

  router.session(path, (req) => {
    const { username, uuid } = req.params
    if (!username || !uuid) {
      req.reply(400, 'a session is offered to one device: username and uuid are needed')
      return
    }
    const callee = app.peer(username, uuid)
    if (!callee) {
      req.reply(404, 'peer not found')
      return
    }
    const session = sessions.create(req, callee)
    if (!session) {
      req.reply(429, `more than ${maxSessions} sessions at a time`)
      return
    }
    if (onsession) callSafely('onsession', () => onsession(session, req))
    if (req.ended) sessions.delete(session)
    else session.offer()
  })

  router.all('/sessions/:sessionId', (req) => {
    const id = req.params.sessionId ?? ''
    const session = sessions.get(id)
    if (session) session.handle(req)
    else req.reply(404, sessions.wasClosed(id) ? 'session closed' : 'session not found')
  })

  return router
}

/** The sessions that are not over, and the ids of the latest that are. */
class Sessions {
  private readonly byId = new Map<string, Session>()
  private readonly perCaller = new Map<Peer, number>()
  private readonly closed = new Set<string>()

  constructor(private readonly maxPerCaller: number) {}

  /** @returns undefined if the caller has as many as may be */
  create(req: Request, callee: Peer): Session | undefined {
    const caller = req.peer
    const count = this.perCaller.get(caller) ?? 0
    if (count >= this.maxPerCaller) return
    // 16 characters, which nobody guesses.
    const id = randomBytes(12).toString('base64url')
    const session = new Session(`${req.basePath}/sessions/${id}`, req, caller, callee)
    this.perCaller.set(caller, count + 1)
    this.byId.set(id, session)
    session.once('close', () => this.delete(session))
    return session
  }

  get(id: string): Session | undefined {
    return this.byId.get(id)
  }

  wasClosed(id: string): boolean {
    return this.closed.has(id)
  }

  delete(session: Session): void {
    const id = session.path.slice(session.path.lastIndexOf('/') + 1)
    if (!this.byId.delete(id)) return
    const count = (this.perCaller.get(session.peerA) ?? 1) - 1
    if (count > 0) this.perCaller.set(session.peerA, count)
    else this.perCaller.delete(session.peerA)
    this.closed.add(id)
    const [oldest] = this.closed
    if (this.closed.size > MAX_CLOSED && oldest !== undefined) this.closed.delete(oldest)
  }
}
