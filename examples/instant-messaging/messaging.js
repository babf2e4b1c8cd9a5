// The instant messaging server of the overview, with who is there and sessions added. It is all of the server's logic.
import protoo from '@protoo-kit/router'

const { messenger, sessionHandler } = protoo.middleware

/**
 * Takes people in on an HTTP server, at `/?username=…&uuid=…`. There are no accounts: a client is who it says it is.
 *
 * @param {import('node:http').Server} httpServer
 * @param {{ gracePeriod?: number }} [options] ms that a page may take to reload before its user counts as gone, default 5000
 */
export function serveMessaging(httpServer, { gracePeriod = 5000 } = {}) {
  const app = protoo()
  app.set('disconnection grace period', gracePeriod)

  app.websocket(httpServer, (info, accept, reject) => {
    const query = new URLSearchParams(info.req.url?.split('?')[1])
    const username = query.get('username')
    const uuid = query.get('uuid')
    if (isName(username) && isName(uuid)) accept(username, uuid)
    else reject(400, 'connect to /?username=…&uuid=…')
  })

  // Who is there: asked for once, and told of from then on.
  app.get('/users', (req) => req.reply(200, 'OK', { users: users() }))
  app.on('online', tellEverybody)
  app.on('offline', tellEverybody)

  // Messages go to all devices of a user, sessions to one.
  app.message('/users/:username/:uuid?', (req, next) => {
    const { text } = req.data
    if (typeof text === 'string' && text.trim() && text.length <= 2000) next()
    else req.reply(400, 'text must be 1 to 2000 characters')
  })
  app.use('/users', messenger(app), sessionHandler(app))

  function tellEverybody() {
    const data = { users: users() }
    app.peers((peer) => peer.send(protoo.request({ method: 'update', data })))
  }

  /** Everybody with their devices. */
  function users() {
    /** @type {Map<string, string[]>} */
    const devices = new Map()
    app.peers(({ username, uuid }) => void devices.set(username, [...(devices.get(username) ?? []), uuid]))
    return [...devices].map(([username, uuids]) => ({ username, uuids }))
  }

  return app
}

/**
 * @param {unknown} value
 * @returns {value is string}
 */
function isName(value) {
  return typeof value === 'string' && /^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,39}$/u.test(value)
}
