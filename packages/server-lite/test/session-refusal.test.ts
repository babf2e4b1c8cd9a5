import { describe, expect, it } from 'vitest'
import type { ConnectionRequestRejectFn } from '../src/index.js'
import { drop, enter, resumption, SessionClient, serveSessions } from './session-client.js'
import { answer, handshake, lite, serve } from './support.js'

type Reject = (reject: ConnectionRequestRejectFn) => void

async function serveRejecting(reject: Reject, session = true) {
  const bed = await serve(lite, { session })
  bed.server.on('connectionrequest', (_info, _accept, reply) => reject(reply))
  return bed
}

describe('a client that offered sessions and is rejected', () => {
  it.each<[string, Reject, string]>([
    ['()', (reject) => reject(), 'Rejected'],
    ['(401)', (reject) => reject(401, 'who are you?'), 'who are you?'],
    ['(403)', (reject) => reject(403, 'not you'), 'not you'],
    ['(403, error)', (reject) => reject(403, new Error('not you')), 'Error: not you'],
    ['(no status)', (reject) => reject(9, 'what?'), 'what?'],
  ])(
    'with 401 or 403, gets a WebSocket that is closed with 4003 and the reason: %s',
    async (_how, reject, reason) => {
      const bed = await serveRejecting(reject)
      const client = new SessionClient(bed.port)
      expect(await client.closed).toEqual({ code: 4003, reason })
      expect(client.ws.protocol).toBe('protoo-session.v1')
      expect(client.frames).toEqual([])
    },
  )

  it.each([
    ['long', 'x'.repeat(500), 'x'.repeat(123)],
    ['long, of two bytes each', 'é'.repeat(100), 'é'.repeat(61)],
    ['long, of three bytes each', '✓'.repeat(100), '✓'.repeat(41)],
    ['long, of four bytes each', '😀'.repeat(100), '😀'.repeat(30)],
    ['cut within a character', `${'x'.repeat(121)}✓`, 'x'.repeat(121)],
    ['just long enough', `${'x'.repeat(120)}✓`, `${'x'.repeat(120)}✓`],
    ['with half a surrogate pair', 'half \ud83d pair', 'half \ufffd pair'],
    ['with control characters', 'a\r\nb\0c', 'a\r\nb\0c'],
  ])('for a reason that is %s, gets as much of it as fits', async (_what, reason, expected) => {
    const bed = await serveRejecting((reject) => reject(403, reason))
    expect(await new SessionClient(bed.port).closed).toEqual({ code: 4003, reason: expected })
  })

  it.each<[string, Reject, number]>([
    ['(500)', (reject) => reject(500, 'x'), 500],
    ['(error)', (reject) => reject(new Error('x')), 500],
    ['(404)', (reject) => reject(404, 'x'), 404],
    ['(503)', (reject) => reject(503, 'x'), 503],
    ['(409)', (reject) => reject(409, 'x'), 409],
  ])('with another status, gets that: %s', async (_how, reject, status) => {
    const bed = await serveRejecting(reject)
    expect(await new SessionClient(bed.port).refused).toBe(status)
  })

  it('is refused over HTTP where the server has none', async () => {
    const bed = await serveRejecting((reject) => reject(401, 'x'), false)
    expect(await new SessionClient(bed.port).refused).toBe(401)
  })

  it('with a listener that throws, gets 500', async () => {
    const bed = await serveRejecting(() => {
      throw new Error('oops')
    })
    expect(await new SessionClient(bed.port).refused).toBe(500)
  })
})

it.each([401, 403, 500])('a plain client is rejected over HTTP: %i', async (status) => {
  const bed = await serveRejecting((reject) => reject(status, 'x'))
  expect(await answer(handshake(bed.port))).toMatchObject({ status })
})

describe('an origin that is not allowed', () => {
  const origin = 'https://evil.example'

  it('is refused with HTTP 403, offering sessions or not', async () => {
    const bed = await serveSessions()
    expect(await new SessionClient(bed.port, { options: { origin } }).refused).toBe(403)
  })

  it('is refused when it has a token too, and the session stays', async () => {
    const bed = await serveSessions()
    const { client, peer } = await enter(bed)
    await drop(client, peer)
    const foreign = new SessionClient(bed.port, { ...resumption(client), options: { origin } })
    expect(await foreign.refused).toBe(403)
    expect(peer.closed).toBe(false)
    const own = new SessionClient(bed.port, {
      ...resumption(client),
      options: { origin: `http://127.0.0.1:${bed.port}` },
    })
    expect(await own.welcomed).toMatchObject({ resumed: true })
  })
})
