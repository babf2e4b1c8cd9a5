import type { Application } from '../application.js'
import type { PathPattern } from '../path-pattern.js'
import type { Router } from '../router.js'
import { relay } from './relay.js'

export interface MessengerOptions {
  /** Where messages go to, with the parameters `username` and perhaps `uuid`. Default `/:username/:uuid?`. */
  path?: PathPattern | undefined
}

/**
 * Forwards `message` requests to a user's devices, or to one (L21): `app.use('/users', messenger(app))`. Of one
 * device the sender gets the answer, of several 200; if there is none, 404.
 */
export function messenger(app: Application, { path = '/:username/:uuid?' }: MessengerOptions = {}): Router {
  const router = app.Router()
  router.message(path, (req) => {
    const { username, uuid } = req.params
    const found = username === undefined ? 0 : app.peers(username, uuid, (peer) => peer.send(req))
    if (found === 1) relay(req)
    else if (found > 1) req.reply(200, `message sent to ${found} peers`)
    else req.reply(404, 'peer not found')
  })
  return router
}
