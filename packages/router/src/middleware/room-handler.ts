import type { Application } from '../application.js'
import { callSafely } from '../emit.js'
import type { Request } from '../request.js'
import type { Router } from '../router.js'
import { Room } from './room.js'

export interface RoomHandlerOptions {
  /** Told of each new room, to listen for its `joinrequest`, before the first one. */
  onroom?: ((room: Room, req: Request) => unknown) | undefined
}

/**
 * Rooms (L23): `app.use('/rooms', roomHandler(app, { onroom }))`. A `session` request to `/rooms/lobby` asks to come in;
 * members send requests there.
 */
export function roomHandler(app: Application, { onroom }: RoomHandlerOptions = {}): Router {
  const router = app.Router()
  const rooms = new Map<string, Room>()

  const create = (id: string, req: Request): Room => {
    const room = new Room(id, (req.basePath + req.path).replace(/\/$/, ''), (username, uuid) =>
      app.peer(username, uuid),
    )
    rooms.set(id, room)
    room.once('close', () => rooms.delete(id))
    if (onroom) callSafely('onroom', () => onroom(room, req))
    return room
  }

  router.all('/:roomId', (req) => {
    const id = req.params.roomId ?? ''
    const known = rooms.get(id)
    if (req.method === 'session') {
      const room = known ?? create(id, req)
      if (!req.ended) room.join(req)
    } else if (known) known.handle(req)
    else req.reply(404, 'room not found')
  })

  return router
}
