import http from 'node:http'
import { expectTypeOf, it } from 'vitest'
import protoo, {
  type Application,
  type Next,
  type Params,
  type Peer,
  type Request,
  type Response,
  type Room,
  type Router,
  type Session,
} from '../src/index.js'

declare module '../src/methods.js' {
  interface CustomMethods {
    shout: true
  }
}

const app = protoo()

it('handlers know their request, with a path or without', () => {
  app.message('/x', (req, next) => {
    expectTypeOf(req).toEqualTypeOf<Request>()
    expectTypeOf(next).toEqualTypeOf<Next>()
    expectTypeOf(req.params).toEqualTypeOf<Params>()
    expectTypeOf(req.app).toEqualTypeOf<Application>()
    expectTypeOf(req.peer).toEqualTypeOf<Peer>()
  })
  app.session((req) => expectTypeOf(req).toEqualTypeOf<Request>())
  app.use('/x', app.Router(), [(req: Request) => req.reply(200)])
  expectTypeOf(app.use((_, next) => next())).toEqualTypeOf<Application>()
  expectTypeOf(app.Router().all('*', () => {})).toEqualTypeOf<Router>()
})

it('get is a setting or a route', () => {
  expectTypeOf(app.get('env')).toEqualTypeOf<string | undefined>()
  expectTypeOf(app.get('strict routing')).toEqualTypeOf<boolean | undefined>()
  expectTypeOf(app.get('/x', (req) => req.reply(200))).toEqualTypeOf<Application>()
})

it('methods may be added', () => {
  expectTypeOf(app.shout('/x', (req) => req.reply(200))).toEqualTypeOf<Application>()
  // @ts-expect-error unknown
  app.whisper('/x', () => {})
})

it('events, answers and middleware', () => {
  app.on('online', (peer) => expectTypeOf(peer).toEqualTypeOf<Peer>())
  protoo.request({ method: 'message' }).on('incomingResponse', (response, local) => {
    expectTypeOf(response).toEqualTypeOf<Response>()
    expectTypeOf(local).toEqualTypeOf<boolean>()
  })
  protoo.middleware.sessionHandler(app, {
    onsession: (session) => expectTypeOf(session).toEqualTypeOf<Session>(),
  })
  protoo.middleware.roomHandler(app, { onroom: (room) => expectTypeOf(room).toEqualTypeOf<Room>() })
  app.websocket(http.createServer(), ({ origin }, accept) => {
    expectTypeOf(origin).toEqualTypeOf<string | undefined>()
    accept('ann', 'phone', { role: 'admin' })
  })
})
