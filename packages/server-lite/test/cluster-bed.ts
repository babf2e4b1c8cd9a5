/** Nodes of a cluster in one process: each a server of its own, with a Room of one name. */
import { EventEmitter, once } from 'node:events'
import { onTestFinished } from 'vitest'
import {
  type Backplane,
  type CloseInfo,
  type Member,
  type Peer,
  Room,
  type RoomOptions,
  type ServerOptions,
  type WebSocketServer,
} from '../src/index.js'
import { type Client, connect, lite, serve } from './support.js'

export interface ClusterNode {
  readonly port: number
  readonly server: WebSocketServer
  readonly room: Room
  /** `+ann`, `-ann`: what the room has said of its members. */
  readonly log: string[]
  /** What peers here were sent: `ann:method`. */
  readonly heard: string[]
  /** A client in the room, whether or not it may stay. */
  come(peerId: string): Promise<{ client: Client; peer: Peer; closed: Promise<CloseInfo> }>
  /** Resolves once the predicate holds; looked at after each event. */
  until(predicate: () => boolean): Promise<void>
}

export async function clusterNode(
  backplane: Backplane,
  options: RoomOptions = {},
  serverOptions: ServerOptions = {},
): Promise<ClusterNode> {
  const { port, server } = await serve(lite, serverOptions)
  const room = new Room({ id: 'lobby', grace: 20, ...options, backplane })
  onTestFinished(() => room.close())
  const log: string[] = []
  const heard: string[] = []
  const events = new EventEmitter().setMaxListeners(0)
  const note = (list: string[], text: string) => {
    list.push(text)
    events.emit('event')
  }
  room.on('memberjoin', ({ id }) => note(log, `+${id}`))
  room.on('memberleave', ({ id }) => note(log, `-${id}`))
  const elsewhere = new Room()
  server.on('connectionrequest', ({ request }, accept, reject) => {
    const { searchParams } = new URL(request.url ?? '', 'ws://x')
    const peerId = searchParams.get('peerId') ?? ''
    if (searchParams.has('reject')) return reject(Number(searchParams.get('reject')))
    const peer = (searchParams.has('room') ? elsewhere : room).createPeer(peerId, accept(), {
      name: peerId.toUpperCase(),
    })
    peer.on('notification', ({ method }) => note(heard, `${peerId}:${method}`))
    peer.on('caughtup', ({ complete }) => note(heard, `${peerId}:caughtup ${complete}`))
    peer.handle('echo', (data) => data)
    const closed = new Promise<CloseInfo>((resolve) => peer.on('close', resolve))
    events.emit('peer', peer, closed)
  })
  return {
    port,
    server,
    room,
    log,
    heard,
    async come(peerId) {
      const created = once(events, 'peer')
      const client = await connect(port, `/?peerId=${encodeURIComponent(peerId)}`)
      const [peer, closed] = await created
      return { client, peer, closed }
    },
    async until(predicate) {
      while (!predicate()) await once(events, 'event')
    },
  }
}

/** The ids of all members as this node sees them. */
export async function idsAt(room: Room): Promise<string[]> {
  return (await room.members()).map(({ id }: Member) => id).sort()
}

/** ms after which what should become true has not. */
const PATIENCE = 20_000

/** Asks again, for what becomes true on its own some time: there is no event for it. */
export async function eventually(check: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + PATIENCE
  while (!(await check())) {
    if (performance.now() > deadline) throw new Error('it has not become true')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
