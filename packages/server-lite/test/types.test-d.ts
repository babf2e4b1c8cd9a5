/** Programs as they are written, to be compiled and not run. */
import http from 'node:http'
import { expectTypeOf, test } from 'vitest'
import * as protoo from '../src/index.js'

interface ChatContract {
  server: {
    requests: { join(data: { name: string }): { members: string[] }; leave(): void }
    notifications: { typing: { on: boolean } }
  }
  client: {
    requests: { confirm(data: { text: string }): { ok: boolean } }
    notifications: { message: { text: string }; cleared: object }
  }
}

test('a program for @types/protoo-server compiles unchanged', () => {
  const options: protoo.WebSocketServerOptions = {
    maxReceivedFrameSize: 960_000,
    maxReceivedMessageSize: 960_000,
    fragmentOutgoingMessages: true,
    fragmentationThreshold: 960_000,
    ignoreXForwardedFor: true,
    autoAcceptConnections: false,
  }
  const server: protoo.WebSocketServer = new protoo.WebSocketServer(http.createServer(), options)
  const room: protoo.Room = new protoo.Room()
  const onRequest: protoo.RequestCb = (
    request: protoo.ProtooRequest,
    accept: protoo.AcceptFn,
    reject: protoo.RejectFn,
  ) => {
    if (request.data.fine) accept({ fine: true })
    reject(403, 'no')
    reject(403, new Error('no'))
    reject(new Error('no'))
    reject()
  }
  const onNotification: protoo.NotificationCb = ({ method, data }: protoo.ProtooNotification) =>
    console.log(method, data.text)
  const onClose: protoo.EmptyCb = () => {}
  const onConnection: protoo.ConnectionRequestCb = (
    info: protoo.ConnectionRequestInfo,
    accept: protoo.ConnectionRequestAcceptFn,
    reject: protoo.ConnectionRequestRejectFn,
  ) => {
    const origin: string = info.origin
    const address: string | undefined = info.socket.remoteAddress
    if (!info.request.url) return reject(400, `no url from ${origin} at ${address}`)
    if (!origin) return reject(new Error('no origin'))
    const transport: protoo.WebSocketTransport = accept()
    const peer: protoo.Peer = room.createPeer('ann', transport)
    peer.data.name = 'Ann'
    const name: string = peer.data.name
    peer.on('request', onRequest)
    peer.on('notification', onNotification)
    peer.on('close', onClose)
    peer.request(name, { a: 1 }).then((response: protoo.ProotooResponse) => console.log(response.data))
    peer.notify('x').then(() => peer.close())
  }
  server.on('connectionrequest', onConnection)
  server.on('connectionrequest', async (info, accept, reject) => {
    if (info.authToken === undefined) reject(401, 'who are you?')
    else room.createPeer(info.authToken, accept())
  })
  room.on('close', onClose)
  const peers: protoo.Peer[] = room.peers
  const closed: boolean = room.closed && peers.every((peer) => peer.closed)
  console.log(closed, protoo.version, room.hasPeer('ann'), room.getPeer('ann')?.id)
  // @ts-expect-error it is no value
  console.log(protoo.Peer)
})

test('without a contract anything goes', () => {
  const peer = new protoo.Room().getPeer('ann')
  if (!peer) return
  peer.handle('anything', ({ a }) => ({ b: a.c.d }))
  peer.request('anything', { a: 1 }, { timeout: 1000, signal: new AbortController().signal })
  peer.notify('anything', 7)
  peer.once('close', ({ cause, code, reason }) => console.log(cause, code, reason))
  // @ts-expect-error the object itself stays
  peer.data = {}
})

test('a contract types what is called and what is handled', () => {
  const room = new protoo.Room<ChatContract>()
  const peer = room.getPeer('ann')
  if (!peer) return
  expectTypeOf(peer.request('confirm', { text: 'sure?' })).resolves.toEqualTypeOf<{ ok: boolean }>()
  peer.notify('message', { text: 'hello' })
  peer.notify('cleared')
  peer.handle('join', async ({ name }, { method }) => {
    expectTypeOf(name).toBeString()
    expectTypeOf(method).toEqualTypeOf<'join'>()
    return { members: [name] }
  })
  peer.handle('leave', () => {})
  peer.on('request', (request) => {
    if (request.method === 'join') expectTypeOf(request.data.name).toBeString()
  })
  peer.on('notification', ({ method, data }) => {
    expectTypeOf(method).toEqualTypeOf<'typing'>()
    expectTypeOf(data.on).toBeBoolean()
  })
  room.broadcast('message', { text: 'hello' }, { except: [peer, 'bob'] })
  room.broadcast('cleared')
  room.broadcast('cleared', {}, { except: peer })
  // @ts-expect-error the client handles no such request
  peer.request('join', { name: 'x' })
  // @ts-expect-error data is missing
  peer.request('confirm')
  // @ts-expect-error data is of another type
  peer.notify('message', { text: 7 })
  // @ts-expect-error data is missing
  room.broadcast('message')
  // @ts-expect-error there is no such notification
  room.broadcast('typing', { on: true })
  // @ts-expect-error the result is of another type
  peer.handle('join', () => ({ members: 7 }))
  // @ts-expect-error the server handles no such request
  peer.handle('confirm', () => ({ ok: true }))
})
