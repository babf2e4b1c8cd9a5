import { once } from 'node:events'
import { encodeAuthToken } from '@protoo-kit/protocol'
import { describe, expect, it } from 'vitest'
import { WebSocketServer } from '../src/index.js'
import { answer, connect, handshake, lite, serve } from './support.js'

/** Two servers on one HTTP server, without listeners yet. */
async function serveTwo() {
  const bed = await serve(lite)
  return { ...bed, first: bed.server, second: new WebSocketServer(bed.http) }
}

describe('two servers on one HTTP server', () => {
  it('share the clients by path, and both are told the authToken', async () => {
    const { port, room, first, second } = await serveTwo()
    const tokens: unknown[] = []
    for (const [server, path] of [
      [first, '/one'],
      [second, '/two'],
    ] as const) {
      server.on('connectionrequest', ({ request, authToken }, accept) => {
        tokens.push(authToken)
        // The one whose path it is not leaves it alone.
        if (request.url === path) room.createPeer(path, accept())
      })
    }
    for (const path of ['/one', '/two']) {
      const headers = { 'Sec-WebSocket-Protocol': `protoo, ${encodeAuthToken('secret')}` }
      expect((await answer(handshake(port, headers, path))).status).toBe(101)
    }
    expect(tokens).toEqual(['secret', 'secret', 'secret', 'secret'])
    expect(room.peers.map(({ id }) => id)).toEqual(['/one', '/two'])
  })

  it('answer a client once: the first reply counts', async () => {
    const { port, room, first, second } = await serveTwo()
    const accepted: unknown[] = []
    first.on('connectionrequest', ({ request }, accept, reject) => {
      if (request.url === '/in') room.createPeer('ann', accept())
      else reject(404, 'first')
    })
    second.on('connectionrequest', ({ request }, accept, reject) => {
      if (request.url === '/in') reject(404, 'second')
      else accepted.push(accept())
    })
    const client = await connect(port, '/in')
    await room.getPeer('ann')?.notify('welcome')
    expect(await client.next()).toMatchObject({ method: 'welcome' })
    const { status, headers } = await answer(handshake(port, {}, '/out'))
    expect(status).toBe(404)
    expect(headers['x-websocket-reject-reason']).toBe('first')
    expect(accepted).toEqual([undefined])
  })

  it('one without listeners does not refuse whom the other has accepted', async () => {
    const { port, room, first } = await serveTwo()
    const asked = once(first, 'connectionrequest')
    first.on('connectionrequest', (_info, accept) => void room.createPeer('ann', accept()))
    const client = await connect(port)
    await asked
    await room.getPeer('ann')?.notify('welcome')
    expect(await client.next()).toMatchObject({ method: 'welcome' })
  })
})
