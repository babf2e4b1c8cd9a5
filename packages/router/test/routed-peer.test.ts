/** The application and the client made for it, over real sockets. */
import { once } from 'node:events'
import {
  RoutedPeer as Routed,
  type RoutedPeer,
  type RoutedRequest,
  RoutedTransport,
} from '@protoo-kit/client-core/routed'
import { expect, it, onTestFinished } from 'vitest'
import { protoo } from '../src/index.js'
import { type Bed, serve } from './support.js'

async function join({ port }: Bed, username: string, uuid = 'phone'): Promise<RoutedPeer> {
  const url = `ws://127.0.0.1:${port}/?${new URLSearchParams({ username, uuid })}`
  const peer = new Routed(new RoutedTransport(url, { retry: [0, 10, 10, 100, 100] }))
  onTestFinished(() => peer.close())
  await new Promise<void>((resolve) => peer.once('open', resolve))
  return peer
}

function incoming(peer: RoutedPeer): Promise<RoutedRequest> {
  return new Promise((resolve) => peer.once('request', resolve))
}

it('a message, its answer, and a refusal', async () => {
  const bed = await serve()
  bed.app.use('/users', protoo.middleware.messenger(bed.app))
  const alice = await join(bed, 'alice')
  const bob = await join(bed, 'bob')
  bob.on('request', (request) =>
    request.reply(200, `got ${request.data.text} of ${request.sender?.username}`),
  )
  expect((await alice.request('message', '/users/bob', { text: 'hi' })).reason).toBe('got hi of alice')
  await expect(alice.request('message', '/users/carl')).rejects.toMatchObject({
    code: 404,
    message: 'peer not found',
  })
})

it('a session from the offer to the end', async () => {
  const bed = await serve()
  bed.app.use('/users', protoo.middleware.sessionHandler(bed.app))
  const alice = await join(bed, 'alice')
  const bob = await join(bed, 'bob')
  const offered = incoming(bob)
  const progress: number[] = []
  let path = ''
  const accepted = alice.request(
    'session',
    '/users/bob/phone',
    {},
    {
      onProgress({ status, data }) {
        progress.push(status)
        path ||= data.sessionPath
      },
    },
  )
  const offer = await offered
  offer.reply(180, 'ringing')
  offer.reply(200, 'OK')
  expect((await accepted).status).toBe(200)
  expect(progress).toEqual([100, 180])
  bob.once('request', (request) => request.reply(200, request.method))
  expect((await alice.request('icecandidate', path, { candidate: 1 })).reason).toBe('icecandidate')
  const ended = incoming(alice)
  expect((await bob.request('end', offer.data.sessionPath)).reason).toBe('session ended')
  expect(await ended).toMatchObject({ method: 'end', data: { sessionPath: path } })
})

it('a cut in the grace period: nothing is told twice, and what was answered meanwhile is answered', async () => {
  const bed = await serve()
  bed.app.set('disconnection grace period', 60_000)
  bed.app.use('/users', protoo.middleware.messenger(bed.app))
  const alice = await join(bed, 'alice')
  const bob = await join(bed, 'bob')
  const told: RoutedRequest[] = []
  bob.on('request', (request) => told.push(request))
  const first = incoming(bob)
  const answer = alice.request('message', '/users/bob', { text: 'hi' })
  const request = await first
  for (const name of ['bob', 'alice']) {
    const reconnect = once(bed.peer(name), 'reconnect')
    bed.cut(name)
    if (name === 'bob') request.reply(200, 'said without a connection')
    await reconnect
  }
  expect((await answer).reason).toBe('said without a connection')
  expect(told).toHaveLength(1)
})

it('the same user and device elsewhere: the old one is replaced, and stays away', async () => {
  const bed = await serve()
  const old = await join(bed, 'alice')
  const closed = new Promise((resolve) => old.once('close', resolve))
  const young = await join(bed, 'alice')
  expect(await closed).toMatchObject({ cause: 'replaced', code: 3000, reason: 'online elsewhere' })
  expect(young.connected).toBe(true)
  // "Use here" takes it back.
  const replaced = new Promise((resolve) => young.once('close', resolve))
  old.reconnect()
  expect(await replaced).toMatchObject({ cause: 'replaced' })
  expect(bed.app.peers('alice')).toBe(1)
})

it('a peer that the application closes stays away, one whose application shuts down comes back', async () => {
  const bed = await serve()
  const alice = await join(bed, 'alice')
  const closed = new Promise((resolve) => alice.once('close', resolve))
  bed.peer('alice').close()
  expect(await closed).toMatchObject({ cause: 'kicked', code: 1000 })
  const bob = await join(bed, 'bob')
  const lost = new Promise<void>((resolve) => bob.once('disconnected', resolve))
  bed.app.close()
  await lost
  expect(bob.closed).toBe(false)
})
